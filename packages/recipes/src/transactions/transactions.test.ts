import { type Client, CoordinationError, connect } from "@rookery/client";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { canRestart, OPCODE, type RecipeServer, startServer } from "../../test/world.ts";
import {
  type ParticipantOptions,
  type ParticipantTransaction,
  type TransactionCallbacks,
  TransactionCoordinator,
  TransactionParticipant,
} from "./index.ts";

let server: RecipeServer;
let one: Client;
let two: Client;
let path: string;
let paths = 0;
let participants: TransactionParticipant[];

beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());
beforeEach(async () => {
  path = `/commits/${++paths}`;
  participants = [];
  [one, two] = await Promise.all([connectClient(), connectClient()]);
});
afterEach(async () => {
  server.heal();
  await Promise.all(participants.map((participant) => participant.stop()));
  await Promise.all([one.close(), two.close()]);
});

function connectClient(sessionTimeoutMs = 3000): Promise<Client> {
  return connect(server.connectString, { sessionTimeoutMs });
}

/** What a participant was asked to do, in order. */
class Recorder implements TransactionCallbacks {
  readonly calls: string[] = [];
  private readonly behaviour: Partial<TransactionCallbacks>;

  constructor(behaviour: Partial<TransactionCallbacks> = {}) {
    this.behaviour = behaviour;
  }

  prepare(transaction: ParticipantTransaction) {
    this.calls.push("prepare");
    return this.behaviour.prepare?.(transaction);
  }

  commit(transaction: ParticipantTransaction) {
    this.calls.push("commit");
    return this.behaviour.commit?.(transaction);
  }

  rollback(transaction: ParticipantTransaction) {
    this.calls.push("rollback");
    return this.behaviour.rollback?.(transaction);
  }
}

async function start(
  name: string,
  behaviour: Partial<TransactionCallbacks> = {},
  { client = two, ...options }: ParticipantOptions & { client?: Client } = {},
): Promise<Recorder> {
  const recorder = new Recorder(behaviour);
  const participant = new TransactionParticipant(client, path, name, recorder, { retryPauseMsMax: 20, ...options });
  participants.push(participant);
  await participant.start();
  return recorder;
}

async function stopAll(): Promise<void> {
  await Promise.all(participants.splice(0).map((participant) => participant.stop()));
}

function refuse(): never {
  throw new Error("no");
}

describe("a transaction", () => {
  it("is committed when all have prepared, and leaves nothing behind when it is complete", async () => {
    const seen: ParticipantTransaction[] = [];
    const a = await start("a", { commit: (transaction) => void seen.push(transaction) });
    const b = await start("b");
    const coordinator = new TransactionCoordinator(one, path);
    const { id, decision } = await coordinator.run(["a", "b"], { data: "payload" });
    expect(decision).toBe("commit");
    await coordinator.complete(id);
    expect(a.calls).toEqual(["prepare", "commit"]);
    expect(b.calls).toEqual(["prepare", "commit"]);
    expect(seen).toMatchObject([{ id, participants: ["a", "b"], data: Buffer.from("payload") }]);
    expect(await coordinator.list()).toEqual([]);
    // The lists of both, and the mark of this session.
    expect(await one.getAllChildrenNumber(path)).toBe(6);
    await coordinator.complete(id);
    await expect(coordinator.decide(id)).rejects.toMatchObject({ code: "NO_NODE" });
  });

  it("is aborted when one cannot prepare: those that can roll back", async () => {
    const errors: unknown[] = [];
    const a = await start("a");
    const b = await start("b", { prepare: refuse }, { onError: (error, id) => errors.push([error, id]) });
    const coordinator = new TransactionCoordinator(one, path);
    const { id, decision } = await coordinator.run(["a", "b"]);
    expect(decision).toBe("abort");
    await coordinator.complete(id);
    expect(a.calls.at(-1)).toBe("rollback");
    expect(b.calls).toEqual(["prepare", "rollback"]);
    expect(errors).toEqual([[expect.objectContaining({ message: "no" }), id]]);
  });

  it("is aborted when one does not vote in time, which that one learns later", async () => {
    const a = await start("a");
    const coordinator = new TransactionCoordinator(one, path);
    const { id, decision } = await coordinator.run(["a", "b"], { decisionTimeoutMs: 50 });
    expect(decision).toBe("abort");
    await vi.waitFor(() => expect(a.calls).toEqual(["prepare", "rollback"]));
    const late = await start("b");
    await coordinator.complete(id);
    expect(late.calls).toEqual(["rollback"]);
  });

  it("tells one that still prepares that it is over", async () => {
    const a = await start("a", {
      prepare: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const coordinator = new TransactionCoordinator(one, path);
    const id = await coordinator.begin(["a"]);
    await vi.waitFor(() => expect(a.calls).toEqual(["prepare"]));
    expect(await coordinator.abort(id)).toBe("abort");
    await coordinator.complete(id);
    expect(a.calls).toEqual(["prepare", "rollback"]);
  });

  it("is not aborted any more when it is committed", async () => {
    await start("a");
    const coordinator = new TransactionCoordinator(one, path);
    const { id } = await coordinator.run(["a"]);
    expect(await coordinator.abort(id)).toBe("commit");
  });

  it("is decided once by coordinators that differ", async () => {
    await start("a");
    for (let round = 0; round < 20; round++) {
      const waits = new TransactionCoordinator(one, path);
      const aborts = new TransactionCoordinator(two, path);
      const id = await waits.begin(["a"]);
      const decisions = await Promise.all([waits.decide(id), aborts.abort(id)]);
      expect(decisions[0]).toBe(decisions[1]);
      expect(await waits.status(id)).toMatchObject({ decision: decisions[0] });
    }
  });

  it("is begun once under an id", async () => {
    const coordinator = new TransactionCoordinator(one, path);
    expect(await coordinator.begin(["a"], { id: "order-17" })).toBe("order-17");
    await expect(coordinator.begin(["a"], { id: "order-17" })).rejects.toMatchObject({ code: "NODE_EXISTS" });
  });

  it("goes on when callbacks fail for a while", async () => {
    let failures = 0;
    const errors: unknown[] = [];
    const commit = () => {
      if (++failures < 3) throw new Error("not now");
    };
    const a = await start("a", { commit }, { onError: (error) => errors.push(error) });
    const coordinator = new TransactionCoordinator(one, path);
    const { id } = await coordinator.run(["a"]);
    await coordinator.complete(id);
    expect(a.calls).toEqual(["prepare", "commit", "commit", "commit"]);
    expect(errors).toHaveLength(2);
  });
});

describe("mishaps", () => {
  it.each([
    ["of its beginning", () => one, 0],
    ["of a participant's acknowledgement", () => two, 0],
  ])("a lost reply %s changes nothing", async (_, client) => {
    const a = await start("a");
    const coordinator = new TransactionCoordinator(one, path);
    await coordinator.complete((await coordinator.run(["a"])).id);
    const lost = server.loseNextReply({ opcode: OPCODE.multi, session: client().sessionId });
    const { id, decision } = await coordinator.run(["a"]);
    expect(await lost).toMatchObject({ error: 0 });
    expect(decision).toBe("commit");
    await coordinator.complete(id);
    expect(a.calls).toEqual(["prepare", "commit", "prepare", "commit"]);
  });

  it.each([
    ["is known to have begun", false],
    ["may have begun if the session has expired", true],
  ])(
    "a transaction that was finished before its coordinator came back %s, and does not begin again",
    async (_, expires) => {
      const a = await start("a");
      const coordinator = new TransactionCoordinator(one, path);
      const other = new TransactionCoordinator(two, path);
      await coordinator.complete((await coordinator.run(["a"])).id);
      const lost = server.loseNextReply({ opcode: OPCODE.multi, session: one.sessionId });
      server.refuseConnections(true);
      const begun = coordinator.begin(["a"], { id: "t" });
      begun.catch(() => {});
      expect(await lost).toMatchObject({ error: 0 });
      expect(await other.decide("t")).toBe("commit");
      await other.complete("t");
      if (expires) await server.expireSession(one.sessionId);
      server.refuseConnections(false);
      if (expires) await expect(begun).rejects.toMatchObject({ code: "SESSION_EXPIRED", outcome: "unknown" });
      else expect(await begun).toBe("t");
      expect(await other.list()).toEqual([]);
      await stopAll();
      expect(a.calls).toEqual(["prepare", "commit", "prepare", "commit"]);
    },
  );

  it("a lost reply of the decision, and of the deletion, changes nothing", async () => {
    const coordinator = new TransactionCoordinator(one, path);
    const id = await coordinator.begin(["a"]);
    const lostDecision = server.loseNextReply({ opcode: OPCODE.multi, session: one.sessionId });
    const decided = coordinator.decide(id);
    await start("a");
    expect(await decided).toBe("commit");
    expect(await lostDecision).toMatchObject({ error: 0 });
    const lostDeletion = server.loseNextReply({ opcode: OPCODE.multi, session: one.sessionId });
    await coordinator.complete(id);
    expect(await lostDeletion).toMatchObject({ error: 0 });
    expect(await coordinator.list()).toEqual([]);
  });

  it.runIf(canRestart)("expiry and a restart of the servers change nothing", async () => {
    const a = await start("a");
    const coordinator = new TransactionCoordinator(one, path);
    const id = await coordinator.begin(["a", "b"]);
    const decided = coordinator.decide(id);
    await vi.waitFor(() => expect(a.calls).toEqual(["prepare"]));
    await server.expireSession(one.sessionId);
    await server.expireSession(two.sessionId);
    await server.restart();
    const b = await start("b");
    expect(await decided).toBe("commit");
    await coordinator.complete(id);
    expect([a.calls, b.calls]).toEqual([
      ["prepare", "commit"],
      ["prepare", "commit"],
    ]);
  });

  it("a participant that died before its vote prepares again", async () => {
    const first = await start("a", {
      prepare: ({ signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
    });
    const coordinator = new TransactionCoordinator(one, path);
    const id = await coordinator.begin(["a"]);
    await vi.waitFor(() => expect(first.calls).toEqual(["prepare"]));
    await stopAll();
    expect((await coordinator.status(id)).votes.size).toBe(0);
    const second = await start("a");
    expect(await coordinator.decide(id)).toBe("commit");
    await coordinator.complete(id);
    expect(second.calls).toEqual(["prepare", "commit"]);
  });

  it("a participant that died after its vote is bound by it, and carries the decision out", async () => {
    await start("a");
    const coordinator = new TransactionCoordinator(one, path);
    const id = await coordinator.begin(["a", "b"]);
    await vi.waitFor(async () => expect((await coordinator.status(id)).votes.get("a")).toBe("commit"));
    expect(await coordinator.inDoubt()).toMatchObject([{ id, decision: undefined }]);
    await stopAll();
    const again = await start("a", { prepare: refuse });
    await start("b");
    expect(await coordinator.decide(id)).toBe("commit");
    expect(await coordinator.inDoubt()).toEqual([]);
    await coordinator.complete(id);
    expect(again.calls).toEqual(["commit"]);
  });

  it("a participant that died while it committed commits again", async () => {
    const first = await start("a", { commit: refuse });
    const coordinator = new TransactionCoordinator(one, path);
    const { id } = await coordinator.run(["a"]);
    await vi.waitFor(() => expect(first.calls).toContain("commit"));
    await stopAll();
    const second = await start("a");
    await coordinator.complete(id);
    expect(second.calls).toEqual(["commit"]);
  });

  it("participants decide themselves when the coordinator died", async () => {
    const a = await start("a");
    const b = await start("b");
    const c = await start("c");
    const coordinator = new TransactionCoordinator(one, path, { decisionTimeoutMs: 100 });
    const unanimous = await coordinator.begin(["a", "b"]);
    await vi.waitFor(() => {
      for (const { calls } of [a, b]) expect(calls).toEqual(["prepare", "commit"]);
    });
    const incomplete = await coordinator.begin(["c", "nobody"]);
    await vi.waitFor(() => expect(c.calls).toEqual(["prepare", "rollback"]));
    await coordinator.complete(unanimous);
    expect(await coordinator.list()).toMatchObject([{ id: incomplete, decision: "abort" }]);
  });

  it("anybody recovers what a coordinator left", async () => {
    const coordinator = new TransactionCoordinator(one, path, { decisionTimeoutMs: 60_000 });
    expect(await coordinator.recover()).toMatchObject({ committed: [], undecided: [] });
    await start("a");
    await start("b", { prepare: refuse });
    const commits = await coordinator.begin(["a"]);
    const waits = await coordinator.begin(["a", "nobody"]);
    const late = await coordinator.begin(["nobody"], { decisionTimeoutMs: 1 });
    const refused = await coordinator.begin(["b", "nobody"]);
    await vi.waitFor(async () => {
      for (const id of [commits, waits, refused]) expect((await coordinator.status(id)).votes.size).toBe(1);
      expect((await coordinator.status(refused)).decision).toBe("abort");
    });
    const other = new TransactionCoordinator(two, path);
    expect(await other.recover()).toEqual({
      committed: [commits],
      aborted: [late],
      forgotten: [],
      undecided: [waits],
      unfinished: [refused],
    });
    await vi.waitFor(async () => expect((await other.status(commits)).acknowledged.size).toBe(1));
    expect(await other.recover()).toMatchObject({ forgotten: [], unfinished: [commits, late, refused] });
    expect(await other.recover({ keepMs: 0 })).toMatchObject({ forgotten: [commits], unfinished: [late, refused] });
    await expect(other.forget(waits)).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
    await other.forget(late);
    await other.forget(refused);
    expect(await other.list()).toMatchObject([{ id: waits }]);
    expect(await one.getChildren(`${path}/participants/nobody`)).toMatchObject({ children: [waits] });
  });

  it.each([
    ["its list", "getChildren", ""],
    ["a transaction", "get", "t"],
  ] as const)("a participant that could not read %s tells so, and tries again", async (_, call, id) => {
    const onError = vi.fn();
    const a = await start("a", {}, { onError });
    const error = new CoordinationError("NO_AUTH", "not now");
    vi.spyOn(two, call).mockRejectedValueOnce(error);
    const coordinator = new TransactionCoordinator(one, path);
    expect(await coordinator.run(["a"], { id: "t", timeoutMs: 2000 })).toMatchObject({ decision: "commit" });
    await coordinator.complete("t");
    expect(a.calls).toEqual(["prepare", "commit"]);
    expect(onError.mock.calls).toEqual([[error, id]]);
  });

  it("a participant goes on when the one it tells throws, whose error is an uncaught one", async () => {
    const uncaught: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => uncaught.push(error));
    onTestFinished(() => {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    });
    await start("a", { prepare: refuse }, { onError: refuse });
    const { decision } = await new TransactionCoordinator(one, path).run(["a"], { timeoutMs: 2000 });
    expect(decision).toBe("abort");
    expect(uncaught).toMatchObject([{ message: "no" }]);
  });

  it("a participant outlives its list", async () => {
    const a = await start("a");
    await one.delete(`${path}/participants/a`);
    await vi.waitFor(async () => expect(await one.exists(`${path}/participants/a`)).toBeDefined());
    const coordinator = new TransactionCoordinator(one, path);
    expect(await coordinator.run(["a"], { timeoutMs: 2000 })).toMatchObject({ decision: "commit" });
    expect(a.calls[0]).toBe("prepare");
  });

  it("hold for any participants: all do the same, and what the votes allow", async () => {
    const behaviours = fc.array(
      fc.record({
        refuses: fc.boolean(),
        mishap: fc.constantFrom("none", "lose", "drop", "expire", "stop"),
        failures: fc.nat(1),
      }),
      { minLength: 1, maxLength: 3 },
    );
    await fc.assert(
      fc.asyncProperty(behaviours, fc.boolean(), async (all, coordinatorDies) => {
        path = `/commits/${++paths}`;
        const client = await connectClient(600);
        const names = all.map((_, at) => `p${at}`);
        const outcomes = new Map<string, Set<string>>(names.map((name) => [name, new Set()]));
        const behaviour = (at: number): Partial<TransactionCallbacks> => {
          const outcome = outcomes.get(`p${at}`) as Set<string>;
          let { failures = 0 } = all[at] ?? {};
          const end = (which: string) => () => {
            outcome.add(which);
            if (failures-- > 0) throw new Error("again");
          };
          return { prepare: all[at]?.refuses ? refuse : () => {}, commit: end("commit"), rollback: end("rollback") };
        };
        const coordinator = new TransactionCoordinator(client, path, { decisionTimeoutMs: 1000 });
        const id = await coordinator.begin(names);
        const deciding = coordinatorDies ? undefined : coordinator.decide(id);
        deciding?.catch(() => {});
        await Promise.all(
          all.map(async ({ mishap }, at) => {
            await start(`p${at}`, behaviour(at), { client });
            if (mishap === "lose") server.loseNextReply({ session: client.sessionId }).catch(() => {});
            if (mishap === "drop") await server.dropConnections({ session: client.sessionId });
            if (mishap === "expire") await server.expireSession(client.sessionId).catch(() => {});
            if (mishap !== "stop") return;
            const stopped = participants.find(({ name }) => name === `p${at}`);
            participants = participants.filter((each) => each !== stopped);
            await stopped?.stop();
            await start(`p${at}`, behaviour(at), { client });
          }),
        );
        await coordinator.complete(id);
        const mayCommit = all.every(({ refuses }) => !refuses);
        const seen = new Set([...outcomes.values()].flatMap((outcome) => [...outcome]));
        expect(seen.size).toBe(1);
        for (const outcome of outcomes.values()) expect(outcome.size).toBe(1);
        if (!mayCommit) expect(seen).toEqual(new Set(["rollback"]));
        server.heal();
        await stopAll();
        await client.close();
      }),
      { numRuns: 10, timeout: 15_000 },
    );
  }, 60_000);
});

describe("giving up", () => {
  it("leaves the decision open, and no watch and no listener behind", async () => {
    const coordinator = new TransactionCoordinator(one, path);
    const aborter = new AbortController();
    const running = coordinator.run(["a"], { id: "t", signal: aborter.signal });
    running.catch(() => {});
    await vi.waitFor(async () => expect(await coordinator.list()).toHaveLength(1));
    await one.sync();
    aborter.abort("enough");
    await expect(running).rejects.toMatchObject({ code: "ABORTED", cause: "enough", outcome: "unknown" });
    await expect(coordinator.decide("t", { timeoutMs: 20 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await expect(coordinator.complete("t", { timeoutMs: 20 })).rejects.toMatchObject({ code: "TIMEOUT" });
    await one.sync();
    const { eventsReceived } = one.stats;
    expect((await coordinator.status("t")).decision).toBeUndefined();
    await start("a");
    await vi.waitFor(async () => expect((await coordinator.status("t")).votes.size).toBe(1));
    expect(await coordinator.abort("t")).toBe("commit");
    await coordinator.complete("t");
    // Of the completion itself: its watch of the acknowledgements.
    expect(one.stats.eventsReceived - eventsReceived).toBeLessThanOrEqual(1);
    expect(one.events.listenerCount("state")).toBe(0);
  });

  it("a participant that stops leaves no watch behind and cannot be started again", async () => {
    await start("a");
    const [participant] = participants as [TransactionParticipant];
    await participant.stop();
    await two.sync();
    const { eventsReceived } = two.stats;
    await new TransactionCoordinator(one, path).begin(["a"]);
    await two.sync();
    expect(two.stats.eventsReceived).toBe(eventsReceived);
    await expect(participant.start()).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  });

  it("a participant ends with its client", async () => {
    const errors: unknown[] = [];
    await start("a", {}, { onError: (error) => errors.push(error) });
    await two.close();
    await stopAll();
    expect(errors).toEqual([]);
  });

  it("tells a participant of what was forgotten by force", async () => {
    const errors: unknown[] = [];
    const a = await start("a", { commit: refuse }, { onError: (error) => errors.push(error) });
    const coordinator = new TransactionCoordinator(one, path);
    const { id } = await coordinator.run(["a"]);
    await vi.waitFor(() => expect(a.calls).toContain("commit"));
    await coordinator.forget(id);
    expect(await coordinator.list()).toEqual([]);
    await stopAll();
    const again = await start("a");
    expect(again.calls).toEqual([]);
  });
});

it.each([
  ["no participants", (coordinator: TransactionCoordinator) => coordinator.begin([])],
  ["a participant twice", (coordinator: TransactionCoordinator) => coordinator.begin(["a", "a"])],
  ["a participant that is no name", (coordinator: TransactionCoordinator) => coordinator.begin(["a/b"])],
  ["an id that is no name", (coordinator: TransactionCoordinator) => coordinator.begin(["a"], { id: "" })],
  ["no time at all", (coordinator: TransactionCoordinator) => coordinator.begin(["a"], { decisionTimeoutMs: 0 })],
  ["to keep for less than nothing", (coordinator: TransactionCoordinator) => coordinator.recover({ keepMs: -1 })],
])("refuses %s", async (_, act) => {
  await expect(act(new TransactionCoordinator(one, path))).rejects.toMatchObject({ code: "BAD_ARGUMENTS" });
  expect(() => new TransactionParticipant(one, path, "..", new Recorder())).toThrow("must be the name of a znode");
});
