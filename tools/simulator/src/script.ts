/**
 * Plans as text, for people and for `test/scripts`: comments, one line `plan {…}` with everything but the schedule, then
 * the faults, one a line: `at kind name=value …`, and what came of it: `expect ok`.
 */
import { FAULT_KINDS, type Fault, type FaultKind, type Plan } from "./plan.ts";

export function print(plan: Plan, comments: readonly string[] = []): string {
  const { faults, ...rest } = plan;
  const lines = [...comments.map((comment) => `# ${comment}`.trimEnd()), `plan ${JSON.stringify(rest)}`];
  for (const fault of faults) {
    const { at, kind, ...fields } = fault;
    const values = Object.entries(fields).map(
      ([name, value]) => `${name}=${Array.isArray(value) ? `[${value}]` : value}`,
    );
    lines.push([at, kind, ...values].join(" "));
  }
  return `${[...lines, "expect ok"].join("\n")}\n`;
}

/** @throws Error with the line's number where the text is not such a plan. */
export function parse(text: string): Plan {
  let plan: Omit<Plan, "faults"> | undefined;
  const faults: Fault[] = [];
  for (const [at, line] of text.split("\n").entries()) {
    if (line === "" || line.startsWith("#") || line === "expect ok") continue;
    if (line.startsWith("plan ")) {
      plan = JSON.parse(line.slice("plan ".length));
      continue;
    }
    const [time = "", kind = "", ...fields] = line.split(" ");
    if (!/^\d+$/.test(time) || !FAULT_KINDS.includes(kind as FaultKind)) throw new Error(`line ${at + 1}: ${line}`);
    const values = fields.map((field) => {
      const [name = "", value = ""] = field.split("=");
      return [name, /^[[\d-]/.test(value) ? JSON.parse(value) : value];
    });
    faults.push({ at: Number(time), kind, ...Object.fromEntries(values) } as Fault);
  }
  if (plan === undefined) throw new Error("no line begins with plan");
  return { ...plan, faults };
}
