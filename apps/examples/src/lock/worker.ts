/** A worker: takes the lock, reads the book's last number, works, writes the next number, lets the lock go. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Zxid } from "@rookery/client";
import { type Lease, Mutex } from "@rookery/recipes";
import { messageOf, openClient, type Surroundings } from "../support/program.ts";

export interface WorkerOptions extends Surroundings {
  /** For people. */
  readonly name: string;
  /** Where the book is, `http://host:port`. */
  readonly book: string;
  /** How many it writes before it ends. */
  readonly invoices: number;
  /** How long it holds the lock for one, ms. */
  readonly workMs: number;
  /** How long the whole process stands still in the middle of the first one, ms. */
  readonly stallMs: number;
}

const PATH = "/examples/lock/invoices";

/** The book has seen a later holder of the lock. */
class FencedError extends Error {}

export async function runWorker(options: WorkerOptions): Promise<void> {
  const { name, invoices, signal, out } = options;
  await using client = await openClient(options);
  const mutex = new Mutex(client, PATH, { id: name });
  let { stallMs } = options;
  for (let written = 0; written < invoices; ) {
    await mutex.withLock(
      async (lease) => {
        out(`${name} has the lock, token ${lease.token}.`);
        try {
          const number = await writeInvoice(lease, { ...options, stallMs });
          written++;
          out(`${name} wrote invoice ${number}.`);
        } catch (error) {
          if (error instanceof FencedError) out(`${name} was too late, and the book refused it: ${error.message}.`);
          else if (lease.signal.aborted && !signal.aborted)
            out(`${name} lost the lock, and wrote nothing: ${messageOf(lease.signal.reason)}.`);
          else throw error;
        }
        stallMs = 0;
      },
      { signal },
    );
  }
}

async function writeInvoice(lease: Lease, options: WorkerOptions): Promise<number> {
  const { name, book, workMs, stallMs, signal, out } = options;
  const { number } = await ask(`${book}/last`, lease.token);
  await sleep(workMs, undefined, { signal: AbortSignal.any([signal, lease.signal]) });
  if (stallMs > 0) {
    out(`${name} stands still for ${stallMs} ms.`);
    standStill(stallMs);
  }
  // The first safeguard. After a pause it may not have heard yet that the lock is lost: then the token is the second.
  lease.signal.throwIfAborted();
  const invoice = { number: number + 1, by: name };
  await ask(`${book}/invoices`, lease.token, { method: "POST", body: JSON.stringify(invoice) });
  return invoice.number;
}

/** Is not given the lease's signal: what is on its way cannot be called back, and its outcome is worth knowing. */
async function ask(url: string, token: Zxid, request: RequestInit = {}): Promise<{ readonly number: number }> {
  let response: Response;
  try {
    response = await fetch(url, { ...request, headers: { "fencing-token": String(token) } });
  } catch (error) {
    const advice = "Start it with: node dist/lock/main.js book";
    throw new Error(`The book does not answer at ${url}. ${advice}`, { cause: error });
  }
  const body = (await response.json()) as { readonly number: number; readonly error?: string };
  if (response.status === 409) throw new FencedError(body.error);
  if (!response.ok) throw new Error(`The book answers ${response.status} to ${url}: ${body.error}`);
  return body;
}

/** Nothing of this process runs meanwhile: no timer, no heartbeat, no event. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
