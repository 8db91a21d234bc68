import { JuteReader, OpCode } from "@rookery/protocol/client";
import { describe, expect, it } from "vitest";
import { Cluster, type ClusterClient, type ClusterOptions, requests } from "../../test/cluster.ts";
import { createsEphemeral } from "./local-sessions.ts";

const EPHEMERAL = 1;
const SEQUENTIAL = 2;

const LOCAL = { ensemble: { localSessions: true } };
const UPGRADING = { ensemble: { localSessions: true, localSessionsUpgrading: true } };

describe("local sessions (specification §2.6)", () => {
  it("are known to their server alone, and cost no transaction", async () => {
    const { cluster, sid, client } = await atFollower(LOCAL);
    const before = cluster.sids.map((each) => cluster.member(each).tree.applied.index);
    await cluster.advance(1000);
    for (const each of cluster.sids) {
      expect(cluster.member(each).tree.sessions.has(client.sessionId), `server ${each}`).toBe(false);
      expect(cluster.member(each).sessions.has(client.sessionId), `server ${each}`).toBe(each === sid);
      expect(cluster.member(each).localSessions).toBe(each === sid ? 1 : 0);
    }
    expect(cluster.sids.map((each) => cluster.member(each).tree.applied.index)).toEqual(before);
  });

  it("read, watch and write", async () => {
    const { cluster, client } = await atFollower(LOCAL);
    expect(
      await cluster.ask(client, requests.exists(1, "/a", true), requests.create(2, "/a", "x"), requests.get(3, "/a")),
    ).toEqual(["1: error -101", "event 1 /a", "2: /a", '3: "x"']);
    const multi = requests.multi(4, { type: "create", path: "/b" }, { type: "delete", path: "/a" });
    expect(await cluster.ask(client, multi)).toEqual(["4: 1:0 2:0"]);
  });

  it("go on at their own server and are lost at another", async () => {
    const { cluster, sid, client } = await atFollower(LOCAL);
    client.disconnect();
    const again = await cluster.open(sid, { session: client, timeoutMs: 4000 });
    expect(again.timeoutMs).toBe(4000);
    expect(again.sessionId).toBe(client.sessionId);
    for (const other of cluster.others(sid)) {
      const lost = await cluster.connect(other, { session: client });
      expect(lost.take(), `server ${other}`).toEqual(["refused"]);
      expect(lost.closed).toBe("ended");
    }
  });

  it("expire at their own server, in silence", async () => {
    const { cluster, sid, client } = await atFollower(LOCAL);
    for (let at = 0; at < 12; at++) {
      await cluster.ask(client, requests.ping());
      await cluster.advance(1000);
    }
    expect(client.closed).toBe("");
    await cluster.advance(11_500);
    expect(client.closed).toBe("destroyed");
    expect(cluster.member(sid).stats.sessionsExpired).toBe(1);
    const late = await cluster.connect(sid, { session: client });
    expect(late.take()).toEqual(["refused"]);
  });

  it("close with an answer", async () => {
    const { cluster, sid, client } = await atFollower(LOCAL);
    expect(await cluster.ask(client, requests.close(1))).toEqual(["1: ok"]);
    expect(client.closed).toBe("ended");
    expect(cluster.member(sid).sessions.size).toBe(0);
  });

  it("close behind the writes that were sent before", async () => {
    const { cluster, client } = await atFollower(LOCAL);
    expect(await cluster.ask(client, requests.create(1, "/a"), requests.close(2))).toEqual(["1: /a", "2: ok"]);
  });

  it("may not create ephemerals, alone or in a multi, unless they may be upgraded", async () => {
    const { cluster, client } = await atFollower(LOCAL);
    const multi = requests.multi(2, { type: "check", path: "/" }, { type: "create", path: "/e", flags: EPHEMERAL });
    expect(
      await cluster.ask(
        client,
        requests.create(1, "/e", "", EPHEMERAL),
        multi,
        requests.create(3, "/e-", "", EPHEMERAL | SEQUENTIAL),
        requests.children(4, "/"),
      ),
    ).toEqual(["1: error -120", "2: error -120", "3: error -120", "4: zookeeper"]);
    expect(client.closed).toBe("");
  });

  it("end with their server's role", async () => {
    const { cluster, sid, client } = await atFollower(LOCAL);
    cluster.crash(cluster.leader);
    await cluster.untilAllServe();
    expect(client.closed).toBe("destroyed");
    const again = await cluster.connect(sid, { session: client });
    expect(again.take()).toEqual(["refused"]);
  });
});

describe("a local session that is upgraded", () => {
  it("creates its ephemeral as a session of the ensemble, before what follows", async () => {
    const { cluster, client } = await atFollower(UPGRADING);
    const answers = await cluster.ask(
      client,
      requests.create(1, "/a"),
      requests.create(2, "/e", "", EPHEMERAL),
      requests.create(3, "/e2", "", EPHEMERAL),
      requests.children(4, "/"),
    );
    expect(answers).toEqual(["1: /a", "2: /e", "3: /e2", "4: a e e2 zookeeper"]);
    for (const each of cluster.sids) {
      expect(cluster.member(each).tree.sessions.has(client.sessionId), `server ${each}`).toBe(true);
      expect(cluster.member(each).localSessions).toBe(0);
    }
  });

  it("does so at the leader, too", async () => {
    const cluster = await Cluster.start(UPGRADING);
    const client = await cluster.open(cluster.leader);
    expect(await cluster.ask(client, requests.create(1, "/e", "", EPHEMERAL))).toEqual(["1: /e"]);
    expect(cluster.member(cluster.leader).tree.sessions.has(client.sessionId)).toBe(true);
  });

  it("moves to another server with what it made, and expires everywhere", async () => {
    const { cluster, sid, client } = await atFollower(UPGRADING);
    await cluster.ask(client, requests.create(1, "/e", "mine", EPHEMERAL));
    const [other] = cluster.others(sid) as [number];
    const moved = await cluster.open(other, { session: client });
    expect(await cluster.ask(moved, requests.get(1, "/e"))).toEqual(['1: "mine"']);
    await cluster.advance(12_500);
    expect(moved.closed).toBe("destroyed");
    for (const each of cluster.sids) expect(cluster.member(each).tree.find("/e"), `server ${each}`).toBeUndefined();
  });

  it("is kept alive like any other", async () => {
    const { cluster, client } = await atFollower(UPGRADING);
    await cluster.ask(client, requests.create(1, "/e", "", EPHEMERAL));
    for (let at = 0; at < 15; at++) {
      await cluster.ask(client, requests.ping());
      await cluster.advance(1000);
    }
    expect(client.closed).toBe("");
  });
});

describe("a request that creates an ephemeral", () => {
  const creates = (frame: Buffer): boolean => {
    const input = new JuteReader(frame, 8);
    return createsEphemeral(frame.readInt32BE(4), input);
  };

  it("is one with that flag, wherever it stands in a multi", () => {
    expect(creates(requests.create(1, "/e", "", EPHEMERAL))).toBe(true);
    expect(creates(requests.create(1, "/e", "", EPHEMERAL | SEQUENTIAL))).toBe(true);
    expect(creates(requests.create(1, "/p"))).toBe(false);
    expect(creates(requests.create(1, "/p-", "", SEQUENTIAL))).toBe(false);
    expect(creates(requests.set(1, "/e", "x"))).toBe(false);
    const before = [
      { type: "check", path: "/" },
      { type: "set", path: "/a" },
      { type: "delete", path: "/a" },
      { type: "create", path: "/p" },
    ] as const;
    expect(creates(requests.multi(1, ...before))).toBe(false);
    expect(creates(requests.multi(1, ...before, { type: "create", path: "/e", flags: EPHEMERAL }))).toBe(true);
  });

  it("is none that cannot be decoded", () => {
    const whole = requests.create(1, "/e", "", EPHEMERAL);
    for (let end = 8; end < whole.length; end++) {
      expect(createsEphemeral(OpCode.create, new JuteReader(whole.subarray(0, end), 8)), `${end} bytes`).toBe(false);
    }
  });
});

async function atFollower(settings: ClusterOptions): Promise<{ cluster: Cluster; sid: number; client: ClusterClient }> {
  const cluster = await Cluster.start(settings);
  const [sid] = cluster.followers as [number];
  return { cluster, sid, client: await cluster.open(sid) };
}
