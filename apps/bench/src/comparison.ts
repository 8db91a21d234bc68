/** From what was measured to what it says: medians, how far the runs lay apart, and how many times better one is. */

/** Runs of one case on one server. Never empty. */
export type Samples = readonly number[];

/** One line of a comparison. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: "more" | "less";
  readonly reference: Samples;
  readonly ours: Samples;
}

export function median(samples: Samples): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * How many times better ours is than the reference, by the medians: above 1 where it is better, whichever way better
 * lies. Undefined where one of them is 0 and nothing can be said.
 */
export function timesBetter({
  better,
  reference,
  ours,
}: Pick<Figure, "better" | "reference" | "ours">): number | undefined {
  const [less, more] = better === "more" ? [median(reference), median(ours)] : [median(ours), median(reference)];
  return less > 0 && more > 0 ? more / less : undefined;
}

/** `6.6 ×`, rounded, but down where it is worse; a dash if nothing can be said. */
export function times(ratio: number | undefined): string {
  if (ratio === undefined) return "–";
  if (ratio < 1) return `${(Math.floor(ratio * 100) / 100).toFixed(2)} ×`;
  return `${ratio.toFixed(ratio < 99.95 ? 1 : 0)} ×`;
}

/** `151,000 (148,000–153,000)`; the median alone if there was only one run. */
export function spread(samples: Samples): string {
  const all = samples.length > 1 ? ` (${amount(Math.min(...samples))}–${amount(Math.max(...samples))})` : "";
  return `${amount(median(samples))}${all}`;
}

/** A measured value in three digits, or more before the point. */
export function amount(value: number): string {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Columns as wide as what is in them; the first to the left, the others to the right. */
export function layOut(rows: readonly (readonly string[])[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number)))
        .join("  ")
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join("");
}

export function figureRows(figures: readonly Figure[]): readonly (readonly string[])[] {
  return figures.map((figure) => [
    `${figure.name}: ${figure.unit}`,
    spread(figure.reference),
    spread(figure.ours),
    times(timesBetter(figure)),
  ]);
}
