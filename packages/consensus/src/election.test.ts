import { describe, expect, it } from "vitest";
import { Cluster, ensembleOf } from "../test/cluster.ts";
import { history, join, Lone, leading, looking, TIMEOUTS } from "../test/lone.ts";
import { compareVote } from "./zxid.ts";

const log = history({ epoch: 1, leader: 2, writes: 2 });
const END = { epoch: 1, counter: 2 };

describe("an election", () => {
  it("E1 takes up a higher round, forgets the votes of the lower, and tells everybody", () => {
    const lone = new Lone({ sid: 2, members: ensembleOf(5) });
    lone.hear(1, looking(2, 1));
    lone.sent = [];
    lone.hear(3, looking(3, 7));
    expect(lone.taken("notify").map(({ to, message }) => [to, message.round, message.vote.sid])).toEqual([
      [1, 7, 3],
      [3, 7, 3],
      [4, 7, 3],
      [5, 7, 3],
    ]);
  });

  it("E1 answers a lower round with its own, and does not count it", () => {
    const lone = new Lone({ sid: 3 });
    lone.hear(1, looking(1, 7));
    lone.sent = [];
    lone.hear(2, looking(3, 2));
    expect(lone.taken("notify")).toMatchObject([{ to: 2, message: { round: 7, vote: { sid: 3 } } }]);
    lone.wait(TIMEOUTS.finalizeMs * 2);
    expect(lone.core.role.role).toBe("looking");
  });

  it("E1 begins a new round each time it looks again", () => {
    const lone = new Lone({ sid: 1 });
    expect(lone.taken("notify").at(-1)?.message.round).toBe(1);
    lone.find(2);
    lone.core.linkDown(lone.now, 2);
    lone.flush();
    expect(lone.taken("notify").at(-1)?.message.round).toBe(2);
  });

  it("E1 begins a round anew that has led to nothing for some election timeouts: it may wait for one that hears nobody", () => {
    const lone = new Lone({ sid: 1, members: ensembleOf(5) });
    lone.hear(2, looking(2, 1));
    lone.wait(2 * lone.electionMs);
    expect(lone.taken("notify").at(-1)?.message.round).toBe(1);
    lone.wait(4 * lone.electionMs);
    expect(lone.taken("notify").at(-1)?.message.round).toBe(2);
  });

  it("E2 votes for nobody it has not heard from itself", () => {
    const lone = new Lone({ sid: 1, members: ensembleOf(5) });
    lone.hear(2, looking(5, 1, END));
    expect(lone.taken("notify").at(-1)?.message.vote.sid).toBe(1);
    lone.hear(5, looking(5, 1, END));
    expect(lone.taken("notify").at(-1)?.message.vote.sid).toBe(5);
  });

  it("E2 votes for nobody it has no connection to, or last heard from too long ago", () => {
    const lone = new Lone({ sid: 1, members: ensembleOf(5) });
    lone.hear(5, { ...looking(1, 1), vote: { epoch: 0, counter: 0, priority: 0, sid: 1 } });
    lone.wait(4 * lone.electionMs + 1);
    lone.sent = [];
    lone.hear(2, looking(5, 1, END));
    expect(lone.core.role.role).toBe("looking");
    expect(lone.taken("notify").filter(({ message }) => message.vote.sid === 5)).toEqual([]);
    lone.hear(5, looking(5, 1));
    lone.core.linkDown(lone.now, 5);
    lone.flush();
    lone.sent = [];
    lone.hear(2, looking(5, 1, END));
    expect(lone.taken("notify").filter(({ message }) => message.vote.sid === 5)).toEqual([]);
  });

  it("E2 votes for nobody whose connection is gone, though its last words arrive late", () => {
    const lone = new Lone({ sid: 1, members: ensembleOf(5), links: [2, 3, 4] });
    lone.sent = [];
    lone.hear(5, looking(5, 1, END));
    expect(lone.taken("notify").filter(({ message }) => message.vote.sid === 5)).toEqual([]);
  });

  it("E2 a vote for me as I was in an earlier life does not elect me", () => {
    const lone = new Lone({ sid: 3 });
    for (const from of [1, 2]) lone.hear(from, looking(3, 1, END));
    lone.wait(TIMEOUTS.finalizeMs * 2);
    expect(lone.core.role.role).toBe("looking");
  });

  it("E3 is decided at once when everybody who can be reached agrees", () => {
    const lone = new Lone({ sid: 3 });
    lone.hear(1, looking(3, 1));
    expect(lone.core.role.role).toBe("looking");
    lone.hear(2, looking(3, 1));
    expect(lone.core.role.role).toBe("leading");
  });

  it("E3 waits a moment for a better vote when a quorum agrees and somebody else can be reached", () => {
    const lone = new Lone({ sid: 3 });
    lone.hear(1, looking(3, 1));
    lone.wait(TIMEOUTS.finalizeMs - 1);
    expect(lone.core.role.role).toBe("looking");
    lone.wait(1);
    expect(lone.core.role.role).toBe("leading");
  });

  it("E3 needs fewer to agree once a connection has broken", () => {
    const lone = new Lone({ sid: 3 });
    lone.hear(1, looking(3, 1));
    lone.core.linkDown(lone.now, 2);
    lone.flush();
    expect(lone.core.role.role).toBe("leading");
  });

  it("E3 a minority decides nothing, however long it waits", () => {
    const lone = new Lone({ sid: 5, members: ensembleOf(5) });
    lone.hear(1, looking(5, 1));
    lone.wait(20 * lone.electionMs);
    expect(lone.core.role.role).toBe("looking");
  });

  it("E4 repeats its vote to the voters less and less often, down to once an election timeout", () => {
    const lone = new Lone({ sid: 1, members: ensembleOf(3, 1) });
    lone.sent = [];
    lone.wait(60_000);
    const votes = lone.taken("notify").map(({ to }) => to);
    expect(new Set(votes)).toEqual(new Set([2, 3]));
    expect(votes.length).toBeGreaterThan(2 * 25);
    expect(votes.length).toBeLessThan(2 * 60);
  });

  it("E5 an observer does not stand, and its vote does not count", () => {
    const observer = new Lone({ sid: 4, members: ensembleOf(3, 1) });
    expect(observer.taken("notify").every(({ message }) => message.vote.sid === 0)).toBe(true);
    const voter = new Lone({ sid: 3, members: ensembleOf(3, 1) });
    voter.hear(4, looking(3, 1));
    voter.wait(TIMEOUTS.finalizeMs * 2);
    expect(voter.core.role.role).toBe("looking");
  });

  it("E5 a member of weight 0 does not stand", () => {
    const members = ensembleOf(3).map((member) => (member.sid === 3 ? { ...member, weight: 0 } : member));
    const cluster = new Cluster({ members });
    cluster.start();
    expect(cluster.elect()).toBe(2);
  });

  it("E6 joins who leads an established epoch, whatever the votes are", () => {
    const lone = new Lone({ sid: 3, log });
    lone.sent = [];
    lone.hear(1, leading(1, 1, true));
    expect(lone.taken("join")).toMatchObject([{ to: 1 }]);
  });

  it("E6 joins who would lead only if it votes for it", () => {
    const lone = new Lone({ sid: 2 });
    lone.hear(1, leading(1, 1, false));
    expect(lone.core.role.role).toBe("looking");
    lone.hear(3, looking(3, 1));
    lone.hear(3, leading(3, 1, false));
    expect(lone.core.role).toMatchObject({ role: "following", leader: 3 });
  });

  it("E6 who follows or leads answers one that looks with its state, and stays", () => {
    const lone = new Lone({ sid: 1 });
    lone.find(2);
    lone.sent = [];
    lone.hear(3, looking(3, 9, END));
    expect(lone.taken("notify")).toMatchObject([{ to: 3, message: { state: "following", leader: 2 } }]);
    expect(lone.core.role.role).toBe("following");
  });

  it("E7 who would lead gives way to a better vote when three heartbeats have passed without an election, and not before", () => {
    const lone = new Lone({ sid: 3 });
    for (const from of [1, 2]) lone.hear(from, looking(3, 1));
    lone.hear(1, looking(1, 2, END));
    expect(lone.core.role.role).toBe("leading");
    lone.wait(3 * lone.heartbeatMs);
    lone.hear(1, looking(1, 2, { epoch: 0, counter: 0 }));
    expect(lone.core.role.role).toBe("leading");
    lone.hear(1, looking(1, 2, END));
    expect(lone.core.role.role).toBe("looking");
  });

  it("E7 who would lead gives way to who leads", () => {
    const lone = new Lone({ sid: 3 });
    for (const from of [1, 2]) lone.hear(from, looking(3, 1));
    lone.hear(1, leading(1, 1, true));
    expect(lone.core.role.role).toBe("looking");
  });

  it("E7 who would lead looks again when no quorum has promised in time", () => {
    const lone = new Lone({ sid: 3 });
    for (const from of [1, 2]) lone.hear(from, looking(3, 1));
    lone.wait(1.5 * lone.electionMs);
    expect(lone.core.role.role).toBe("looking");
  });

  it("E8 the times between votes differ from server to server, and are the same for the same seed", () => {
    const timesOf = (jitterSeed: number): number[] => {
      const lone = new Lone({ sid: 1, jitterSeed });
      const times: number[] = [];
      for (let count = 0; count < 6; count++) {
        times.push(lone.core.nextWakeup);
        lone.wait(lone.core.nextWakeup - lone.now);
      }
      return times;
    };
    expect(timesOf(5)).toEqual(timesOf(5));
    expect(timesOf(5)).not.toEqual(timesOf(6));
  });

  it("E9 among equal logs the priority decides, then the sid; a longer log wins against both", () => {
    const elect = (priorities: Record<number, number>): number => {
      const cluster = new Cluster({ members: ensembleOf(3), priorities });
      cluster.start();
      return cluster.elect();
    };
    expect(elect({})).toBe(3);
    expect(elect({ 1: 1 })).toBe(1);

    const cluster = new Cluster({ members: ensembleOf(3), priorities: { 3: 9 } });
    cluster.start();
    cluster.elect();
    cluster.crash(3);
    cluster.propose(cluster.elect(), "a");
    cluster.advance(50);
    cluster.crash(1);
    cluster.crash(2);
    cluster.start();
    expect(cluster.elect()).toBe(2);
  });

  it("E1 the vote of a leader that steps down counts with those who leave it for it", () => {
    const lone = new Lone({ sid: 1 });
    lone.led(2, 1, log[2] ?? END_POSITION);
    lone.sent = [];
    lone.hear(2, looking(2, 5, END));
    const vote = lone.taken("notify").at(-1)?.message;
    expect(vote?.round).toBe(5);
    expect(vote && compareVote(vote.vote, { ...END, priority: 0, sid: 2 })).toBe(0);
  });

  it("P1 the join of a voter that counted the votes earlier is kept until this one knows that it leads", () => {
    const lone = new Lone({ sid: 3 });
    lone.hear(1, join());
    lone.hear(2, looking(3, 1));
    lone.hear(1, looking(3, 1));
    expect(lone.core.role.role).toBe("leading");
    expect(lone.stores).toMatchObject([{ type: "promise", promises: { acceptedEpoch: 1, acceptedLeader: 3 } }]);
  });

  it("an ensemble of one elects itself at once, when its promise and the start of its epoch are on the disk", () => {
    const lone = new Lone({ sid: 1, members: ensembleOf(1) });
    expect(lone.core.role).toMatchObject({ role: "leading", phase: "discovery" });
    lone.persist();
    expect(lone.core.role).toMatchObject({ phase: "synchronization", canServe: false });
    lone.persist();
    lone.apply();
    expect(lone.core.role).toMatchObject({ phase: "broadcast", canServe: true, canPropose: true });
  });
});

const END_POSITION = { index: 3, epoch: 1, counter: 2, chain: 0 };

describe("§6.1 elections do not disturb who works", () => {
  it("a server that was cut off and has tried many rounds joins the leader there is", () => {
    const cluster = new Cluster({ members: ensembleOf(5) });
    cluster.start();
    const leader = cluster.elect();
    cluster.advance(1000);
    cluster.cut([1], [2, 3, 4, 5]);
    cluster.advance(60_000);
    const { epoch } = cluster.core(leader).role;
    cluster.heal();
    cluster.advance(5000);
    expect(cluster.leader).toBe(leader);
    expect(cluster.core(leader).role.epoch).toBe(epoch);
    expect(cluster.core(1).role).toMatchObject({ role: "following", leader });
  });
});
