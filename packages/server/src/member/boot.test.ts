/** How members begin: founding, disks that were lost or put back, and what recovery finds. */
import { ENTRY, type EpochRow, encodeEpochStart, GENESIS_ROW } from "@rookery/consensus";
import { chainOf, GENESIS, openMemoryEngine } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import { describe, expect, it } from "vitest";
import { Cluster, requests } from "../../test/cluster.ts";
import { ask, rig } from "../../test/harness.ts";
import { bootOf, configHash, configurationOf, foundersId, readEpochs, writeEpochs } from "./boot.ts";

const LIFE = { bootId: 1, jitterSeed: 1, vouched: false };

describe("founding an ensemble", () => {
  it("waits for every voter, however long, and for no observer", async () => {
    const cluster = new Cluster({ voters: 3, observers: 1 });
    for (const sid of [1, 2]) await cluster.restart(sid);
    await cluster.advance(60_000);
    expect(cluster.leader).toBe(0);
    await cluster.restart(3);
    await cluster.untilAllServe();
  });

  it("gives all members one identity, which they keep", async () => {
    const cluster = await Cluster.start();
    await cluster.settle();
    const ids = cluster.sids.map((sid) => cluster.engine(sid).meta.clusterId);
    expect(ids[0]).toMatch(/^(?!0{16})[0-9a-f]{16}$/);
    expect(new Set(ids).size).toBe(1);
    cluster.crash(1);
    await cluster.restart(1);
    await cluster.untilAllServe();
    expect(cluster.engine(1).meta.clusterId).toBe(ids[0]);
  });

  it("does not happen among voters that disagree on who votes", async () => {
    const cluster = new Cluster();
    const members = [1, 2, 3].map((sid) => ({
      sid,
      role: "participant" as const,
      host: `10.0.0.${sid}`,
      peerPort: 2888,
      electionPort: 3888,
      clientHost: undefined,
      clientPort: undefined,
      weight: sid,
      group: 0,
    }));
    for (const sid of [1, 2]) await cluster.restart(sid);
    await cluster.restart(3, { members });
    await cluster.advance(60_000);
    expect(cluster.leader).toBe(0);
    expect(cluster.sids.map((sid) => cluster.engine(sid).log.last.index)).toEqual([0, 0, 0]);
  });

  it("survives a crash of everybody in the middle of it", async () => {
    for (const survives of [false, true]) {
      const cluster = new Cluster();
      for (const sid of cluster.sids) {
        cluster.engine(sid).hold();
        await cluster.restart(sid);
      }
      await cluster.advance(1000);
      for (const sid of cluster.sids) cluster.crash(sid, { meta: survives === (sid !== 2) });
      for (const sid of cluster.sids) await cluster.restart(sid);
      await cluster.untilAllServe();
    }
  });
});

describe("a voter whose disk was emptied", () => {
  it("is refused, says why, and nothing is lost by it", async () => {
    const cluster = await Cluster.start();
    const [emptied, other] = cluster.followers as [number, number];
    const client = await cluster.open(other);
    await cluster.ask(client, requests.create(1, "/a"));
    cluster.crash(emptied);
    cluster.replaceDisk(emptied);
    await cluster.restart(emptied);
    await cluster.until(() => cluster.failure(emptied) !== undefined, 5000);
    expect(cluster.failure(emptied)).toMatchObject({ name: "ConsensusError", code: "emptied" });
    expect(await cluster.ask(client, requests.create(2, "/b"))).toEqual(["2: /b"]);
  });

  it("does not make a quorum with one that had missed what was acknowledged", async () => {
    const cluster = await Cluster.start();
    const [behind, other] = cluster.followers as [number, number];
    const { leader } = cluster;
    const client = await cluster.open(leader);
    cluster.crash(behind);
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual(["1: /a"]);
    for (const sid of [leader, other]) cluster.crash(sid);
    cluster.replaceDisk(other);
    for (const sid of [behind, other]) await cluster.restart(sid);
    await cluster.advance(60_000);
    expect(cluster.leader).toBe(0);
    // With the one that knows it, there is a quorum that has it.
    await cluster.restart(leader);
    await cluster.until(() => cluster.leader > 0);
    const reader = await cluster.open(behind);
    expect(await cluster.ask(reader, requests.exists(1, "/a"))).toEqual(["1: ok"]);
  });

  it("is let in when its operator vouches for it, and belongs from then on", async () => {
    const cluster = await Cluster.start();
    const [emptied, other] = cluster.followers as [number, number];
    const client = await cluster.open(other);
    await cluster.ask(client, requests.create(1, "/a", "kept"));
    cluster.crash(emptied);
    cluster.replaceDisk(emptied);
    await cluster.restart(emptied, { vouched: true });
    await cluster.untilAllServe();
    const reader = await cluster.open(emptied);
    expect(await cluster.ask(reader, requests.get(1, "/a"))).toEqual(['1: "kept"']);
    cluster.crash(emptied);
    await cluster.restart(emptied);
    await cluster.untilAllServe();
    expect(client.closed).toBe("");
  });
});

describe("an observer whose disk was emptied", () => {
  it("gets everything again without being vouched for: it has acknowledged nothing", async () => {
    const cluster = await Cluster.start({ voters: 3, observers: 1 });
    const client = await cluster.open(cluster.leader);
    await cluster.ask(client, requests.create(1, "/a", "kept"));
    cluster.crash(4);
    cluster.replaceDisk(4);
    await cluster.restart(4);
    await cluster.untilAllServe();
    const reader = await cluster.open(4);
    expect(await cluster.ask(reader, requests.get(1, "/a"))).toEqual(['1: "kept"']);
  });
});

describe("a voter whose disk was put back to an older day", () => {
  it("is refused, and says why", async () => {
    const cluster = await Cluster.start();
    const [restored, other] = cluster.followers as [number, number];
    const client = await cluster.open(other);
    await cluster.ask(client, requests.create(1, "/a"));
    const backup = cluster.backup(restored);
    await cluster.ask(client, requests.create(2, "/b"), requests.create(3, "/c"));
    await cluster.advance(2000);
    cluster.crash(restored);
    cluster.replaceDisk(restored, backup);
    await cluster.restart(restored);
    await cluster.until(() => cluster.failure(restored) !== undefined, 5000);
    expect(cluster.failure(restored)).toMatchObject({ name: "ConsensusError", code: "rolledBack" });
    expect(await cluster.ask(client, requests.create(4, "/d"))).toEqual(["4: /d"]);
  });

  it("is refused when it has forgotten a promise", async () => {
    const cluster = await Cluster.start();
    const [restored] = cluster.followers as [number];
    const backup = cluster.backup(restored);
    cluster.crash(cluster.leader);
    await cluster.untilAllServe();
    await cluster.advance(2000);
    cluster.crash(restored);
    cluster.replaceDisk(restored, backup);
    for (const sid of cluster.sids) if (!cluster.isRunning(sid) && sid !== restored) await cluster.restart(sid);
    await cluster.untilAllServe();
    await cluster.restart(restored);
    await cluster.until(() => cluster.failure(restored) !== undefined, 5000);
    expect(cluster.failure(restored)).toMatchObject({ code: "rolledBack" });
  });

  it("is welcome when nothing happened since", async () => {
    const cluster = await Cluster.start();
    const [restored] = cluster.followers as [number];
    await cluster.advance(10_000);
    const backup = cluster.backup(restored);
    cluster.crash(restored);
    cluster.replaceDisk(restored, backup);
    await cluster.restart(restored);
    await cluster.untilAllServe();
  });
});

describe("a server that stands alone", () => {
  it("goes on in a new epoch with all data, sessions and ephemerals", async () => {
    const first = await rig();
    const client = await first.connect();
    first.send(client, ask.create(1, "/a", "kept"), ask.create(2, "/e", "", 1));
    await first.runtime.settle();
    const { epoch } = first.member.tree.applied;
    const second = await rig({}, first.engine.crash());
    expect(second.member.tree.applied).toMatchObject({ epoch: epoch + 1, counter: 0 });
    expect(second.member.tree.find("/a")?.data()?.toString()).toBe("kept");
    const again = await second.connect({ id: client.sessionId, password: client.password });
    expect(again.take()).toEqual(["opened"]);
    second.send(again, ask.set(1, "/e", "x"), ask.create(2, "/b"));
    await second.runtime.settle();
    expect(again.take()).toEqual(["1: zxid 1 err 0 +68", "2: zxid 2 err 0 +6"]);
  });

  it("is a founder of its own, so that its data is known to belong to nobody else", async () => {
    const { engine, member } = await rig();
    expect(engine.meta).toMatchObject({ belongs: true, acceptedEpoch: 1, acceptedLeader: 1 });
    expect(engine.meta.founders).toEqual([{ sid: 1, nonce: engine.meta.nonce }]);
    expect(member.mode).toBe("standalone");
  });
});

describe("what recovery tells consensus", () => {
  it("has the epochs of the state and those that begin in the log behind it", async () => {
    const engine = openMemoryEngine({ tables: STATE_TABLES });
    let last = GENESIS;
    for (const [epoch, counter] of [
      [1, 0],
      [1, 1],
      [4, 0],
      [4, 1],
      [9, 0],
    ] as const) {
      const kind = counter === 0 ? ENTRY.epochStart : ENTRY.transaction;
      const payload = counter === 0 ? encodeEpochStart(epoch) : Buffer.from("x");
      const entry = { index: last.index + 1, epoch, counter, kind, payload };
      last = { ...entry, chain: chainOf(last.chain, entry) };
      await engine.log.append([last as never], 0);
    }
    await engine.state.commit([], (await engine.log.read(3, { entriesMax: 1, bytesMax: 1 }))[0] as never);
    const rows: EpochRow[] = [
      GENESIS_ROW,
      { epoch: 1, leader: 1, startIndex: 1 },
      { epoch: 4, leader: 4, startIndex: 3 },
    ];
    const boot = await bootOf(engine, writeEpochs(rows), LIFE);
    expect(boot.epochs).toEqual([...rows, { epoch: 9, leader: 9, startIndex: 5 }]);
    expect(boot).toMatchObject({
      ...LIFE,
      firstIndex: 1,
      last: { index: 5, epoch: 9 },
      applied: { index: 3, epoch: 4 },
    });
  });

  it("of an empty disk has the first row only", async () => {
    const boot = await bootOf(openMemoryEngine({ tables: STATE_TABLES }), new Uint8Array(), LIFE);
    expect(boot.epochs).toEqual([GENESIS_ROW]);
    expect(boot.promises).toMatchObject({ acceptedEpoch: 0, founders: [], belongs: false });
  });
});

describe("rows of epochs as bytes", () => {
  it("are read as they were written, up to the largest of each", () => {
    const rows = [
      { epoch: 0, leader: 0, startIndex: 0 },
      { epoch: 7, leader: 3, startIndex: 2 ** 48 + 5 },
      { epoch: 0xffff_ffff, leader: 255, startIndex: Number.MAX_SAFE_INTEGER },
    ];
    expect(readEpochs(writeEpochs(rows))).toEqual(rows);
  });
});

describe("a configuration", () => {
  const member = { role: "participant" as const, weight: 1, group: 0 };

  it("is the same in whatever order its servers are named", () => {
    const [a, b] = [
      configurationOf([
        { sid: 2, ...member },
        { sid: 1, ...member },
      ]),
      configurationOf([
        { sid: 1, ...member },
        { sid: 2, ...member },
      ]),
    ];
    expect(a).toEqual(b);
    expect(configHash(a)).toBe(configHash(b));
  });

  it("is another with every role, weight, group or server that differs", () => {
    const hashes = [
      [{ sid: 1, ...member }],
      [{ sid: 2, ...member }],
      [{ sid: 1, ...member, role: "observer" as const }],
      [{ sid: 1, ...member, weight: 2 }],
      [{ sid: 1, ...member, group: 1 }],
      [
        { sid: 1, ...member },
        { sid: 2, ...member },
      ],
    ].map((members) => configHash(configurationOf(members)));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe("the identity of an ensemble", () => {
  it("is that of its founders' disks", () => {
    const ids = [
      [{ sid: 1, nonce: 1 }],
      [{ sid: 1, nonce: 2 }],
      [{ sid: 2, nonce: 1 }],
      [
        { sid: 1, nonce: 1 },
        { sid: 2, nonce: 1 },
      ],
    ].map(foundersId);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(ids).size).toBe(ids.length);
    expect(foundersId([{ sid: 1, nonce: 1 }])).toBe(ids[0]);
  });
});
