/** The driver of the core: one member alone, whose state machine is a list of what it was told. */
import { DEFAULT_LIMITS, type Entry, type RoleState } from "@rookery/consensus";
import { type MemoryEngine, openMemoryEngine } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import { describe, expect, it } from "vitest";
import { HandRuntime } from "../../test/harness.ts";
import { SILENT } from "../logger.ts";
import { DEFAULT_OPTIONS } from "../options.ts";
import { bootOf, coreConfigOf, foundersId } from "./boot.ts";
import { Replication, type StateMachine } from "./replication.ts";

describe("entries", () => {
  it("are applied in order, each once, and only when they are durable", async () => {
    const { replication, machine, engine, settle } = await alone();
    engine.hold();
    for (const text of ["a", "b"]) replication.propose(Buffer.from(text));
    await settle();
    expect(machine.applied).toEqual([]);
    replication.propose(Buffer.from("c"));
    engine.release();
    await settle();
    expect(machine.applied).toEqual(["a", "b", "c"]);
    expect(engine.log.last.index).toBe(replication.core.last.index);
  });

  it("that come while a batch is being written share the next", async () => {
    const { replication, engine, settle } = await alone();
    engine.hold();
    replication.propose(Buffer.from("a"));
    await settle();
    for (const text of ["b", "c", "d"]) {
      replication.propose(Buffer.from(text));
      await settle();
    }
    expect(engine.pending.log?.items).toBe(1);
    engine.release(1);
    await settle();
    expect(engine.pending.log?.items).toBe(3);
    engine.release();
  });

  it("wait for a state machine that has no room, and go on when it says so", async () => {
    const { replication, machine, settle } = await alone();
    machine.room = 2;
    for (const text of ["a", "b", "c", "d"]) replication.propose(Buffer.from(text));
    await settle();
    expect(machine.applied).toEqual(["a", "b"]);
    expect(replication.level).toBe(false);
    machine.room = 10;
    replication.resume();
    await settle();
    expect(machine.applied).toEqual(["a", "b", "c", "d"]);
    expect(replication.level).toBe(true);
  });

  it("come from the log when they are in memory no longer", async () => {
    const { replication, machine, settle } = await alone({ tailEntries: 2 });
    machine.room = 0;
    const texts = Array.from({ length: 20 }, (_, n) => `n${n}`);
    for (const text of texts) {
      replication.propose(Buffer.from(text));
      await settle();
    }
    machine.room = 100;
    replication.resume();
    await settle();
    expect(machine.applied).toEqual(texts);
  });

  it("that the log held at the start are applied again, behind the state", async () => {
    const first = await alone();
    for (const text of ["a", "b", "c"]) first.replication.propose(Buffer.from(text));
    await first.settle();
    const second = await alone({}, first.engine.crash());
    expect(second.machine.applied).toEqual(["a", "b", "c"]);
    expect(second.replication.role).toMatchObject({ role: "leading", epoch: 2, canPropose: true });
  });

  it("wait in their order while the disk is full", async () => {
    const { replication, machine, engine, runtime, settle } = await alone();
    engine.setSpace("none");
    replication.propose(Buffer.from("a"));
    await settle();
    replication.propose(Buffer.from("b"));
    await settle();
    await runtime.advance(5000);
    expect(machine.applied).toEqual([]);
    expect(machine.failures).toEqual([]);
    engine.setSpace("ok");
    replication.retry();
    await settle();
    expect(machine.applied).toEqual(["a", "b"]);
  });
});

describe("a member that cannot go on", () => {
  it("stops once when its disk fails, and takes nothing more", async () => {
    const { replication, machine, engine, settle } = await alone();
    engine.failNext("log");
    replication.propose(Buffer.from("a"));
    await settle();
    expect(machine.applied).toEqual([]);
    expect(machine.failures).toMatchObject([{ code: "FAILED" }]);
    expect(replication.propose(Buffer.from("b"))).toBeUndefined();
  });

  it("stops when its state machine contradicts the log", async () => {
    const { replication, machine, settle } = await alone();
    machine.refuses = "b";
    for (const text of ["a", "b", "c"]) replication.propose(Buffer.from(text));
    await settle();
    expect(machine.applied).toEqual(["a"]);
    expect(machine.failures.map(({ message }) => message)).toEqual(["b contradicts the state"]);
  });
});

describe("draining", () => {
  it("is done when all that was proposed is durable and applied", async () => {
    const { replication, machine, engine, settle } = await alone();
    await replication.drained();
    engine.hold();
    replication.propose(Buffer.from("a"));
    let drained = false;
    void replication.drained().then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(false);
    engine.release();
    await settle();
    expect(drained).toBe(true);
    expect(machine.applied).toEqual(["a"]);
  });

  it("does not wait for a disk that is full", async () => {
    const { replication, engine, settle } = await alone();
    engine.setSpace("none");
    replication.propose(Buffer.from("a"));
    let drained = false;
    void replication.drained().then(() => {
      drained = true;
    });
    await settle();
    expect(drained).toBe(true);
  });
});

describe("a read that must not be stale", () => {
  it("is answered with the index up to which the asker must have applied", async () => {
    const { replication, machine, engine, settle } = await alone();
    engine.hold();
    replication.propose(Buffer.from("a"));
    const answers: (number | undefined)[] = [];
    replication.readIndex((index) => answers.push(index));
    await settle();
    engine.release();
    await settle();
    expect(answers).toEqual([replication.core.last.index]);
    expect(machine.applied).toEqual(["a"]);
  });
});

class Machine implements StateMachine {
  readonly applied: string[] = [];
  readonly failures: (Error & { code?: string })[] = [];
  room = Number.POSITIVE_INFINITY;
  refuses = "";
  role: RoleState | undefined;

  beginRun(): void {}
  endRun(): void {}

  apply({ kind, payload }: Entry): void {
    if (kind !== TRANSACTION) return;
    const text = Buffer.from(payload).toString();
    if (text === this.refuses) throw new Error(`${text} contradicts the state`);
    this.applied.push(text);
  }

  mayApply(): boolean {
    return this.applied.length < this.room;
  }

  beforeReplace(): Promise<void> {
    return Promise.resolve();
  }

  replaced(): void {}

  onRole(role: RoleState): void {
    this.role = role;
  }

  onPeerMessage(): void {}
  onLinkDown(): void {}
  sendSnapshot(): void {}
  cancelSnapshot(): void {}
  onFlushed(): void {}

  onFailure(error: Error): void {
    this.failures.push(error);
  }

  digestOf(): undefined {
    return undefined;
  }
}

const TRANSACTION = 1;

async function alone(
  limits: Partial<typeof DEFAULT_LIMITS> = {},
  engine: MemoryEngine = openMemoryEngine({ tables: STATE_TABLES }),
) {
  const runtime = new HandRuntime();
  const machine = new Machine();
  const boot = await bootOf(engine, new Uint8Array(), { bootId: 1, jitterSeed: 1, vouched: false });
  const config = { ...coreConfigOf(DEFAULT_OPTIONS, 1, SILENT), limits: { ...DEFAULT_LIMITS, ...limits } };
  const ports = { engine, runtime, logger: SILENT, peers: undefined };
  const replication = new Replication(config, boot, ports, machine, foundersId);
  const settle = async () => {
    for (let round = 0; round < 4; round++) await runtime.settle();
  };
  await replication.start();
  await settle();
  return { replication, machine, engine, runtime, settle };
}
