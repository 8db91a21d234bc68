import { beforeEach, describe, expect, it } from "vitest";
import { Cluster, ensembleOf } from "../test/cluster.ts";
import { ack, ackEpoch, append, history, join, Lone } from "../test/lone.ts";
import { type Entry, GENESIS } from "./types.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("reads of a leader (D10)", () => {
  let lone: Lone;

  beforeEach(() => {
    lone = new Lone({ sid: 3, members: ensembleOf(5) });
    lone.lead([1, 2, 4, 5]);
  });

  const read = (...cookies: readonly number[]) => {
    for (const cookie of cookies) lone.core.readIndex(lone.now, cookie);
    lone.flush();
  };

  const answer = (from: number, readSeq: number) => lone.hear(from, ack(1, 1, lone.now, { readSeq }));

  it("are answered when a quorum has confirmed the lead since they were asked, and not before", () => {
    read(7);
    const rounds = lone.taken("heartbeat");
    expect(rounds.map(({ to, message }) => [to, message.readSeq])).toEqual([
      [1, 1],
      [2, 1],
      [4, 1],
      [5, 1],
    ]);
    answer(1, 0);
    answer(2, 1);
    expect(lone.reads).toEqual([]);
    answer(4, 1);
    expect(lone.reads).toEqual([{ cookie: 7, index: 1 }]);
  });

  it("see everything that was proposed before them", () => {
    lone.core.propose(lone.now, bytes("a"));
    read(7);
    for (const from of [1, 2]) answer(from, 1);
    expect(lone.reads).toEqual([{ cookie: 7, index: 2 }]);
  });

  it("of one turn share a round, and those of the next have another", () => {
    read(1, 2, 3);
    expect(lone.taken("heartbeat").filter(({ to }) => to === 1)).toHaveLength(1);
    read(4);
    expect(
      lone
        .taken("heartbeat")
        .filter(({ to }) => to === 1)
        .map(({ message }) => message.readSeq),
    ).toEqual([2]);
    for (const from of [1, 2]) answer(from, 1);
    expect(lone.reads.map(({ cookie }) => cookie)).toEqual([1, 2, 3]);
    for (const from of [1, 2]) answer(from, 2);
    expect(lone.reads.map(({ cookie }) => cookie)).toEqual([1, 2, 3, 4]);
  });

  it("are not confirmed by observers", () => {
    lone = new Lone({ sid: 3, members: ensembleOf(3, 2) });
    lone.lead([1, 2]);
    for (const from of [4, 5]) {
      lone.hear(from, join());
      lone.hear(from, ackEpoch(1));
    }
    read(7);
    for (const from of [4, 5]) answer(from, 1);
    expect(lone.reads).toEqual([]);
  });

  it("are not confirmed by an answer of another epoch", () => {
    read(7);
    for (const from of [1, 2]) lone.hear(from, ack(9, 1, lone.now, { readSeq: 1 }));
    expect(lone.reads).toEqual([]);
  });

  it("fail before it is established", () => {
    lone = new Lone({ sid: 3 });
    lone.claim([1, 2]);
    read(7);
    expect(lone.failedReads).toEqual([7]);
    lone.hear(1, { type: "readIndex", id: 5 });
    expect(lone.taken("readIndexAck")).toMatchObject([{ to: 1, message: { id: 5, index: 0 } }]);
  });

  it("fail when it steps down, and those of others are answered that it cannot say", () => {
    read(7);
    lone.hear(1, { type: "readIndex", id: 5 });
    lone.sent = [];
    lone.wait(2 * lone.electionMs);
    expect(lone.failedReads).toEqual([7]);
    expect(lone.taken("readIndexAck")).toMatchObject([{ to: 1, message: { id: 5, index: 0 } }]);
    expect(lone.reads).toEqual([]);
  });

  it("pendingReads: those beyond fail at once, and there is room again when some are answered", () => {
    lone = new Lone({ sid: 3, limits: { pendingReads: 2 } });
    lone.lead([1, 2]);
    read(1, 2, 3);
    expect(lone.failedReads).toEqual([3]);
    answer(1, 1);
    read(4);
    expect(lone.failedReads).toEqual([3]);
  });

  it("a repeated question of a follower is one question", () => {
    lone.hear(1, { type: "readIndex", id: 5 });
    lone.hear(1, { type: "readIndex", id: 5 });
    for (const from of [1, 2, 4]) answer(from, 2);
    expect(lone.taken("readIndexAck")).toMatchObject([{ to: 1, message: { id: 5, index: 1 } }]);
  });
});

describe("reads of a follower (D10)", () => {
  const log = history({ epoch: 1, leader: 2, writes: 1 });
  let lone: Lone;

  function follow(pendingReads = 100): void {
    lone = new Lone({ sid: 1, limits: { pendingReads } });
    lone.led(2, 1, GENESIS);
    lone.hear(2, append(1, GENESIS, log, 2));
    lone.persist();
    lone.apply();
    lone.sent = [];
  }

  const read = (...cookies: readonly number[]) => {
    for (const cookie of cookies) lone.core.readIndex(lone.now, cookie);
    lone.flush();
  };

  beforeEach(() => follow());

  it("are one question to the leader for all of a turn, and answered with its index", () => {
    read(1, 2);
    const [question, ...more] = lone.taken("readIndex");
    expect(more).toEqual([]);
    lone.hear(2, { type: "readIndexAck", id: question?.message.id ?? 0, index: 9 });
    expect(lone.reads).toEqual([
      { cookie: 1, index: 9 },
      { cookie: 2, index: 9 },
    ]);
  });

  it("are asked for again when no answer comes within two heartbeats", () => {
    read(1);
    const [first] = lone.taken("readIndex");
    lone.hear(2, append(1, log[1] as Entry, [], 2));
    lone.wait(2 * lone.heartbeatMs);
    expect(lone.taken("readIndex").map(({ message }) => message.id)).toEqual([first?.message.id]);
  });

  it("fail when the leader cannot say", () => {
    read(1);
    lone.hear(2, { type: "readIndexAck", id: lone.taken("readIndex")[0]?.message.id ?? 0, index: 0 });
    expect(lone.failedReads).toEqual([1]);
  });

  it("fail when the leader is lost, asked for or not", () => {
    read(1);
    lone.core.readIndex(lone.now, 2);
    lone.core.linkDown(lone.now, 2);
    lone.flush();
    expect(lone.failedReads).toEqual([1, 2]);
  });

  it("fail while no clients are served", () => {
    lone = new Lone({ sid: 1 });
    read(1);
    expect(lone.failedReads).toEqual([1]);
    lone.led(2, 1, GENESIS);
    read(2);
    expect(lone.failedReads).toEqual([1, 2]);
  });

  it("an answer to a question of an earlier life answers none of this", () => {
    read(1);
    lone.hear(2, { type: "readIndexAck", id: 1, index: 1 });
    expect(lone.reads).toEqual([]);
  });

  it("pendingReads: those beyond fail at once", () => {
    follow(2);
    read(1);
    read(2, 3);
    expect(lone.failedReads).toEqual([3]);
  });
});

describe("a leader that has been replaced (I13)", () => {
  it("answers no read, while the new one does, with everything that was written meanwhile", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    const old = cluster.elect();
    cluster.advance(100);
    cluster.cut(
      [old],
      cluster.sids.filter((sid) => sid !== old),
    );
    cluster.advanceUntil(() => cluster.leader !== old && cluster.leader !== 0);
    const next = cluster.leader;
    expect(cluster.core(old).role.role).toBe("leading");
    cluster.advance(20);
    cluster.propose(next, "a");
    cluster.read(old, 1);
    cluster.read(next, 2);
    cluster.advance(3000);
    expect(cluster.failedReads).toContain(1);
    expect(cluster.answeredReads.get(1)).toBeUndefined();
    expect(cluster.answeredReads.get(2)).toBe(cluster.acknowledged[0]?.index);
  });
});
