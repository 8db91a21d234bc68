/** Tier 2 of the command line: whole members. */
import { membersPlanOf } from "./plan.ts";
import { type MembersResult, runMembers } from "./world.ts";

export interface MembersCommand {
  /** First and last seed. */
  readonly seeds: readonly [number, number];
  /** Fresh seeds for so long instead, minutes; 0: not. */
  readonly minutes: number;
  /** Every so many seeds one runs twice and is compared; 0: none. */
  readonly twice: number;
  /** Lines of a transcript. */
  readonly lines: number;
  /** Print the transcript of a run that does not fail, too; and of each that fails. */
  readonly transcript: boolean;
  /** Stop after so many failures. */
  readonly failuresMax: number;
}

/** Runs the seeds, tells of failures on the console, and returns the exit code. */
export async function membersCommand(command: MembersCommand): Promise<number> {
  const { seeds, minutes, twice, failuresMax } = command;
  const [first, last] = seeds;
  // The only clock: it decides how many seeds are run, never what happens in one.
  const began = Date.now();
  const totals: Record<string, number> = { seeds: 0, events: 0, failures: 0 };
  for (let seed = first; minutes > 0 || seed <= last; seed++) {
    if (minutes > 0 && Date.now() - began >= minutes * 60_000) break;
    const result = await runMembers(seed);
    count(totals, result);
    let failure = failureOf(result);
    if (failure === undefined && twice > 0 && seed % twice === 0 && (await runMembers(seed)).hash !== result.hash)
      failure = "two runs differ";
    if (failure !== undefined) {
      totals.failures = (totals.failures ?? 0) + 1;
      console.log(`seed ${seed} FAILED at ${result.ms} ms: ${failure}`);
    }
    if (command.transcript || (failure !== undefined && first === last)) await showTranscript(seed, command.lines);
    if ((totals.failures ?? 0) >= failuresMax) break;
  }
  const seconds = Math.max(0.001, (Date.now() - began) / 1000);
  const told = Object.entries(totals).map(([what, value]) => `${value} ${what}`);
  console.log(`${told.join(", ")}; ${Math.round((totals.events ?? 0) / seconds / 1000)}k events/s`);
  return totals.failures === 0 ? 0 : 1;
}

function failureOf({ violation }: MembersResult): string | undefined {
  return violation === undefined ? undefined : `${violation.rule}: ${violation.message}`;
}

async function showTranscript(seed: number, lines: number): Promise<void> {
  // Only the end is wanted, and a transcript may be long.
  const kept: string[] = [];
  let dropped = 0;
  await runMembers(seed, {
    trace: (line) => {
      kept.push(line);
      if (kept.length < 2 * lines) return;
      dropped += kept.length - lines;
      kept.splice(0, kept.length - lines);
    },
  });
  console.log(`seed ${seed}: ${JSON.stringify(membersPlanOf(seed))}`);
  if (dropped > 0 || kept.length > lines) console.log(`… ${dropped + Math.max(0, kept.length - lines)} lines before`);
  console.log(kept.slice(-lines).join("\n"));
}

function count(totals: Record<string, number>, { events, counts }: MembersResult): void {
  totals.seeds = (totals.seeds ?? 0) + 1;
  totals.events = (totals.events ?? 0) + events;
  for (const [what, value] of Object.entries(counts)) totals[what] = (totals[what] ?? 0) + value;
}
