/** Short histories for the tests of the checkers, written one operation a line. */
import type { Call, Evidence, Operation, Outcome } from "../evidence.ts";

const PATH = "/torture/registers/0";

/** From and until, milliseconds; no end for an operation without a reply. */
export type Times = readonly [from: number, until?: number];

export class Histories {
  readonly operations: Operation[] = [];

  create(times: Times, zxid: number): number {
    const value = this.operations.length;
    return this.#add(times, zxid, { type: "create", path: PATH, value }, { type: "created", name: PATH, czxid: zxid });
  }

  /** @returns The value written. */
  set(times: Times, zxid: number, version: number, condition = -1): number {
    const value = this.operations.length;
    const outcome: Outcome = { type: "set", version, mzxid: zxid };
    return this.#add(times, zxid, { type: "set", path: PATH, value, version: condition }, outcome);
  }

  refusedSet(times: Times, zxid: number, condition: number, error: string): number {
    const call: Call = { type: "set", path: PATH, value: this.operations.length, version: condition };
    return this.#add(times, zxid, call, { type: "refused", error });
  }

  delete(times: Times, zxid: number): number {
    return this.#add(times, zxid, { type: "delete", path: PATH, version: -1 }, { type: "done" });
  }

  read(times: Times, zxid: number, value: number, version: number, mzxid: number, czxid = 1): number {
    const outcome: Outcome = { type: "seen", znode: { value, version, czxid, mzxid } };
    return this.#add(times, zxid, { type: "read", path: PATH, synced: true }, outcome);
  }

  readAbsent(times: Times, zxid: number): number {
    const call: Call = { type: "read", path: PATH, synced: true };
    return this.#add(times, zxid, call, { type: "seen", znode: undefined });
  }

  get evidence(): Evidence {
    return { history: this.operations, sessions: [], trees: [], digests: [], kazoo: undefined, incidents: [] };
  }

  #add([invoked, returned = Infinity]: Times, zxid: number, call: Call, outcome: Outcome): number {
    const id = this.operations.length;
    const answered = returned !== Infinity;
    this.operations.push({
      id,
      session: 0,
      server: 1,
      order: id,
      invoked,
      returned,
      zxid: answered ? zxid : -1,
      call,
      outcome: answered ? outcome : { type: "unknown" },
    });
    return id;
  }
}
