/**
 * Appends lines, each exactly once, also if the process is killed and started again. A writer's name and the number of its line
 * make that possible: the log remembers the last number of each name, in the same change as the line.
 *
 * Lines go one by one on purpose. Were several sent as one append, what a dead process had under way could arrive after its
 * successor has looked, which would then cut its lines differently and repeat some.
 */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { Log } from "@rookery/recipes";
import { messageOf, openClient, type Surroundings } from "../support/program.ts";
import { type Line, PATH } from "./entry.ts";

export interface WriterOptions extends Surroundings {
  /** Of one process at a time, and kept over restarts. */
  readonly name: string;
  /** Its lines are numbered as they stand there. Undefined: lines come from standard input, and go on behind the last. */
  readonly file: string | undefined;
  /** Waits so long after each line, ms. */
  readonly everyMs: number;
  /** At least so many of the newest entries stay, and older ones may go. Undefined: all stay. */
  readonly keep: number | undefined;
}

export async function runWriter(options: WriterOptions): Promise<void> {
  const { name, file, everyMs, keep, signal, out } = options;
  await using client = await openClient(options);
  const retention = {
    entries: keep,
    onError: (error: unknown) => out(`Old entries could not be removed: ${messageOf(error)}.`),
  };
  const log = new Log<Line>(client, PATH, { writer: name, ...(keep === undefined ? {} : { retention }) });
  const last = await log.lastAppend({ signal });
  const next = last === undefined ? 0 : last.sequence + 1;
  if (last !== undefined) out(`${name}: ${next} lines are in the log, the last at position ${last.position}.`);

  let sequence = file === undefined ? next : 0;
  for await (const text of linesOf(file, signal)) {
    if (sequence >= next) {
      const position = await log.append({ writer: name, text }, { sequence, signal });
      out(`${position} ${name}: ${text}`);
      if (everyMs > 0) await sleep(everyMs, undefined, { signal });
    }
    sequence++;
  }
  if (sequence < next && !signal.aborted) {
    const text = `${file} has ${sequence} ${sequence === 1 ? "line" : "lines"}, and ${next} of ${name} are in the log.`;
    throw new Error(`${text} Give the file that it began with, or another name.`);
  }
  out(`${name}: ${signal.aborted ? "stopped" : "done"}, with ${Math.max(sequence, next)} lines in the log.`);
}

async function* linesOf(file: string | undefined, signal: AbortSignal): AsyncGenerator<string, void, undefined> {
  const input = file === undefined ? process.stdin : createReadStream(file);
  // Opening the file may fail, and the lines would never say so.
  let failure: Error | undefined;
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY, signal });
  input.once("error", (error: Error) => {
    failure = error;
    lines.close();
  });
  try {
    yield* lines;
  } finally {
    lines.close();
    input.destroy();
  }
  if (failure !== undefined) throw new Error(`The lines cannot be read: ${failure.message}.`, { cause: failure });
}
