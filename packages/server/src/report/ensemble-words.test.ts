/** What the four-letter words say in an ensemble: of the leader, a follower, an observer, and without a quorum. */
import { describe, expect, it } from "vitest";
import { Cluster, type ClusterClient, ClusterTransport, requests } from "../../test/cluster.ts";
import { Report } from "./report.ts";
import { VERSION } from "./version.ts";
import { answerWord } from "./words.ts";

const EPHEMERAL = 1;
const ALL_WORDS = { options: { fourLetterWords: "*" as const, dataFolder: "/data" } };
const NOT_SERVING = "This ZooKeeper instance is not currently serving requests\n";

describe("srvr and stat (specification §10.2)", () => {
  it("name the leader's mode, and the sizes of its proposals at the end", async () => {
    const { cluster, leader } = await ensemble();
    const lines = ask(cluster, leader, "srvr").split("\n");
    expect(lines.slice(0, -2)).toEqual([
      `Zookeeper version: ${VERSION}`,
      "Latency min/avg/max: 0/0.0/0",
      "Received: 1",
      "Sent: 0",
      "Connections: 1",
      "Outstanding: 0",
      // The members' configuration, the first transaction of an ensemble.
      "Zxid: 0x100000001",
      "Mode: leader",
      "Node count: 5",
    ]);
    expect(lines.at(-2)).toMatch(/^Proposal sizes last\/min\/max: (\d+)\/\1\/\1$/);
    expect(lines.at(-1)).toBe("");
  });

  it("name a follower's and an observer's mode, and nothing of proposals", async () => {
    const { cluster, follower, observer } = await ensemble();
    for (const [sid, mode] of [
      [follower, "follower"],
      [observer, "observer"],
    ] as const) {
      for (const word of ["srvr", "stat"]) {
        const lines = ask(cluster, sid, word).split("\n");
        expect(lines.slice(-4)).toEqual(["Zxid: 0x100000001", `Mode: ${mode}`, "Node count: 5", ""]);
      }
    }
  });

  it("count proposals of every server's clients at the leader", async () => {
    const { cluster, leader, follower } = await ensemble();
    const sizes = () =>
      /Proposal sizes last\/min\/max: (\d+)\/(\d+)\/(\d+)/.exec(ask(cluster, leader, "srvr"))?.slice(1);
    const client = await cluster.open(follower);
    await cluster.ask(client, requests.create(1, "/a", "d".repeat(1000)));
    const [last, least, most] = (sizes() as string[]).map(Number) as [number, number, number];
    expect(last).toBe(most);
    expect(most).toBeGreaterThan(1000);
    expect(least).toBeLessThan(1000);
  });

  it("say that a server without a quorum serves no requests", async () => {
    const { cluster, alone } = await withoutQuorum({});
    for (const word of ["srvr", "stat", "mntr", "conf", "cons", "dump", "wchs"])
      expect(ask(cluster, alone, word), word).toBe(NOT_SERVING);
    expect(ask(cluster, alone, "ruok")).toBe("imok");
  });

  it("begin with a line of their own in read-only mode", async () => {
    const { cluster, alone } = await withoutQuorum({ readOnly: true });
    for (const word of ["srvr", "stat"]) {
      const lines = ask(cluster, alone, word).split("\n");
      expect(lines.slice(0, 2)).toEqual([
        `Zookeeper version: ${VERSION}`,
        "READ-ONLY mode; serving only read-only clients",
      ]);
      expect(lines).toContain("Mode: read-only");
    }
    expect(ask(cluster, alone, "stat").split("\n")[2]).toBe("Clients:");
  });
});

describe("isro (specification §2.6)", () => {
  it("is rw with a quorum, ro in read-only mode, null without either", async () => {
    const { cluster, leader, follower, observer } = await ensemble();
    for (const sid of [leader, follower, observer]) expect(ask(cluster, sid, "isro")).toBe("rw");
    const readOnly = await withoutQuorum({ readOnly: true });
    expect(ask(readOnly.cluster, readOnly.alone, "isro")).toBe("ro");
    const none = await withoutQuorum({});
    expect(ask(none.cluster, none.alone, "isro")).toBe("null");
  });
});

describe("conf (specification §10.3)", () => {
  const expected = (sid: number, peerType: number): string[] => [
    "clientPort=2181",
    "secureClientPort=-1",
    "dataDir=/data",
    "dataDirSize=BYTES",
    "dataLogDir=/data",
    "dataLogSize=BYTES",
    "tickTime=1000",
    "maxClientCnxns=60",
    "minSessionTimeout=2000",
    "maxSessionTimeout=20000",
    "clientPortListenBacklog=-1",
    `serverId=${sid}`,
    "initLimit=10",
    "syncLimit=5",
    "electionAlg=3",
    "electionPort=3888",
    "quorumPort=2888",
    `peerType=${peerType}`,
  ];

  it("goes on with the ensemble, and ends with its members without a newline", async () => {
    const { cluster, leader, follower, observer } = await ensemble();
    for (const sid of [leader, follower, observer]) {
      expect(conf(cluster, sid), `server ${sid}`).toEqual([
        ...expected(sid, sid === observer ? 1 : 0),
        "membership: ",
        "server.1=10.0.0.1:2888:3888:participant;0.0.0.0:2181",
        "server.2=10.0.0.2:2888:3888:participant;0.0.0.0:2181",
        "server.3=10.0.0.3:2888:3888:participant;0.0.0.0:2181",
        "server.4=10.0.0.4:2888:3888:observer;0.0.0.0:2181",
        "version=0",
      ]);
    }
  });

  it("ends before the members in read-only mode", async () => {
    const { cluster, alone } = await withoutQuorum({ readOnly: true });
    expect(conf(cluster, alone)).toEqual([...expected(alone, 0), ""]);
  });

  function conf(cluster: Cluster, sid: number): string[] {
    return ask(cluster, sid, "conf")
      .replaceAll(/Size=\d+/g, "Size=BYTES")
      .split("\n");
  }
});

describe("mntr (specification §10.5)", () => {
  it("begins with version, state and part in the ensemble", async () => {
    const { cluster, leader, follower, observer } = await ensemble();
    for (const [sid, state, peerState] of [
      [leader, "leader", "leading - broadcast"],
      [follower, "follower", "following - broadcast"],
      [observer, "observer", "observing - broadcast"],
    ] as const) {
      expect(ask(cluster, sid, "mntr").split("\n").slice(0, 3)).toEqual([
        `zk_version\t${VERSION}`,
        `zk_server_state\t${state}`,
        `zk_peer_state\t${peerState}`,
      ]);
    }
  });

  it("tells of the leader who follows it, and how long it has led", async () => {
    const { cluster, leader } = await ensemble();
    await cluster.advance(5000);
    const gauges = mntr(cluster, leader);
    expect(Object.fromEntries(gauges)).toMatchObject({
      zk_quorum_size: "3",
      zk_learners: "3",
      zk_synced_followers: "2",
      zk_synced_non_voting_followers: "0",
      zk_synced_observers: "1",
      zk_pending_syncs: "0",
    });
    expect(Number(gauges.get("zk_leader_uptime"))).toBeGreaterThanOrEqual(5000);
    expect(Number(gauges.get("zk_leader_uptime"))).toBeLessThan(6000);
    expect(gauges.get("zk_last_proposal_size")).toBe(gauges.get("zk_max_proposal_size"));
  });

  it("counts a follower out when it is gone", async () => {
    const { cluster, leader, follower } = await ensemble();
    cluster.crash(follower);
    await cluster.advance(3000);
    expect(Object.fromEntries(mntr(cluster, leader))).toMatchObject({ zk_learners: "2", zk_synced_followers: "1" });
  });

  it("tells of others how many vote, and nothing that only a leader has", async () => {
    const { cluster, follower, observer } = await ensemble();
    for (const sid of [follower, observer]) {
      const gauges = mntr(cluster, sid);
      expect(gauges.get("zk_quorum_size")).toBe("3");
      for (const key of ["zk_learners", "zk_synced_followers", "zk_leader_uptime", "zk_last_proposal_size"])
        expect(gauges.has(key), key).toBe(false);
    }
  });

  it("counts sessions of the ensemble on every server, and local ones where they are", async () => {
    const { cluster, leader, follower, observer } = await ensemble({
      localSessions: true,
      localSessionsUpgrading: true,
    });
    await cluster.open(follower);
    const upgraded = await cluster.open(observer);
    await cluster.ask(upgraded, requests.create(1, "/e", "", EPHEMERAL));
    const sessions = (sid: number) => {
      const gauges = mntr(cluster, sid);
      return [gauges.get("zk_global_sessions"), gauges.get("zk_local_sessions")];
    };
    expect([leader, follower, observer].map(sessions)).toEqual([
      ["1", "0"],
      ["1", "1"],
      ["1", "0"],
    ]);
  });

  it("counts elections and what they took", async () => {
    const { cluster, leader, follower } = await ensemble();
    cluster.crash(leader);
    await cluster.untilAllServe();
    const gauges = mntr(cluster, follower);
    expect(gauges.get("zk_looking_count")).toBe("2");
    expect(gauges.get("zk_cnt_election_time")).toBe("2");
  });

  it("says of a server in read-only mode that it looks for a leader", async () => {
    const { cluster, alone } = await withoutQuorum({ readOnly: true });
    expect(Object.fromEntries(mntr(cluster, alone))).toMatchObject({
      zk_server_state: "read-only",
      zk_peer_state: "looking",
    });
  });
});

describe("dump (specification §10.6)", () => {
  it("tells on the leader when each session of the ensemble expires", async () => {
    const { cluster, leader, clients } = await sessions();
    expect(sessionPart(cluster, leader)).toEqual([
      "SessionTracker dump:",
      "Session Sets (2)/(2):",
      expect.stringMatching(/^1 expire at /),
      `\t0x${hex(clients[0])}`,
      expect.stringMatching(/^1 expire at /),
      `\t0x${hex(clients[1])}`,
    ]);
  });

  it("tells elsewhere which sessions there are and their timeouts, by their ids", async () => {
    const { cluster, follower, observer, clients } = await sessions();
    for (const sid of [follower, observer]) {
      expect(sessionPart(cluster, sid), `server ${sid}`).toEqual([
        "SessionTracker dump:",
        "Global Sessions(2):",
        ...clients.map((client) => `0x${hex(client)}\t${client.timeoutMs}ms`).sort(),
      ]);
    }
  });

  it("tells of local sessions first", async () => {
    const { cluster, leader, follower } = await ensemble({ localSessions: true });
    const local = await cluster.open(follower);
    expect(sessionPart(cluster, follower)).toEqual([
      "SessionTracker dump:",
      "Local Session Sets (1)/(1):",
      expect.stringMatching(/^1 expire at /),
      `\t0x${hex(local)}`,
      "Global Sessions(0):",
    ]);
    expect(sessionPart(cluster, leader)).toEqual([
      "SessionTracker dump:",
      "Local Session Sets (0)/(0):",
      "Global Session Sets (0)/(0):",
    ]);
  });

  it("tells everywhere whose ephemerals there are", async () => {
    const { cluster, leader, follower, observer, clients } = await sessions();
    for (const sid of [leader, follower, observer]) {
      expect(ask(cluster, sid, "dump")).toContain(
        `ephemeral nodes dump:\nSessions with Ephemerals (1):\n0x${hex(clients[0])}:\n\t/e\n`,
      );
    }
  });

  it("tells of its own connections only", async () => {
    const { cluster, leader, follower, clients } = await sessions();
    const connections = (sid: number) => ask(cluster, sid, "dump").split("Connections dump:\n")[1];
    expect(connections(follower)).toContain(`sessionId: 0x${hex(clients[0])}`);
    expect(connections(leader)).not.toContain(`sessionId: 0x${hex(clients[0])}`);
  });

  /** Two sessions, of a follower and of the observer; the first has an ephemeral. */
  async function sessions() {
    const { cluster, leader, follower, observer } = await ensemble();
    const clients = [
      await cluster.open(follower, { timeoutMs: 5000 }),
      await cluster.open(observer, { timeoutMs: 15_000 }),
    ] as const;
    await cluster.ask(clients[0], requests.create(1, "/e", "", EPHEMERAL));
    return { cluster, leader, follower, observer, clients };
  }

  function sessionPart(cluster: Cluster, sid: number): string[] {
    return (ask(cluster, sid, "dump").split("ephemeral nodes dump:\n")[0] as string).trimEnd().split("\n");
  }

  function hex({ sessionId }: ClusterClient): string {
    return BigInt.asUintN(64, sessionId).toString(16);
  }
});

/** Asks as the listener does: over a connection that has no session and is counted. */
function ask(cluster: Cluster, sid: number, word: string): string {
  const member = cluster.member(sid);
  const asker = member.accept(new ClusterTransport());
  const answer = answerWord(word, Buffer.alloc(0), asker, new Report(member, cluster.runtime));
  member.closed(asker);
  return answer ?? "";
}

function mntr(cluster: Cluster, sid: number): ReadonlyMap<string, string> {
  const lines = ask(cluster, sid, "mntr").trimEnd().split("\n");
  return new Map(lines.map((line) => line.split("\t") as [string, string]));
}

/** Three voters and an observer. */
async function ensemble(settings: { localSessions?: boolean; localSessionsUpgrading?: boolean } = {}) {
  const cluster = await Cluster.start({ voters: 3, observers: 1, ...ALL_WORDS, ensemble: settings });
  const [follower] = cluster.followers as [number];
  return { cluster, leader: cluster.leader, follower, observer: 4 };
}

/** One voter of three, a while after the others have gone. */
async function withoutQuorum(settings: { readOnly?: boolean }) {
  const cluster = await Cluster.start({ ...ALL_WORDS, ensemble: settings });
  const [alone] = cluster.followers as [number];
  for (const sid of cluster.others(alone)) cluster.crash(sid);
  await cluster.until(() => !cluster.serves(alone));
  await cluster.advance(5000);
  return { cluster, alone };
}
