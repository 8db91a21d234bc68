/** Keeps an account, and takes part in the transfers that name it. */
import { Mutex, type ParticipantTransaction, TransactionParticipant } from "@rookery/recipes";
import { aborted, messageOf, openClient, type Surroundings } from "../support/program.ts";
import { Account } from "./account.ts";
import { decodeTransfer, PATH } from "./transfer.ts";

export interface KeeperOptions extends Surroundings {
  readonly name: string;
  readonly file: string;
  /** What a new account begins with. */
  readonly opening: number;
}

/**
 * Until `signal` is aborted. A lock sees to it that one process at a time keeps the account; whoever loses it stops, and asks for
 * it again. It is for order between processes on the machine that has the file; a file others could write as well would have to
 * check the lease's token, as the book of the scenario `lock` does.
 */
export async function keepAccount(options: KeeperOptions): Promise<void> {
  const { name, file, opening, signal, out } = options;
  await using client = await openClient(options);
  const mutex = new Mutex(client, `${PATH}/keepers/${name}`);
  out(`${name}: waiting for my turn to keep ${file}.`);
  while (!signal.aborted)
    await mutex
      .withLock(
        async (lease) => {
          using account = new Account(file, opening);
          await using participant = new TransactionParticipant(client, PATH, name, callbacksOf(account, name, out), {
            onError: (error, id) => out(`${name}: ${id === "" ? "" : `${id}: `}${messageOf(error)}.`),
          });
          const pending = account.pending.length === 0 ? "" : ` Not decided yet: ${account.pending.join(", ")}.`;
          out(`${name}: keeping ${file}, which holds ${account.balance}.${pending}`);
          const until = AbortSignal.any([signal, lease.signal]);
          await participant.start({ signal: until });
          await aborted(until);
        },
        { signal },
      )
      .catch((error) => {
        // The lock was lost while the participant began: the next turn begins anew.
        if (signal.aborted || error?.name !== "AbortError") throw error;
      });
}

function callbacksOf(account: Account, name: string, out: (line: string) => void) {
  const balance = () => `holds ${account.balance}, of which ${account.available} can be spent`;
  return {
    prepare({ id, data }: ParticipantTransaction): void {
      const { from, to, amount } = decodeTransfer(data);
      if (name !== from && name !== to) throw new Error(`this is between ${from} and ${to}`);
      account.prepare(id, name === from ? -amount : amount);
      out(`${name}: ${id}: ${amount} from ${from} to ${to} is prepared; ${balance()}.`);
    },
    commit({ id }: ParticipantTransaction): void {
      if (account.commit(id)) out(`${name}: ${id}: done; ${balance()}.`);
    },
    rollback({ id }: ParticipantTransaction): void {
      if (account.rollBack(id)) out(`${name}: ${id}: called off; ${balance()}.`);
    },
  };
}
