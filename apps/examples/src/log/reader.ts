/**
 * Follows the log, and keeps a copy of it in a file. The copy is also the bookmark: what is in it has been read, and a reader that
 * starts again goes on behind its last line. So the copy has every entry once, whenever the process is killed.
 */
import { Log, LogTruncatedError } from "@rookery/recipes";
import { LineFile } from "../support/line-file.ts";
import { openClient, type Surroundings } from "../support/program.ts";
import { type Line, PATH } from "./entry.ts";

export interface ReaderOptions extends Surroundings {
  readonly name: string;
  /** The file of the copy; one process at a time. */
  readonly copy: string;
  /** Goes on although entries behind the copy's last have been removed from the log. */
  readonly skipRemoved: boolean;
}

interface CopiedLine extends Line {
  readonly position: number;
}

/** Until `signal` is aborted. */
export async function runReader(options: ReaderOptions): Promise<void> {
  const { name, copy, skipRemoved, signal, out } = options;
  await using client = await openClient(options);
  const log = new Log<Line>(client, PATH);
  const { file, lines } = LineFile.open(copy);
  using _ = file;
  const last = lines.at(-1);
  let next = last === undefined ? undefined : (JSON.parse(last) as CopiedLine).position + 1;

  const bounds = await log.bounds({ sync: true, signal });
  if (next !== undefined && next > bounds.next) {
    const text = `${copy} ends at entry ${next - 1}, and the log at ${bounds.next - 1}: it is the copy of another log.`;
    throw new Error(`${text} Move it away, and a new copy begins.`);
  }
  if (next !== undefined && next < bounds.first) {
    out(`${name}: entries ${next} to ${bounds.first - 1} have been removed from the log.`);
    if (!skipRemoved) throw new Error(`They are missing in ${copy}. Go on without them with --skip-removed.`);
    next = bounds.first;
  }

  out(`${name}: copying to ${copy}, from entry ${next ?? bounds.first}.`);
  try {
    for await (const { position, value } of log.tail(next ?? "first", { signal })) {
      file.append(JSON.stringify({ position, ...value } satisfies CopiedLine));
      out(`${position} ${value.writer}: ${value.text}`);
    }
  } catch (error) {
    if (!(error instanceof LogTruncatedError)) throw error;
    const text = `${name} was too slow: entries ${error.position} to ${error.first - 1} were removed before it came to them.`;
    throw new Error(`${text} Go on without them with --skip-removed.`, { cause: error });
  }
}
