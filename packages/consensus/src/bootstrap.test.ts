import { describe, expect, it } from "vitest";
import { Cluster, ensembleOf } from "../test/cluster.ts";
import {
  ack,
  ackEpoch,
  heartbeat,
  history,
  join,
  Lone,
  type LoneOptions,
  leading,
  looking,
  newEpoch,
  rowsOf,
} from "../test/lone.ts";
import type { Entry, Founder, Hail } from "./types.ts";

const FOUNDERS: readonly Founder[] = [1, 2, 3].map((sid) => ({ sid, nonce: sid * 100 + 1 }));

function hail(sid: number, more: Partial<Hail> = {}): Hail {
  return { type: "hail", nonce: sid * 100 + 1, configHash: 1, founders: [], belongs: false, ...more };
}

/** Server 1 of three, with a new disk. */
function fresh(options: Partial<LoneOptions> = {}): Lone {
  return new Lone({ sid: 1, promises: { founders: [], belongs: false }, ...options });
}

describe("founding an ensemble (D11)", () => {
  it("first step: when every voter is new, each writes all of them down", () => {
    const lone = fresh();
    lone.hear(2, hail(2));
    expect(lone.stores).toEqual([]);
    lone.hear(3, hail(3));
    expect(lone.stores).toMatchObject([{ type: "promise", promises: { founders: FOUNDERS, belongs: false } }]);
  });

  it("second step: when every voter has written the same down, it belongs and votes", () => {
    const lone = fresh();
    for (const sid of [2, 3]) lone.hear(sid, hail(sid));
    lone.persist();
    expect(lone.core.belongs).toBe(false);
    lone.hear(2, hail(2, { founders: FOUNDERS }));
    expect(lone.taken("notify")).toEqual([]);
    lone.hear(3, hail(3, { founders: FOUNDERS }));
    expect(lone.taken("notify")).toEqual([]);
    lone.persist();
    expect(lone.core.belongs).toBe(true);
    expect(lone.taken("notify").map(({ to }) => to)).toEqual([2, 3]);
  });

  it("what is not on the disk is not said", () => {
    const lone = fresh();
    for (const sid of [2, 3]) lone.hear(sid, hail(sid));
    lone.core.linkUp(lone.now, 2);
    lone.flush();
    expect(lone.taken("hail").at(-1)?.message.founders).toEqual([]);
    lone.persist();
    expect(lone.taken("hail").at(-1)?.message.founders).toEqual(FOUNDERS);
  });

  it("what a voter said over a connection that has broken counts no more: it may have been emptied since", () => {
    const lone = fresh();
    lone.hear(2, hail(2));
    lone.core.linkDown(lone.now, 2);
    lone.core.linkUp(lone.now, 2);
    lone.hear(3, hail(3));
    expect(lone.stores).toEqual([]);
  });

  it("servers with different configurations found nothing together", () => {
    const lone = fresh();
    lone.hear(2, hail(2));
    lone.hear(3, hail(3, { configHash: 9 }));
    expect(lone.stores).toEqual([]);
    const cluster = new Cluster({ members: ensembleOf(3), configHashes: { 3: 9 } });
    cluster.start();
    cluster.advance(60_000);
    expect(cluster.leader).toBe(0);
  });

  it("a voter that is named in what another has written down writes the same, also when others have gone on", () => {
    const lone = fresh();
    lone.hear(2, hail(2, { founders: FOUNDERS }));
    expect(lone.stores).toMatchObject([{ promises: { founders: FOUNDERS, belongs: false } }]);
  });

  it("a founder that was away while the others finished belongs as soon as it hears one of them", () => {
    const lone = fresh({ promises: { founders: FOUNDERS, belongs: false } });
    lone.hear(2, hail(2, { founders: FOUNDERS, belongs: true }));
    lone.persist();
    expect(lone.core.belongs).toBe(true);
  });

  it("who does not belong greets now and then, and does nothing else: it neither votes nor joins nor promises", () => {
    const lone = fresh();
    lone.sent = [];
    lone.hear(2, join());
    lone.hear(2, looking(2, 1));
    lone.hear(2, leading(2, 1));
    lone.hear(2, newEpoch(1));
    lone.hear(2, heartbeat(1));
    lone.wait(60_000);
    expect(new Set(lone.sent.map(({ message }) => message.type))).toEqual(new Set(["hail"]));
    expect(lone.sent.length).toBeLessThan(100);
    expect(lone.stores).toEqual([]);
  });

  it("a log from before founders were recorded speaks for itself", () => {
    const log = history({ epoch: 1, leader: 2, writes: 2 });
    const lone = fresh({ log });
    lone.persist();
    expect(lone.core.belongs).toBe(true);
    expect(lone.core.promises.founders).toEqual([{ sid: 1, nonce: 101 }]);
  });

  it("observers need not be there, and take part without being founders", () => {
    const cluster = new Cluster({ members: ensembleOf(3, 1) });
    cluster.start(1, 2, 3);
    expect(cluster.elect()).toBe(3);
    cluster.start(4);
    cluster.advance(2000);
    expect(cluster.core(4).role).toMatchObject({ role: "observing", canServe: true });
  });

  it("a voter that starts late holds up the founding, and nothing after it", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start(1, 2);
    cluster.advance(60_000);
    expect(cluster.leader).toBe(0);
    cluster.start(3);
    cluster.elect();
    for (const sid of cluster.sids) cluster.crash(sid);
    cluster.start(1, 2);
    expect(cluster.elect()).toBe(2);
  });
});

describe("a disk that was emptied (D11)", () => {
  it("is refused, and its server stops and says what to do", () => {
    const lone = fresh();
    lone.hear(2, { type: "refuse", reason: "emptied", epoch: 0, leader: 0, index: 0 });
    expect(lone.fatal?.code).toBe("emptied");
    expect(lone.fatal?.message).toContain("initialize");
  });

  it("is recognised by who has written down another identity in its place, and told so", () => {
    const lone = new Lone({ sid: 1, promises: { founders: FOUNDERS, belongs: true } });
    lone.sent = [];
    lone.hear(2, hail(2, { nonce: 999 }));
    expect(lone.taken("refuse")).toMatchObject([{ to: 2, message: { reason: "emptied" } }]);
    lone.hear(2, hail(2));
    expect(lone.taken("refuse")).toEqual([]);
  });

  it("is recognised also while the founding is under way", () => {
    const lone = fresh({ promises: { founders: FOUNDERS, belongs: false } });
    lone.hear(2, hail(2, { nonce: 999, founders: [] }));
    lone.hear(3, hail(3, { founders: FOUNDERS }));
    expect(lone.core.belongs).toBe(false);
    expect(lone.taken("refuse")).toMatchObject([{ to: 2 }]);
  });

  it("a late refusal harms nobody who belongs", () => {
    const lone = new Lone({ sid: 1 });
    lone.hear(2, { type: "refuse", reason: "emptied", epoch: 0, leader: 0, index: 0 });
    expect(lone.fatal).toBeUndefined();
  });

  it("does not vote: with the only other server that is left it elects nobody, and what was written is not lost", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    cluster.elect();
    cluster.crash(1);
    cluster.propose(cluster.leader, "a");
    cluster.advance(100);
    cluster.powerOff(3);
    cluster.crash(2);
    cluster.wipe(2);
    cluster.start(1, 2);
    cluster.advance(60_000);
    expect(cluster.leader).toBe(0);
    expect(cluster.server(2).core).toBeUndefined();
    cluster.start(3);
    cluster.elect();
    cluster.advance(100);
    expect(cluster.values(1)).toEqual(["a"]);
  });

  it("takes part when its operator vouches for it, and is brought in line", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    const leader = cluster.elect();
    cluster.propose(leader, "a");
    cluster.advance(300);
    cluster.crash(1);
    cluster.wipe(1);
    cluster.vouch(1);
    cluster.start(1);
    cluster.advance(3000);
    expect(cluster.core(1).role).toMatchObject({ role: "following", canServe: true });
    expect(cluster.values(1)).toEqual(["a"]);
  });
});

describe("a disk that was put back to an older day", () => {
  const older = history({ epoch: 1, leader: 3, writes: 2 });

  it("is recognised by a leader that saw more acknowledged, which refuses it and does not count it", () => {
    const lone = new Lone({ sid: 3 });
    lone.lead([1, 2]);
    lone.hear(1, ack(1, 1, lone.now));
    lone.wait(lone.heartbeatMs);
    lone.core.linkDown(lone.now, 1);
    lone.core.linkUp(lone.now, 1);
    lone.sent = [];
    lone.hear(1, join());
    expect(lone.taken("refuse")).toMatchObject([
      { to: 1, message: { reason: "rolledBack", epoch: 1, leader: 3, index: 1 } },
    ]);
    expect(lone.core.learners.get(1)?.active).toBe(false);
  });

  it("is recognised although it was put back before the next heartbeat", () => {
    const lone = new Lone({ sid: 3 });
    lone.lead([1, 2]);
    lone.hear(1, ack(1, 1, lone.now));
    lone.core.linkDown(lone.now, 1);
    lone.core.linkUp(lone.now, 1);
    lone.sent = [];
    lone.hear(1, join());
    expect(lone.taken("refuse")).toMatchObject([
      { to: 1, message: { reason: "rolledBack", epoch: 1, leader: 3, index: 1 } },
    ]);
  });

  it("is recognised by its promise alone, which it has forgotten", () => {
    const lone = new Lone({ sid: 3 });
    lone.claim([1, 2]);
    lone.hear(1, ackEpoch(1));
    lone.core.linkDown(lone.now, 1);
    lone.core.linkUp(lone.now, 1);
    lone.sent = [];
    lone.hear(1, join());
    expect(lone.taken("refuse")).toMatchObject([
      { to: 1, message: { reason: "rolledBack", epoch: 1, leader: 3, index: 0 } },
    ]);
  });

  it("is recognised by having promised the same epoch to another since", () => {
    const lone = new Lone({ sid: 3 });
    lone.lead([1, 2]);
    lone.sent = [];
    lone.hear(1, join(1, 1));
    expect(lone.taken("refuse")).toMatchObject([{ to: 1, message: { reason: "rolledBack", epoch: 1, leader: 3 } }]);
  });

  it("stops its server, if that has forgotten a promise of an epoch that it has made to another since", () => {
    const refuse = (epoch: number, leader: number) =>
      ({ type: "refuse", reason: "rolledBack", epoch, leader, index: 0 }) as const;
    const lone = new Lone({ sid: 1, log: older });
    const { acceptedEpoch, acceptedLeader } = lone.core.promises;
    expect(acceptedEpoch).toBe(1);
    // Before this disk's newest promise there may have been any.
    lone.hear(2, refuse(0, 2));
    lone.hear(2, refuse(1, acceptedLeader));
    lone.led(2, 3, older.at(-1) as Entry);
    lone.hear(2, refuse(3, 2));
    // One that does not say to whom.
    lone.hear(2, refuse(2, 0));
    expect(lone.fatal).toBeUndefined();
    lone.hear(2, refuse(2, 2));
    expect(lone.fatal?.code).toBe("rolledBack");
    expect(lone.fatal?.message).toContain("of epoch 2 acknowledged to server 2");
  });

  it("is recognised by a follower that becomes leader, from what its leader had said of everybody", () => {
    const [, second, third] = older as [Entry, Entry, Entry];
    const lone = new Lone({ sid: 3, log: older });
    lone.led(2, 2, third);
    lone.hear(2, heartbeat(2, 0, { levels: [{ sid: 1, index: 3 }] }));
    lone.core.linkDown(lone.now, 2);
    lone.flush();
    const own = lone.taken("notify").at(-1);
    if (own === undefined) expect.fail("it did not vote");
    lone.hear(1, own.message);
    expect(lone.core.role.role).toBe("leading");
    lone.hear(1, join(2, 2, second));
    expect(lone.taken("refuse")).toMatchObject([
      { to: 1, message: { reason: "rolledBack", epoch: 2, leader: 2, index: 3 } },
    ]);
    lone.hear(1, join(2, 2, third));
    expect(lone.taken("refuse")).toEqual([]);
  });

  it("stops its server, if it does lack what it is told, and not otherwise", () => {
    const refuse = (index: number) => ({ type: "refuse", reason: "rolledBack", epoch: 1, leader: 3, index }) as const;
    const lone = new Lone({ sid: 1, log: older });
    lone.hear(2, refuse(3));
    expect(lone.fatal).toBeUndefined();
    lone.hear(2, refuse(4));
    expect(lone.fatal?.code).toBe("rolledBack");
    expect(lone.fatal?.message).toContain("entry 4 of epoch 1");
  });

  it("does not vote in a running ensemble, and the others go on", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    const leader = cluster.elect();
    cluster.propose(leader, "a");
    cluster.advance(500);
    cluster.saveDisk(1);
    cluster.propose(leader, "b");
    cluster.advance(500);
    cluster.crash(1);
    cluster.restoreDisk(1);
    cluster.start(1);
    cluster.advance(3000);
    expect(cluster.server(1).core).toBeUndefined();
    cluster.propose(leader, "c");
    cluster.advance(10);
    expect(cluster.values(2)).toEqual(["a", "b", "c"]);
  });

  it("is recognised by itself when it knows no founders and hears one that belongs with exactly this disk", () => {
    const lone = fresh();
    lone.hear(2, hail(2, { founders: FOUNDERS, belongs: true }));
    expect(lone.fatal?.code).toBe("rolledBack");
    expect(lone.core.belongs).toBe(false);
  });

  it("is not suspected when it only lags, however often it starts again", () => {
    const cluster = new Cluster({ members: ensembleOf(3) });
    cluster.start();
    const leader = cluster.elect();
    for (let count = 0; count < 10; count++) {
      cluster.setDisk(1, 30);
      cluster.propose(leader, `w${count}`);
      cluster.advance(7 * count);
      cluster.crash(1);
      cluster.start(1);
      cluster.advance(400);
      expect(cluster.core(1).belongs).toBe(true);
      expect(cluster.core(1).role).toMatchObject({ role: "following", leader, canServe: true });
    }
    cluster.advance(1000);
    expect(cluster.values(1)).toEqual(cluster.values(leader));
    expect(rowsOf(cluster.onDisk(1)).length).toBeGreaterThan(1);
  });
});
