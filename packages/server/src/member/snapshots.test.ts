/** How a member that lags behind the log gets the state itself. */
import type { PeerMessage } from "@rookery/protocol/peer";
import { describe, expect, it } from "vitest";
import { Cluster, type ClusterClient, type ClusterOptions, requests } from "../../test/cluster.ts";

const EPHEMERAL = 1;
/** Znodes of 24 KiB: the state goes over in some twenty chunks, of which eight may be on their way. */
const ZNODES = 200;
const DATA = "d".repeat(24 << 10);

const SHORT_LOG = { ports: { logEntriesKept: 10, limits: { tailEntries: 8 } } };

describe("a member whose log cannot be continued", () => {
  it("gets the leader's state, then the log behind it", async () => {
    const { cluster, behind, client } = await lagging();
    await cluster.restart(behind);
    await cluster.untilAllServe();
    expect(cluster.member(cluster.leader).stats.snapshots).toBe(1);
    await cluster.ask(client, requests.create(1000, "/after"));
    const reader = await cluster.open(behind);
    expect(await cluster.ask(reader, requests.exists(1, `/n${ZNODES}`), requests.exists(2, "/after"))).toEqual([
      "1: ok",
      "2: ok",
    ]);
    await expectAlike(cluster);
  });

  it("knows the sessions and ephemerals that it had not seen, and forgets those it had", async () => {
    const { cluster, behind, client, ended } = await lagging();
    await cluster.ask(client, requests.create(1000, "/e", "mine", EPHEMERAL));
    await cluster.restart(behind);
    await cluster.untilAllServe();
    const refused = await cluster.connect(behind, { session: ended });
    expect(refused.take()).toEqual(["refused"]);
    expect(cluster.member(behind).tree.find("/ended")).toBeUndefined();
    const moved = await cluster.open(behind, { session: client });
    expect(await cluster.ask(moved, requests.get(1, "/e"), requests.close(2))).toEqual(['1: "mine"', "2: ok"]);
    for (const sid of cluster.sids) expect(cluster.member(sid).tree.find("/e"), `server ${sid}`).toBeUndefined();
    await expectAlike(cluster);
  });

  it("has it durably: after a crash it goes on from there", async () => {
    const { cluster, behind } = await lagging();
    await cluster.restart(behind);
    await cluster.untilAllServe();
    cluster.crash(behind);
    await cluster.restart(behind);
    await cluster.untilAllServe();
    expect(cluster.member(cluster.leader).stats.snapshots).toBe(1);
    await expectAlike(cluster);
  });

  it("can lead with it", async () => {
    const { cluster, behind, client } = await lagging();
    await cluster.restart(behind);
    await cluster.untilAllServe();
    await cluster.ask(client, requests.create(1000, "/later"));
    for (const sid of cluster.sids) cluster.crash(sid);
    const [other] = cluster.others(behind) as [number];
    for (const sid of [behind, other]) await cluster.restart(sid);
    await cluster.untilAllServe();
    const reader = await cluster.open(behind);
    expect(await cluster.ask(reader, requests.exists(1, `/n${ZNODES}`), requests.exists(2, "/later"))).toEqual([
      "1: ok",
      "2: ok",
    ]);
  });

  it("takes writes that come during the transfer from the log behind it", async () => {
    const { cluster, behind, client } = await lagging();
    let writes = 0;
    on(cluster, "snapshotChunk", () => {
      writes++;
      client.send(requests.create(1000 + writes, `/during${writes}`));
    });
    await cluster.restart(behind);
    await cluster.untilAllServe();
    await cluster.settle();
    expect(writes).toBeGreaterThan(3);
    expect(client.take()).toHaveLength(writes);
    expect(cluster.member(behind).tree.find(`/during${writes}`)).toBeDefined();
    expect(cluster.member(cluster.leader).stats.snapshots).toBe(1);
    await expectAlike(cluster);
  });

  it("is as well an observer, or more than one", async () => {
    const cluster = await Cluster.start({ voters: 3, observers: 2, ...SHORT_LOG });
    const client = await cluster.open(cluster.leader);
    for (const sid of [4, 5]) cluster.crash(sid);
    await fill(cluster, client);
    for (const sid of [4, 5]) await cluster.restart(sid);
    await cluster.untilAllServe();
    expect(cluster.member(cluster.leader).stats.snapshots).toBe(2);
    await expectAlike(cluster);
  });

  it("gets znodes of every size", async () => {
    const cluster = await Cluster.start(SHORT_LOG);
    const [behind] = cluster.followers as [number];
    const client = await cluster.open(cluster.leader);
    cluster.crash(behind);
    for (const [at, bytes] of [0, 1, 255 << 10, 1000 << 10, 10, 1000 << 10, 256 << 10, 1].entries())
      await cluster.ask(client, requests.create(at, `/sized${at}`, "d".repeat(bytes)));
    await fill(cluster, client);
    await cluster.restart(behind);
    await cluster.untilAllServe();
    expect(cluster.member(cluster.leader).stats.snapshots).toBe(1);
    await expectAlike(cluster);
  });

  it("gets entries instead while the log still has them", async () => {
    const { cluster, behind } = await lagging({ ports: { logEntriesKept: 10_000, limits: { tailEntries: 8 } } });
    await cluster.restart(behind);
    await cluster.untilAllServe();
    expect(cluster.member(cluster.leader).stats.snapshots).toBe(0);
    await expectAlike(cluster);
  });
});

describe("a transfer that does not go through in one go", () => {
  it("is gone on with behind the last row when the bulk connection breaks", async () => {
    const { cluster, behind } = await lagging();
    const { leader } = cluster;
    const seen = watch(cluster);
    // What is on its way then is lost, and what is sent after it comes over another connection.
    on(cluster, "snapshotChunk", (count) => {
      if (count === 9) cluster.network.breakBulk(leader, behind);
    });
    await cluster.restart(behind);
    await cluster.untilAllServe();
    expect(seen.offers).toBe(1);
    expect(seen.requests[0]).toBe(0);
    expect(seen.requests.at(-1)).toBeGreaterThan(0);
    await expectAlike(cluster);
  });

  it("is gone on with when all connections broke for a while", async () => {
    const { cluster, behind } = await lagging();
    const { leader } = cluster;
    const seen = watch(cluster);
    on(cluster, "snapshotCredit", (count) => {
      if (count === 3) cluster.cut([leader, behind]);
    });
    await cluster.restart(behind);
    await cluster.advance(3000);
    expect(cluster.serves(behind)).toBe(false);
    cluster.heal();
    await cluster.untilAllServe();
    expect(cluster.leader).toBe(leader);
    expect(seen.requests.at(-1)).toBeGreaterThan(0);
    await expectAlike(cluster);
  });

  it("begins anew when the sender did not keep it so long", async () => {
    const { cluster, behind } = await lagging();
    const { leader } = cluster;
    const seen = watch(cluster);
    on(cluster, "snapshotCredit", (count) => {
      if (count === 3) cluster.cut([leader, behind]);
    });
    await cluster.restart(behind);
    await cluster.advance(65_000);
    cluster.heal();
    await cluster.untilAllServe();
    expect(seen.offers).toBe(2);
    await expectAlike(cluster);
  });

  it("asks again for a piece that was damaged on its way", async () => {
    const { cluster, behind } = await lagging();
    let damaged = 0;
    cluster.network.pass = (message) => {
      if (message.type !== "snapshotChunk" || ++damaged !== 3) return message;
      const rows = Buffer.from(message.rows);
      rows.writeUInt8(rows.readUInt8(rows.length - 1) ^ 1, rows.length - 1);
      return { ...message, rows };
    };
    await cluster.restart(behind);
    await cluster.untilAllServe();
    expect(damaged).toBeGreaterThan(3);
    await expectAlike(cluster);
  });

  it("asks again when a piece was lost", async () => {
    const { cluster, behind } = await lagging();
    let chunks = 0;
    cluster.network.pass = (message) => (message.type === "snapshotChunk" && ++chunks === 3 ? undefined : message);
    await cluster.restart(behind);
    const { leader } = cluster;
    await cluster.settle();
    // A connection that loses something has broken.
    cluster.network.breakBulk(leader, behind);
    await cluster.untilAllServe();
    await expectAlike(cluster);
  });

  it("begins with the new leader when the old one dies", async () => {
    const { cluster, behind } = await lagging();
    const { leader } = cluster;
    let died = false;
    on(cluster, "snapshotCredit", (count) => {
      if (count !== 3 || died) return;
      died = true;
      cluster.runtime.defer(() => cluster.crash(leader));
    });
    await cluster.restart(behind);
    await cluster.until(() => died);
    await cluster.untilAllServe();
    expect(cluster.leader).not.toBe(leader);
    await cluster.restart(leader);
    await cluster.untilAllServe();
    await expectAlike(cluster);
  });

  it("goes on when the leader opens its next epoch meanwhile", async () => {
    const { cluster, behind, client } = await lagging({
      ports: { logEntriesKept: 10, limits: { tailEntries: 8, counterMax: 150 } },
    });
    const { epoch } = cluster.member(cluster.leader).replication.role;
    on(cluster, "snapshotChunk", (count) => {
      if (count !== 3) return;
      for (let n = 1; n <= 150; n++) client.send(requests.create(1000 + n, `/during${n}`));
    });
    await cluster.restart(behind);
    await cluster.untilAllServe();
    await cluster.settle();
    expect(client.take()).toHaveLength(150);
    expect(cluster.member(behind).replication.role.epoch).toBeGreaterThan(epoch);
    await expectAlike(cluster);
  });

  it("is installed once, however long the disk takes, while writes go on", async () => {
    const { cluster, behind, client } = await lagging();
    let held = false;
    on(cluster, "snapshotChunk", () => {
      if (held) return;
      held = true;
      cluster.engine(behind).hold();
    });
    await cluster.restart(behind);
    await cluster.until(() => held);
    for (let n = 1; n <= 20; n++) {
      await cluster.ask(client, requests.create(1000 + n, `/during${n}`));
      cluster.engine(behind).release(1);
      await cluster.advance(200);
    }
    cluster.engine(behind).release();
    await cluster.untilAllServe();
    expect(cluster.failure(behind)).toBeUndefined();
    await expectAlike(cluster);
  });

  it("leaves the receiver as it was when it crashes, and begins anew", async () => {
    const { cluster, behind } = await lagging();
    let died = false;
    on(cluster, "snapshotCredit", (count) => {
      if (count !== 3 || died) return;
      died = true;
      cluster.runtime.defer(() => cluster.crash(behind));
    });
    await cluster.restart(behind);
    await cluster.until(() => died);
    const before = cluster.engine(behind).state.applied.index;
    expect(before).toBeLessThan(ZNODES);
    await cluster.restart(behind);
    await cluster.untilAllServe();
    await expectAlike(cluster);
  });

  it("lets the receiver stop in the middle of it", async () => {
    const { cluster, behind } = await lagging();
    let begun = false;
    cluster.network.pass = (message) => {
      begun ||= message.type === "snapshotChunk";
      return message.type === "snapshotChunk" && message.done ? undefined : message;
    };
    await cluster.restart(behind);
    await cluster.until(() => begun);
    await cluster.stop(behind);
    cluster.network.pass = (message) => message;
    await cluster.restart(behind);
    await cluster.untilAllServe();
    await expectAlike(cluster);
  });
});

/** An ensemble with one follower down that has missed more than the others' logs hold. */
async function lagging(settings: ClusterOptions = SHORT_LOG) {
  const cluster = await Cluster.start(settings);
  const [behind] = cluster.followers as [number];
  const client = await cluster.open(cluster.leader, { timeoutMs: 20_000 });
  const ended = await cluster.open(cluster.leader);
  await cluster.ask(ended, requests.create(1, "/ended", "", EPHEMERAL));
  cluster.crash(behind);
  await cluster.ask(ended, requests.close(2));
  await fill(cluster, client);
  return { cluster, behind, client, ended };
}

async function fill(cluster: Cluster, client: ClusterClient): Promise<void> {
  for (let n = 1; n <= ZNODES; n++) client.send(requests.create(n, `/n${n}`, DATA));
  await cluster.settle();
  expect(client.take()).toHaveLength(ZNODES);
  // Long enough for the states to be committed, and the logs trimmed.
  await cluster.advance(7000);
  await cluster.ask(client, requests.ping());
}

/** Calls with how many messages of this type have been sent. */
function on(cluster: Cluster, type: PeerMessage["type"], act: (count: number) => void): void {
  const { pass } = cluster.network;
  let count = 0;
  cluster.network.pass = (message, from, to) => {
    if (message.type === type) act(++count);
    return pass(message, from, to);
  };
}

/** Counts offers, and how many rows the receiver had at each request. */
function watch(cluster: Cluster): { offers: number; readonly requests: number[] } {
  const seen = { offers: 0, requests: [] as number[] };
  cluster.network.pass = (message: PeerMessage) => {
    if (message.type === "snapshotOffer") seen.offers++;
    if (message.type === "snapshotRequest") seen.requests.push(message.rows);
    return message;
  };
  return seen;
}

/** All members have the same rows in their stores, at the same index. */
async function expectAlike(cluster: Cluster): Promise<void> {
  await cluster.settle();
  const [first, ...others] = cluster.sids as [number, ...number[]];
  const rows = await cluster.rows(first);
  expect(rows.length).toBeGreaterThan(ZNODES);
  for (const sid of others) {
    expect(cluster.member(sid).tree.applied.chain, `server ${sid}`).toBe(cluster.member(first).tree.applied.chain);
    const differ = (await cluster.rows(sid)).findIndex((row, at) => row !== rows[at]);
    expect(differ, `first row of server ${sid} that differs`).toBe(-1);
  }
}
