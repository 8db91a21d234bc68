import { beforeEach, describe, expect, it } from "vitest";
import { ensembleOf } from "../test/cluster.ts";
import {
  append,
  heartbeat,
  history,
  Lone,
  leading,
  looking,
  newEpoch,
  positionOf,
  rowsOf,
  TIMEOUTS,
} from "../test/lone.ts";
import { type Entry, GENESIS, type StoreOperation } from "./types.ts";

/** The log of the leader, server 2: epoch 1 with three writes, epoch 2 with two. */
const leaderLog = history({ epoch: 1, leader: 3, writes: 3 }, { epoch: 2, leader: 2, writes: 2 });
const at = (index: number) => leaderLog[index - 1] as Entry;

describe("a follower's promise", () => {
  let lone: Lone;

  beforeEach(() => {
    lone = new Lone({ sid: 1, log: leaderLog.slice(0, 3) });
    lone.find(2);
    lone.sent = [];
  });

  it("P2 is given for a higher epoch, to the leader it follows", () => {
    lone.hear(2, newEpoch(5, at(4)));
    expect(lone.stores).toMatchObject([{ type: "promise", promises: { acceptedEpoch: 5, acceptedLeader: 2 } }]);
    lone.persist();
    expect(lone.taken("ackEpoch")).toMatchObject([{ to: 2, message: { epoch: 5, leaderBoot: 5, last: { index: 3 } } }]);
  });

  it("§5.3 is not acknowledged before it is on the disk", () => {
    lone.hear(2, newEpoch(5, at(4)));
    lone.hear(2, newEpoch(5, at(4)));
    expect(lone.taken("ackEpoch")).toEqual([]);
    lone.persist();
    expect(lone.taken("ackEpoch")).toHaveLength(1);
  });

  it("§5.3 is not acknowledged before it is on the disk, also when the follower has left the same leader meanwhile and come back", () => {
    lone.hear(2, newEpoch(5, at(4)));
    lone.core.linkDown(lone.now, 2);
    lone.core.linkUp(lone.now, 2);
    lone.find(2, 5);
    lone.hear(2, newEpoch(5, at(4)));
    expect(lone.taken("ackEpoch")).toEqual([]);
    lone.persist();
    expect(lone.taken("ackEpoch").length).toBeGreaterThan(0);
  });

  it("§5.3 is not acknowledged while a part of the log that it reports is not on the disk", () => {
    lone.led(2, 2, at(4));
    lone.hear(2, append(2, at(3), [at(4)]));
    lone.sent = [];
    lone.hear(2, newEpoch(3, at(4), false));
    lone.hear(2, newEpoch(3, at(4), false));
    expect(lone.taken("ackEpoch")).toEqual([]);
    lone.persist();
    expect(lone.taken("ackEpoch")[0]?.message.last.index).toBe(4);
  });

  it("D5 is repeated to the same leader without another write", () => {
    lone.hear(2, newEpoch(5, at(4)));
    lone.persist();
    const writes = lone.stores.length;
    lone.sent = [];
    lone.hear(2, newEpoch(5, at(4)));
    expect(lone.taken("ackEpoch")).toMatchObject([{ to: 2, message: { epoch: 5 } }]);
    expect(lone.stores).toHaveLength(writes);
  });

  it("D5 is refused to a second leader of the same epoch, which is told by the next join what was promised to whom", () => {
    const promised = new Lone({ sid: 1, promises: { acceptedEpoch: 5, acceptedLeader: 3 } });
    promised.find(2, 5);
    promised.sent = [];
    promised.hear(2, newEpoch(5));
    promised.persist();
    expect(promised.stores).toEqual([]);
    expect(promised.taken("ackEpoch")).toEqual([]);
    promised.wait(2 * promised.heartbeatMs);
    expect(promised.sent.slice(0, 1)).toMatchObject([
      { to: 2, message: { type: "join", acceptedEpoch: 5, acceptedLeader: 3 } },
    ]);
  });

  it("P2 is refused for a lower epoch", () => {
    const promised = new Lone({ sid: 1, promises: { acceptedEpoch: 5, acceptedLeader: 2 } });
    promised.find(2, 4);
    promised.sent = [];
    promised.hear(2, newEpoch(4));
    promised.persist();
    expect(promised.taken("ackEpoch")).toEqual([]);
    expect(promised.core.promises.acceptedEpoch).toBe(5);
  });

  it("P2 is refused to who it does not follow", () => {
    lone.hear(3, newEpoch(9, at(6)));
    lone.persist();
    expect(lone.stores).toEqual([]);
    expect(lone.sent).toEqual([]);
  });

  it("I10 is refused to a prospective leader whose log is older than its own, which it leaves", () => {
    lone.hear(2, newEpoch(5, at(2), false));
    lone.persist();
    expect(lone.stores).toEqual([]);
    expect(lone.core.role.role).toBe("looking");
  });

  it("I10 is given to an established leader whose log was older when it was elected: the rest was never committed", () => {
    lone.hear(2, newEpoch(5, at(2), true));
    lone.persist();
    expect(lone.taken("ackEpoch")).toHaveLength(1);
  });

  it("P2 is not asked of a member that is being led by another, whatever the epoch", () => {
    lone.led(2, 2, at(4));
    lone.sent = [];
    lone.hear(3, leading(3, 9));
    lone.hear(3, newEpoch(9, at(6)));
    expect(lone.core.role).toMatchObject({ role: "following", leader: 2 });
    expect(lone.taken("ackEpoch")).toEqual([]);
  });
});

describe("a follower's log", () => {
  let lone: Lone;

  function follow(log: readonly Entry[], applied = 0): void {
    lone = new Lone({ sid: 1, log, applied });
    lone.led(2, 3, at(6));
    lone.sent = [];
    lone.stores = [];
  }

  const kinds = () => lone.stores.map(({ type }) => type);
  const lastAck = () => lone.taken("appendAck").at(-1)?.message;

  it("S1 takes nothing from another than its leader, and nothing of another epoch", () => {
    follow(leaderLog.slice(0, 3));
    lone.hear(3, append(3, at(3), [at(4)], 4));
    lone.hear(2, append(2, at(3), [at(4)], 4));
    lone.hear(2, heartbeat(2, 3));
    expect(lone.stores).toEqual([]);
    expect(lone.sent).toEqual([]);
    expect(lone.core.commit).toBe(0);
  });

  it("S1 takes nothing while its promise is not on the disk", () => {
    lone = new Lone({ sid: 1, log: leaderLog.slice(0, 3) });
    lone.find(2);
    lone.hear(2, newEpoch(3, at(6)));
    lone.hear(2, append(3, at(3), [at(4)], 4));
    expect(lone.core.last.index).toBe(3);
  });

  it("S1 an append whose predecessor it does not have is rejected, with what the leader needs to find the match point", () => {
    follow(leaderLog.slice(0, 3));
    lone.hear(2, append(3, at(4), [at(5)]));
    expect(lastAck()).toMatchObject({
      durable: 0,
      reject: { last: { index: 3 }, epochs: rowsOf(leaderLog.slice(0, 3)) },
    });
    expect(lone.core.last.index).toBe(3);
  });

  it("S1 an append whose predecessor has another zxid, or another chain, is rejected", () => {
    follow(leaderLog.slice(0, 3));
    const reject = { last: positionOf(at(3)), epochs: rowsOf(leaderLog.slice(0, 3)) };
    lone.hear(2, append(3, { ...at(3), epoch: 2, counter: 2 }, [at(4)]));
    expect(lastAck()?.reject).toEqual(reject);
    lone.wait(TIMEOUTS.heartbeatMs + 1);
    lone.sent = [];
    lone.hear(2, append(3, { ...at(3), chain: at(3).chain + 1 }, [at(4)]));
    expect(lastAck()?.reject).toEqual(reject);
    expect(lone.core.last.index).toBe(3);
  });

  it("§4.5 rejects at most once a heartbeat, so that rejections do not multiply", () => {
    follow(leaderLog.slice(0, 3));
    const reject = { last: positionOf(at(3)), epochs: rowsOf(leaderLog.slice(0, 3)) };
    const rejects = () => lone.taken("appendAck").flatMap(({ message }) => message.reject ?? []);
    for (let times = 0; times < 5; times++) lone.hear(2, append(3, at(5), [at(6)]));
    expect(rejects()).toEqual([reject]);
    lone.wait(TIMEOUTS.heartbeatMs);
    lone.hear(2, append(3, at(5), [at(6)]));
    expect(rejects()).toEqual([reject]);
  });

  it("S2 entries that are there are skipped, and the rest is appended", () => {
    follow(leaderLog.slice(0, 4));
    lone.hear(2, append(3, at(2), [at(3), at(4), at(5)]));
    expect(lone.stores).toMatchObject([{ type: "append", entries: [{ index: 5 }] }]);
  });

  it("S2 the first conflict cuts the log, and the rest is appended", () => {
    const other = history({ epoch: 1, leader: 3, writes: 5 });
    follow(other, 3);
    lone.hear(2, append(3, at(4), [at(5), at(6)]));
    expect(kinds()).toEqual(["truncate", "append"]);
    expect(lone.stores[0]).toMatchObject({ index: 4 });
    lone.persist();
    expect(lone.core.last).toMatchObject(positionOf(at(6)));
    expect(lone.core.epochs).toEqual(rowsOf(leaderLog.slice(0, 6)));
    expect(lastAck()?.durable).toBe(6);
  });

  it("S2 an append that ends before a conflict cuts nothing: the leader may have sent only a part", () => {
    const other = history({ epoch: 1, leader: 3, writes: 5 });
    follow(other, 3);
    lone.hear(2, append(3, at(2), [at(3), at(4)]));
    expect(lone.stores).toEqual([]);
    expect(lone.core.last.index).toBe(6);
  });

  it("S2 a conflict with what is committed is not followed: the server stops and says that the disks have diverged", () => {
    const other = history({ epoch: 1, leader: 3, writes: 5 });
    follow(other, 5);
    lone.hear(2, append(3, at(4), [at(5), at(6)]));
    expect(lone.fatal?.code).toBe("diverged");
    expect(lone.fatal?.message).toContain("committed 5 (zxid 0x100000004)");
    expect(kinds()).toEqual([]);
    lone.hear(2, append(3, at(4), [at(5)]));
    expect(lone.stores).toEqual([]);
  });

  it("S3 commits no further than its log is known to be the leader's, whatever the leader has committed", () => {
    const other = history({ epoch: 1, leader: 3, writes: 5 });
    follow(other);
    lone.hear(2, heartbeat(3, 6));
    expect(lone.core.commit).toBe(0);
    lone.hear(2, append(3, at(2), [at(3)], 6));
    expect(lone.core.commit).toBe(3);
    expect(lone.deliveredTo).toBe(3);
  });

  it("S3 commits with a heartbeat what it has verified before", () => {
    follow(leaderLog.slice(0, 3));
    lone.hear(2, append(3, at(3), [at(4), at(5)], 3));
    expect(lone.core.commit).toBe(3);
    lone.hear(2, heartbeat(3, 5));
    expect(lone.core.commit).toBe(5);
    lone.hear(2, heartbeat(3, 4));
    expect(lone.core.commit).toBe(5);
  });

  it("I12 acknowledges what is durable and known to be the leader's, and nothing else of its log", () => {
    const other = history({ epoch: 1, leader: 3, writes: 5 });
    follow(other);
    lone.hear(2, heartbeat(3));
    expect(lastAck()?.durable).toBe(0);
    lone.hear(2, append(3, at(2), [at(3), at(4)]));
    expect(lastAck()?.durable).toBe(4);
    lone.hear(2, append(3, at(4), [at(5)]));
    expect(lastAck()?.durable ?? 4).toBe(4);
    lone.persist();
    expect(lastAck()?.durable).toBe(5);
  });

  it("B3 a repeated append is acknowledged again: the acknowledgement may have been lost", () => {
    follow(leaderLog.slice(0, 3));
    lone.hear(2, append(3, at(3), [at(4)]));
    lone.persist();
    lone.sent = [];
    lone.hear(2, append(3, at(3), [at(4)]));
    expect(lastAck()?.durable).toBe(4);
    expect(kinds()).toEqual(["append"]);
  });

  it("what was proven of an earlier life of the leader is not proven of the next", () => {
    follow(leaderLog.slice(0, 3));
    lone.hear(2, append(3, at(3), [at(4)]));
    lone.persist();
    lone.hear(2, newEpoch(4, at(6), true, 6));
    lone.persist();
    lone.sent = [];
    lone.hear(2, heartbeat(4, 4));
    expect(lastAck()?.durable).toBe(0);
    expect(lone.core.commit).toBe(0);
  });

  it("D10 an answer to a round of reads of an earlier life of the leader is not one to the next", () => {
    follow(leaderLog.slice(0, 3));
    lone.hear(2, heartbeat(3, 0, { readSeq: 500 }));
    lone.hear(2, newEpoch(4, at(6), true, 6));
    lone.persist();
    lone.sent = [];
    lone.hear(2, heartbeat(4, 0, { readSeq: 1 }));
    expect(lastAck()?.readSeq).toBe(1);
  });
});

describe("a follower's clients", () => {
  it("S4 are served when the start of the epoch is committed and applied, and not before", () => {
    const lone = new Lone({ sid: 1, log: leaderLog.slice(0, 4), applied: 4 });
    lone.led(2, 2, at(4));
    lone.hear(2, append(2, at(4), [at(5)], 4));
    expect(lone.core.role).toMatchObject({ phase: "synchronization", canServe: false });
    lone.hear(2, heartbeat(2, 5));
    expect(lone.core.role.canServe).toBe(false);
    lone.apply(5);
    expect(lone.core.role).toMatchObject({ phase: "broadcast", canServe: true, canPropose: false });
  });

  it("S4 are served on while the same leader opens another epoch in place", () => {
    const lone = new Lone({ sid: 1, log: leaderLog.slice(0, 5), applied: 5 });
    lone.led(2, 2, at(4));
    expect(lone.core.role.canServe).toBe(false);
    lone.hear(2, append(2, at(5), [], 5));
    expect(lone.core.role.canServe).toBe(true);
    lone.hear(2, newEpoch(3, at(5), false));
    lone.persist();
    expect(lone.core.role).toMatchObject({ epoch: 3, canServe: true });
  });
});

describe("a follower leaves", () => {
  let lone: Lone;

  beforeEach(() => {
    lone = new Lone({ sid: 1 });
    lone.led(2, 1, GENESIS);
  });

  it("§6.1 a leader that is silent for the election timeout, and not one that says something", () => {
    for (let times = 0; times < 5; times++) {
      lone.wait(lone.electionMs - 1);
      lone.hear(2, heartbeat(1));
    }
    expect(lone.core.role.role).toBe("following");
    lone.wait(lone.electionMs - 1);
    expect(lone.core.role.role).toBe("following");
    lone.wait(1);
    expect(lone.core.role.role).toBe("looking");
  });

  it("§6.1 a leader whose connection breaks, at once", () => {
    lone.core.linkDown(lone.now, 3);
    lone.flush();
    expect(lone.core.role.role).toBe("following");
    lone.core.linkDown(lone.now, 2);
    lone.flush();
    expect(lone.core.role.role).toBe("looking");
  });

  it("E7 a leader that looks for one itself", () => {
    lone.hear(2, looking(2, 3));
    expect(lone.core.role.role).toBe("looking");
  });

  it("E7 a candidate that does not answer within the election timeout", () => {
    const waiting = new Lone({ sid: 1 });
    waiting.find(2);
    waiting.wait(waiting.electionMs - 1);
    expect(waiting.core.role).toMatchObject({ role: "following", phase: "discovery" });
    expect(waiting.taken("join").length).toBeGreaterThan(4);
    waiting.wait(1);
    expect(waiting.core.role.role).toBe("looking");
  });
});

describe("an observer", () => {
  it("§9 promises and acknowledges like a follower", () => {
    const lone = new Lone({ sid: 4, members: ensembleOf(3, 1) });
    lone.led(2, 2, at(4));
    lone.hear(2, append(2, GENESIS, leaderLog.slice(0, 5), 5));
    lone.persist();
    lone.apply(5);
    expect(lone.core.role).toMatchObject({ role: "observing", canServe: true });
    expect(lone.taken("appendAck").at(-1)?.message.durable).toBe(5);
  });
});

describe("a snapshot of the leader's", () => {
  const rows = rowsOf(leaderLog);
  let lone: Lone;

  function follow(log: readonly Entry[], applied = 0): void {
    lone = new Lone({ sid: 1, log, applied });
    lone.led(2, 3, at(6));
    lone.sent = [];
    lone.stores = [];
  }

  it("takes the place of log and state, and counts when it is on the disk", () => {
    follow([]);
    expect(lone.core.install(lone.now, 2, positionOf(at(6)), rows)).toBe(true);
    lone.flush();
    expect(lone.stores.map(({ type }: StoreOperation) => type)).toEqual(["install"]);
    expect(lone.taken("appendAck").every(({ message }) => message.durable === 0)).toBe(true);
    lone.persist();
    expect(lone.taken("appendAck").at(-1)?.message.durable).toBe(6);
    expect([lone.core.commit, lone.core.last.index]).toEqual([6, 6]);
  });

  it("is thrown away when entries have overtaken it", () => {
    follow(leaderLog.slice(0, 3));
    lone.hear(2, append(3, at(3), [at(4), at(5), at(6)], 6));
    expect(lone.core.install(lone.now, 2, positionOf(at(5)), rowsOf(leaderLog.slice(0, 5)))).toBe(false);
    expect(lone.core.install(lone.now, 2, positionOf(at(6)), rows)).toBe(false);
  });

  it("I7 never takes away what is committed here", () => {
    follow(leaderLog, 6);
    expect(lone.core.install(lone.now, 2, positionOf(at(6)), rows)).toBe(false);
    expect(lone.core.install(lone.now, 2, positionOf(at(4)), rowsOf(leaderLog.slice(0, 4)))).toBe(false);
    follow(history({ epoch: 1, leader: 3, writes: 5 }), 6);
    expect(lone.core.install(lone.now, 2, positionOf(at(6)), rowsOf(leaderLog.slice(0, 6)))).toBe(false);
  });

  it("is thrown away when it comes from a server that is no longer the leader", () => {
    follow([]);
    expect(lone.core.install(lone.now, 3, positionOf(at(6)), rows)).toBe(false);
    lone.core.linkDown(lone.now, 2);
    lone.led(3, 4, at(6));
    expect(lone.core.install(lone.now, 2, positionOf(at(6)), rows)).toBe(false);
    lone.flush();
    expect(lone.stores.filter(({ type }) => type === "install")).toEqual([]);
    expect(lone.core.install(lone.now, 3, positionOf(at(6)), rows)).toBe(true);
  });

  it("is thrown away by who follows nobody", () => {
    const looking = new Lone({ sid: 1 });
    expect(looking.core.install(looking.now, 2, positionOf(at(6)), rows)).toBe(false);
  });
});

describe("D12 a disk that fails", () => {
  it("stops the server: nothing is sent, written or acknowledged after it", () => {
    const lone = new Lone({ sid: 1, log: leaderLog.slice(0, 3) });
    lone.led(2, 3, at(6));
    lone.hear(2, append(3, at(3), [at(4)]));
    lone.sent = [];
    lone.stores = [];
    lone.core.storageFailed(lone.now, "input/output error");
    lone.flush();
    expect(lone.fatal).toEqual({ code: "storage", message: "input/output error" });
    lone.core.stored(lone.now, 99);
    lone.hear(2, append(3, at(4), [at(5)]));
    lone.hear(2, heartbeat(3, 5));
    expect(lone.core.nextWakeup).toBe(Number.POSITIVE_INFINITY);
    expect([lone.sent, lone.stores]).toEqual([[], []]);
  });
});
