import { describe, expect, it } from "vitest";
import { Cluster, chainOf, ensembleOf } from "../test/cluster.ts";
import { append, heartbeat, join, Lone, leading, looking, newEpoch } from "../test/lone.ts";
import { Core, DEFAULT_LIMITS, GENESIS, timeoutsOf } from "./index.ts";

describe("the core", () => {
  it("D13 the same inputs give the same effects, byte for byte", () => {
    const run = (): string => {
      const told: unknown[] = [];
      const cluster = new Cluster({ members: ensembleOf(5), told: (event, at) => told.push([at, event]) });
      cluster.start();
      const leader = cluster.elect();
      for (let count = 0; count < 5; count++) cluster.propose(leader, `w${count}`);
      cluster.advance(100);
      cluster.crash(leader);
      cluster.advance(3000);
      cluster.start(leader);
      cluster.advance(3000);
      return JSON.stringify(told);
    };
    expect(run()).toBe(run());
  });

  it("hands out nothing when nothing has happened", () => {
    const lone = new Lone({ sid: 1 });
    expect(lone.core.takeEffects()).toBeUndefined();
  });

  it("drops what comes from nobody it knows, or from itself", () => {
    const lone = new Lone({ sid: 1 });
    lone.sent = [];
    for (const from of [1, 9, 0, 256]) lone.hear(from, leading(from, 1));
    expect(lone.core.role.role).toBe("looking");
    expect(lone.sent).toEqual([]);
  });

  it("sends to nobody without a connection", () => {
    const lone = new Lone({ sid: 1, links: [2] });
    lone.wait(3000);
    expect(new Set(lone.sent.map(({ to }) => to))).toEqual(new Set([2]));
  });

  it("survives every message in every role without sending, writing or doing what only its leader may ask for", () => {
    const messages = [
      newEpoch(3),
      append(3, GENESIS, [], 0),
      heartbeat(3),
      { type: "transferLead", epoch: 0 },
      { type: "readIndexAck", id: 4, index: 4 },
    ] as const;
    const lookingOne = new Lone({ sid: 1 });
    const leader = new Lone({ sid: 3 });
    leader.lead([1, 2]);
    const follower = new Lone({ sid: 1 });
    follower.led(2, 5, GENESIS);
    for (const lone of [lookingOne, leader, follower]) {
      lone.flush();
      lone.sent = [];
      lone.stores = [];
      const { role } = lone.core.role;
      for (const message of messages) lone.hear(lone.sid === 1 ? 3 : 1, message);
      expect([lone.sent, lone.stores, lone.core.role.role]).toEqual([[], [], role]);
    }
  });

  it("answers who joins one that does not lead with what it is", () => {
    const lone = new Lone({ sid: 1 });
    lone.find(2);
    lone.sent = [];
    lone.hear(3, join());
    expect(lone.sent).toMatchObject([{ to: 3, message: { type: "notify", state: "following", leader: 2 } }]);
  });

  it("time that goes back is taken for the time that was", () => {
    const lone = new Lone({ sid: 1 });
    lone.led(2, 1, GENESIS);
    lone.wait(lone.electionMs - 1);
    lone.core.tick(lone.now);
    lone.core.receive(0, 2, heartbeat(1));
    lone.wait(lone.electionMs - 1);
    expect(lone.core.role.role).toBe("following");
  });

  it("a follower that comes back to its leader over a connection that never broke serves clients again, also when nobody writes", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    const leader = cluster.elect();
    cluster.advance(1000);
    cluster.cut([1], [2, 3]);
    cluster.advance(4000);
    expect(cluster.core(1).role.role).toBe("looking");
    cluster.heal();
    cluster.advance(3000);
    expect(cluster.core(1).role).toMatchObject({ role: "following", leader, canServe: true });
  });

  it("a follower whose leader leads another only one way leaves it, and finds its way back", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    const leader = cluster.elect();
    cluster.advance(1000);
    cluster.cutOneWay(leader, 1);
    cluster.advance(10_000);
    const { epoch } = cluster.core(leader).role;
    cluster.heal();
    cluster.advance(5000);
    expect(cluster.leader).toBe(leader);
    expect(cluster.core(leader).role.epoch).toBe(epoch);
    expect(cluster.core(1).role.canServe).toBe(true);
  });

  it("D3 what was applied is never taken back: an entry that is replaced was delivered nowhere", () => {
    const cluster = new Cluster({ members: ensembleOf(5) });
    cluster.start();
    const old = cluster.elect();
    cluster.advance(100);
    cluster.cut([old, 1], [2, 3, 4]);
    cluster.propose(old, "lost");
    cluster.advance(5000);
    expect(cluster.values(old)).toEqual([]);
    cluster.propose(cluster.leader, "kept");
    cluster.advance(50);
    cluster.heal();
    cluster.advance(5000);
    for (const sid of cluster.sids) expect(cluster.values(sid)).toEqual(["kept"]);
    expect(cluster.acknowledged.map(({ text }) => text)).toEqual(["kept"]);
  });

  it("an ensemble of five goes on while three are left, and not with two", () => {
    const cluster = new Cluster({ members: ensembleOf(5) });
    cluster.start();
    cluster.elect();
    cluster.advance(100);
    cluster.powerOff(5);
    cluster.powerOff(4);
    cluster.advance(5000);
    const { leader } = cluster;
    cluster.propose(leader, "a");
    cluster.advance(50);
    expect(cluster.acknowledged.map(({ text }) => text)).toEqual(["a"]);
    cluster.powerOff(leader === 3 ? 2 : 3);
    cluster.advance(120_000);
    expect(cluster.leader).toBe(0);
    for (const sid of cluster.running)
      expect(cluster.core(sid).role).toMatchObject({ role: "looking", canServe: false });
  });

  it("a server whose disk is slow follows later, and holds up nobody", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    const leader = cluster.elect();
    cluster.advance(100);
    cluster.setDisk(1, 500);
    const began = cluster.now;
    for (let count = 0; count < 5; count++) cluster.propose(leader, `w${count}`);
    cluster.advanceUntil(() => cluster.acknowledged.length === 5);
    expect(cluster.now - began).toBeLessThan(10);
    cluster.advance(1000);
    expect(cluster.values(1)).toHaveLength(5);
  });

  it("the start of an epoch is one of the log's entries: a member that starts again knows its epoch from the log alone (D2)", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    cluster.elect();
    cluster.advance(100);
    cluster.crash(1);
    cluster.start(1);
    expect(cluster.core(1).last).toMatchObject({ epoch: 1, counter: 0 });
    expect(cluster.core(1).epochs.at(-1)).toEqual({ epoch: 1, leader: 3, startIndex: 1 });
  });

  it("a vote is not heard by who has failed", () => {
    const lone = new Lone({ sid: 3 });
    lone.core.storageFailed(lone.now, "gone");
    lone.flush();
    lone.sent = [];
    for (const from of [1, 2]) lone.hear(from, looking(3, 1));
    expect(lone.core.propose(lone.now, new Uint8Array()).accepted).toBe(false);
    expect(lone.sent).toEqual([]);
  });

  it("a configuration without this member is not one it votes in", () => {
    const core = new Core(
      {
        sid: 9,
        configuration: { version: { epoch: 0, counter: 0 }, members: ensembleOf(3) },
        timeouts: timeoutsOf(2000, 10, 5),
        limits: DEFAULT_LIMITS,
        priority: 0,
        configHash: 1,
        chainOf,
      },
      {
        promises: { acceptedEpoch: 0, acceptedLeader: 0, nonce: 9, founders: [], belongs: false },
        bootId: 9,
        jitterSeed: 9,
        firstIndex: 1,
        last: GENESIS,
        applied: GENESIS,
        epochs: [],
        vouched: false,
      },
      0,
    );
    core.linkUp(0, 1);
    core.tick(core.nextWakeup);
    for (const { message } of core.takeEffects()?.sends ?? [])
      if (message.type === "notify") expect(message.vote.sid).toBe(0);
  });
});
