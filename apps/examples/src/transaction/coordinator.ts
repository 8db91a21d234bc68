/** Begins transfers and sees them through; and what to do when whoever did that has died. */
import { isCoordinationError } from "@rookery/client";
import { TransactionCoordinator, type TransactionStatus } from "@rookery/recipes";
import { aborted, openClient, type Surroundings } from "../support/program.ts";
import { decodeTransfer, encodeTransfer, PATH, type Transfer } from "./transfer.ts";

export interface TransferOptions extends Surroundings, Transfer {
  /** Not decided after so long, it is called off, ms. */
  readonly decisionTimeoutMs: number;
  /** Does nothing more once it is begun, or decided, until `signal` is aborted: time to kill the process. */
  readonly hold: "begun" | "decided" | undefined;
}

/** How long accounts are waited for that have not carried a decision out. */
const COMPLETE_MS = 5_000;

/** @throws Error if the transfer was called off. */
export async function transfer(options: TransferOptions): Promise<void> {
  const { from, to, amount, decisionTimeoutMs, hold, signal, out } = options;
  await using client = await openClient(options);
  const coordinator = new TransactionCoordinator(client, PATH, { decisionTimeoutMs });
  const id = await coordinator.begin([from, to], { data: encodeTransfer({ from, to, amount }), signal });
  out(`${id}: begun: ${amount} from ${from} to ${to}.`);
  if (hold === "begun") return await holdHere(options);

  const decision = await coordinator.decide(id, { signal });
  const { votes } = await coordinator.status(id, { signal });
  out(`${id}: ${decision}. The votes: ${[from, to].map((name) => `${name} ${votes.get(name) ?? "none"}`).join(", ")}.`);
  if (hold === "decided") return await holdHere(options);

  try {
    await coordinator.complete(id, { signal, timeoutMs: COMPLETE_MS });
  } catch (error) {
    if (!isCoordinationError(error, "TIMEOUT")) throw error;
    out(`${id}: not carried out by both yet. Who is missing does it when it is back; "recover" tidies up afterwards.`);
  }
  if (decision === "abort") throw new Error(`${id}: called off: no account has changed.`);
  out(`${id}: ${amount} went from ${from} to ${to}.`);
}

async function holdHere({ signal, out }: TransferOptions): Promise<void> {
  out("Holding here. Kill this process, and see what becomes of the transfer.");
  await aborted(signal);
}

export interface RecoverOptions extends Surroundings {
  /** What is finished is kept for so long, ms. */
  readonly keepMs: number;
}

/** Safe at any time, by anybody, as often as one likes. */
export async function recover(options: RecoverOptions): Promise<void> {
  const { keepMs, signal, out } = options;
  await using client = await openClient(options);
  const found = await new TransactionCoordinator(client, PATH).recover({ keepMs, signal });
  for (const [what, ids] of Object.entries(found)) for (const id of ids) out(`${id}: ${what}.`);
  if (Object.values(found).every((ids) => ids.length === 0)) out("There is nothing to recover.");
}

export async function list(options: Surroundings): Promise<void> {
  const { signal, out } = options;
  await using client = await openClient(options);
  const all = await new TransactionCoordinator(client, PATH).list({ signal });
  for (const status of all) out(describe(status));
  if (all.length === 0) out("There are no transfers under way.");
}

function describe({ id, participants, data, votes, decision, acknowledged }: TransactionStatus): string {
  const { from, to, amount } = decodeTransfer(data);
  const states = participants.map((name) => {
    if (acknowledged.has(name)) return `${name} has carried it out`;
    const vote = votes.get(name);
    return vote === undefined ? `${name} has not voted` : `${name} voted ${vote}`;
  });
  return `${id}: ${amount} from ${from} to ${to}: ${decision ?? "not decided"}; ${states.join(", ")}.`;
}
