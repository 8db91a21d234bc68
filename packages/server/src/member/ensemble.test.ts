/** What clients see of several servers, on a clock and a network that the test moves by hand. */
import { describe, expect, it } from "vitest";
import { Cluster, type ClusterClient, type ClusterOptions, requests } from "../../test/cluster.ts";

const EPHEMERAL = 1;
const SEQUENTIAL = 2;

describe("requests at a follower (specification §3.5)", () => {
  it("answers a write after having applied it, with the leader's zxid", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const { leader } = cluster;
    const client = await cluster.open(follower);
    cluster.hold(leader, follower);
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual([]);
    // The leader and the other follower are a quorum: it is done, and only this follower does not know.
    expect(cluster.member(leader).tree.find("/a")).toBeDefined();
    cluster.release(leader, follower);
    await cluster.settle();
    expect(client.take()).toEqual(["1: /a"]);
    expect(cluster.member(follower).tree.find("/a")).toBeDefined();
    expect(client.zxids.get(1)).toBe(appliedZxid(cluster, leader));
  });

  it("does not acknowledge a write before a quorum has it on its disks", async () => {
    const cluster = await Cluster.start();
    const [follower, other] = two(cluster.followers);
    const client = await cluster.open(follower);
    for (const sid of [follower, other]) cluster.engine(sid).hold();
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual([]);
    expect(cluster.member(cluster.leader).tree.find("/a")).toBeUndefined();
    cluster.engine(other).release();
    await cluster.settle();
    expect(client.take()).toEqual(["1: /a"]);
    cluster.engine(follower).release();
  });

  it("keeps a session's reads and writes in order, and lets no other session wait for them", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const [client, other] = [await cluster.open(follower), await cluster.open(follower)];
    cluster.hold(cluster.leader, follower);
    client.send(
      requests.create(1, "/a", "one"),
      requests.get(2, "/a"),
      requests.ping(),
      requests.set(3, "/a", "two"),
      requests.get(4, "/a"),
      requests.get(5, "/missing"),
    );
    await cluster.settle();
    expect(client.take()).toEqual([]);
    expect(await cluster.ask(other, requests.get(1, "/a"))).toEqual(["1: error -101"]);
    cluster.release(cluster.leader, follower);
    await cluster.settle();
    expect(client.take()).toEqual(["1: /a", '2: "one"', "-2: ok", "3: ok", '4: "two"', "5: error -101"]);
  });

  it("sends the event before any reply that shows the change", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const [writer, watcher] = [await cluster.open(cluster.leader), await cluster.open(follower)];
    await cluster.ask(writer, requests.create(1, "/a", "old"));
    expect(await cluster.ask(watcher, requests.get(1, "/a", true))).toEqual(['1: "old"']);
    cluster.hold(cluster.leader, follower);
    expect(await cluster.ask(writer, requests.set(2, "/a", "new"))).toEqual(["2: ok"]);
    // Not there yet: neither the change nor the event.
    expect(await cluster.ask(watcher, requests.get(2, "/a"))).toEqual(['2: "old"']);
    cluster.release(cluster.leader, follower);
    expect(await cluster.ask(watcher, requests.create(3, "/b"), requests.get(4, "/a"))).toEqual([
      "event 3 /a",
      "3: /b",
      '4: "new"',
    ]);
  });

  it("sends a writer its own event before its reply", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    await cluster.ask(client, requests.exists(1, "/a", true));
    expect(await cluster.ask(client, requests.create(2, "/a"))).toEqual(["event 1 /a", "2: /a"]);
  });

  it("shows after a sync what another server's client wrote before, and need not without one", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const [writer, reader] = [await cluster.open(cluster.leader), await cluster.open(follower)];
    cluster.hold(cluster.leader, follower);
    expect(await cluster.ask(writer, requests.create(1, "/a"))).toEqual(["1: /a"]);
    expect(await cluster.ask(reader, requests.exists(1, "/a"))).toEqual(["1: error -101"]);
    expect(await cluster.ask(reader, requests.sync(2), requests.exists(3, "/a"))).toEqual([]);
    cluster.release(cluster.leader, follower);
    await cluster.settle();
    expect(reader.take()).toEqual(["2: ok", "3: ok"]);
  });

  it("answers a sync behind the writes before it and ahead of those after", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    const answers = await cluster.ask(
      client,
      requests.create(1, "/a", "1"),
      requests.sync(2),
      requests.get(3, "/a"),
      requests.set(4, "/a", "2"),
      requests.sync(5),
      requests.get(6, "/a"),
    );
    expect(answers).toEqual(["1: /a", "2: ok", '3: "1"', "4: ok", "5: ok", '6: "2"']);
  });

  it("gives sequential nodes of all servers numbers from one sequence", async () => {
    const cluster = await Cluster.start();
    const clients = await everywhere(cluster);
    await cluster.ask(clients[0] as ClusterClient, requests.create(1, "/queue"));
    for (const client of clients)
      client.send(requests.create(2, "/queue/n-", "", SEQUENTIAL), requests.create(3, "/queue/n-", "", SEQUENTIAL));
    await cluster.settle();
    const made = clients.flatMap((client) => client.take().map((line) => line.slice(3)));
    expect(made.sort()).toEqual([0, 1, 2, 3, 4, 5].map((n) => `/queue/n-000000000${n}`));
  });

  it("carries out a multi whole or not at all", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    const whole = requests.multi(1, { type: "create", path: "/a" }, { type: "create", path: "/a/b" });
    expect(await cluster.ask(client, whole)).toEqual(["1: 1:0 1:0"]);
    const part = requests.multi(2, { type: "set", path: "/a" }, { type: "delete", path: "/missing" });
    expect(await cluster.ask(client, part)).toEqual(["2: error 0 error -101"]);
    for (const sid of cluster.sids) {
      const { tree } = cluster.member(sid);
      expect(tree.find("/a/b"), `server ${sid}`).toBeDefined();
      expect(tree.find("/a")?.version, `server ${sid}`).toBe(0);
    }
  });

  it("lets one of two servers' clients win the race for a name", async () => {
    const cluster = await Cluster.start();
    const clients = await Promise.all(cluster.followers.map((sid) => cluster.open(sid)));
    for (const client of clients) client.send(requests.create(1, "/lock", "", EPHEMERAL));
    await cluster.settle();
    const answers = clients.flatMap((client) => client.take());
    expect(answers.sort()).toEqual(["1: /lock", "1: error -110"]);
  });

  it("checks permissions with the identities that the client showed the follower", async () => {
    const cluster = await Cluster.start();
    const [follower, other] = two(cluster.followers);
    const [owner, stranger] = [await cluster.open(follower), await cluster.open(other)];
    const made = await cluster.ask(
      owner,
      requests.auth(-4, "digest", "owner:secret"),
      requests.createPrivate(1, "/mine"),
    );
    expect(made).toEqual(["-4: ok", "1: /mine"]);
    expect(await cluster.ask(stranger, requests.set(1, "/mine", "x"))).toEqual(["1: error -102"]);
    expect(await cluster.ask(owner, requests.set(2, "/mine", "x"))).toEqual(["2: ok"]);
    const again = await cluster.ask(
      stranger,
      requests.auth(-4, "digest", "owner:secret"),
      requests.set(2, "/mine", "y"),
    );
    expect(again).toEqual(["-4: ok", "2: ok"]);
  });

  it("closes the session it is asked to close, with its ephemerals, on every server", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    await cluster.ask(client, requests.create(1, "/e", "", EPHEMERAL));
    expect(await cluster.ask(client, requests.close(2))).toEqual(["2: ok"]);
    expect(client.closed).toBe("ended");
    for (const sid of cluster.sids) {
      expect(cluster.member(sid).tree.find("/e"), `server ${sid}`).toBeUndefined();
      expect(cluster.member(sid).sessions.has(client.sessionId), `server ${sid}`).toBe(false);
    }
  });

  it("shows the same configuration at /zookeeper/config on every server", async () => {
    const cluster = await Cluster.start({ voters: 3, observers: 1 });
    for (const client of await everywhere(cluster)) {
      expect(await cluster.ask(client, requests.get(1, "/zookeeper/config"))).toEqual([
        `1: ${JSON.stringify(
          [
            "server.1=10.0.0.1:2888:3888:participant;0.0.0.0:2181",
            "server.2=10.0.0.2:2888:3888:participant;0.0.0.0:2181",
            "server.3=10.0.0.3:2888:3888:participant;0.0.0.0:2181",
            "server.4=10.0.0.4:2888:3888:observer;0.0.0.0:2181",
            "version=0",
          ].join("\n"),
        )}`,
      ]);
    }
  });

  it("answers everything that was sent, also when the leader cannot propose for a while", async () => {
    const cluster = await Cluster.start({ options: { globalOutstandingLimit: 10 } });
    const clients = await everywhere(cluster);
    const count = 200;
    for (const client of clients)
      for (let xid = 1; xid <= count; xid++) client.send(requests.create(xid, `/n${client.sid}-${xid}`));
    await cluster.settle();
    for (const client of clients) {
      const answers = client.take();
      expect(answers).toHaveLength(count);
      expect(answers.at(-1)).toBe(`${count}: /n${client.sid}-${count}`);
    }
  });
});

describe("sessions in an ensemble (specification §2)", () => {
  it("makes a session that was opened at a follower known to all", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const { sessionId } = await cluster.open(follower, { timeoutMs: 7000 });
    expect(Number(sessionId >> 56n)).toBe(follower);
    for (const sid of cluster.sids) {
      expect(cluster.member(sid).tree.sessions.get(sessionId)?.timeoutMs, `server ${sid}`).toBe(7000);
    }
  });

  it("moves with its client: the old server reads for it and writes no more, the new one does both", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    const old = await cluster.open(first);
    await cluster.ask(old, requests.create(1, "/e", "mine", EPHEMERAL));
    const moved = await cluster.open(second, { session: old });
    expect(moved.sessionId).toBe(old.sessionId);
    expect(await cluster.ask(old, requests.get(2, "/e"), requests.ping())).toEqual(['2: "mine"', "-2: ok"]);
    expect(old.closed).toBe("");
    expect(await cluster.ask(old, requests.create(3, "/stale"))).toEqual([]);
    expect(old.closed).toBe("destroyed");
    expect(await cluster.ask(moved, requests.exists(1, "/stale"), requests.set(2, "/e", "x"))).toEqual([
      "1: error -101",
      "2: ok",
    ]);
    for (const sid of cluster.sids) expect(cluster.member(sid).tree.find("/stale")).toBeUndefined();
  });

  it("refuses a multi of the old server, too", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    const old = await cluster.open(first);
    await cluster.open(second, { session: old });
    expect(await cluster.ask(old, requests.multi(1, { type: "create", path: "/stale" }))).toEqual([]);
    expect(old.closed).toBe("destroyed");
    expect(cluster.member(cluster.leader).tree.find("/stale")).toBeUndefined();
  });

  it("hears its client again at a server where an old connection has tried to close it", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    const old = await cluster.open(first);
    const moved = await cluster.open(second, { session: old });
    expect(await cluster.ask(old, requests.close(1))).toEqual([]);
    expect(old.closed).toBe("destroyed");
    expect(await cluster.ask(moved, requests.create(1, "/a"))).toEqual(["1: /a"]);
    const back = await cluster.open(first, { session: old });
    expect(await cluster.ask(back, requests.set(1, "/a", "x"), requests.get(2, "/a"))).toEqual(["1: ok", '2: "x"']);
  });

  it("takes the leader's connection away when a session moves to another server", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const old = await cluster.open(cluster.leader);
    const moved = await cluster.open(follower, { session: old });
    expect(old.closed).toBe("destroyed");
    expect(await cluster.ask(moved, requests.create(1, "/a"))).toEqual(["1: /a"]);
  });

  it("moves back and forth", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    let client = await cluster.open(first);
    for (const sid of [second, cluster.leader, first, first, cluster.leader]) {
      client = await cluster.open(sid, { session: client });
      expect(await cluster.ask(client, requests.set(1, "/", `${sid}`)), `server ${sid}`).toEqual(["1: ok"]);
    }
  });

  it("refuses a wrong password at every server", async () => {
    const cluster = await Cluster.start();
    const { sessionId } = await cluster.open(cluster.leader);
    for (const sid of cluster.sids) {
      const client = await cluster.connect(sid, { session: { sessionId, password: new Uint8Array(16) } });
      expect(client.take(), `server ${sid}`).toEqual(["refused"]);
      expect(client.closed, `server ${sid}`).toBe("ended");
      expect(client.timeoutMs).toBe(0);
    }
  });

  it("refuses a session that nobody knows, or that has expired, at every server", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const expired = await cluster.open(follower, { timeoutMs: 2000 });
    await cluster.advance(4000);
    const closed = await cluster.open(follower);
    await cluster.ask(closed, requests.close(1));
    for (const session of [expired, closed]) {
      for (const sid of cluster.sids) {
        const client = await cluster.connect(sid, { session });
        expect(client.take(), `server ${sid}`).toEqual(["refused"]);
        expect(client.closed, `server ${sid}`).toBe("ended");
      }
    }
  });

  it("keeps a session alive by what its follower hears, and expires a silent one beside it", async () => {
    const cluster = await Cluster.start();
    const [follower, other] = two(cluster.followers);
    const heard = await cluster.open(follower, { timeoutMs: 2000 });
    const silent = await cluster.open(other, { timeoutMs: 2000 });
    await cluster.ask(heard, requests.create(1, "/heard", "", EPHEMERAL));
    await cluster.ask(silent, requests.create(1, "/silent", "", EPHEMERAL));
    for (let at = 0; at < 10; at++) {
      expect(await cluster.ask(heard, requests.ping())).toEqual(["-2: ok"]);
      await cluster.advance(1000);
    }
    expect(heard.closed).toBe("");
    // Closed without a frame, on the server where it was.
    expect(silent.closed).toBe("destroyed");
    expect(silent.take()).toEqual([]);
    for (const sid of cluster.sids) {
      const { tree, stats } = cluster.member(sid);
      expect(tree.find("/heard"), `server ${sid}`).toBeDefined();
      expect(tree.find("/silent"), `server ${sid}`).toBeUndefined();
      expect(stats.sessionsExpired, `server ${sid}`).toBe(sid === cluster.leader ? 1 : 0);
    }
  });

  it("expires a session between its timeout and a tick later", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower, { timeoutMs: 5000 });
    const livedMs = await cluster.until(() => client.closed !== "");
    expect(livedMs).toBeGreaterThanOrEqual(5000);
    // The leader hears of it with the next touch, half a tick later, and looks eight times a tick.
    expect(livedMs).toBeLessThanOrEqual(5000 + 500 + 1000 + 125);
  });

  it("renews with the timeout that the client asks for now", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    const client = await cluster.open(first, { timeoutMs: 4000 });
    const moved = await cluster.open(second, { session: client, timeoutMs: 15_000 });
    expect(moved.timeoutMs).toBe(15_000);
    await cluster.advance(12_000);
    expect(moved.closed).toBe("");
    await cluster.advance(5000);
    expect(moved.closed).toBe("destroyed");
  });

  it("gives every session its full timeout again under a new leader", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower, { timeoutMs: 6000 });
    await cluster.ask(client, requests.create(1, "/e", "", EPHEMERAL));
    await cluster.advance(5000);
    cluster.crash(cluster.leader);
    await cluster.untilAllServe();
    const there = () => cluster.member(cluster.leader).tree.find("/e") !== undefined;
    await cluster.advance(5500);
    expect(there()).toBe(true);
    await cluster.advance(2000);
    expect(there()).toBe(false);
  });

  it("refuses who has seen more than this server", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const writer = await cluster.open(cluster.leader);
    cluster.hold(cluster.leader, follower);
    await cluster.ask(writer, requests.create(1, "/a"));
    const early = await cluster.connect(follower, { session: writer, lastZxidSeen: writer.lastZxid });
    expect(early.take()).toEqual([]);
    expect(early.closed).toBe("destroyed");
    cluster.release(cluster.leader, follower);
    await cluster.settle();
    await cluster.open(follower, { session: writer, lastZxidSeen: writer.lastZxid });
  });
});

describe("when the leader dies (specification §12)", () => {
  it("every server drops its clients, and their sessions go on with their ephemerals", async () => {
    const cluster = await Cluster.start();
    const clients = await everywhere(cluster);
    for (const client of clients) await cluster.ask(client, requests.create(1, `/e${client.sid}`, "", EPHEMERAL));
    const dead = cluster.leader;
    cluster.crash(dead);
    await cluster.untilAllServe();
    expect(clients.map(({ closed }) => closed)).toEqual(["destroyed", "destroyed", "destroyed"]);
    for (const [at, client] of clients.entries()) {
      const sid = cluster.others(dead)[at % 2] as number;
      const again = await cluster.open(sid, { session: client, lastZxidSeen: client.lastZxid });
      expect(await cluster.ask(again, requests.set(1, `/e${client.sid}`, "x"), requests.children(2, "/"))).toEqual([
        "1: ok",
        "2: e1 e2 e3 zookeeper",
      ]);
    }
  });

  it("what was acknowledged is there, under a new epoch", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    await cluster.ask(client, requests.create(1, "/a", "kept"));
    const dead = cluster.leader;
    const epoch = client.lastZxid >> 32n;
    cluster.crash(dead);
    await cluster.untilAllServe();
    for (const sid of cluster.others(dead)) {
      const reader = await cluster.open(sid);
      expect(await cluster.ask(reader, requests.get(1, "/a"))).toEqual(['1: "kept"']);
      expect(reader.lastZxid >> 32n).toBeGreaterThan(epoch);
    }
  });

  it("what was acknowledged is there after a crash of all", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    for (let xid = 1; xid <= 5; xid++) await cluster.ask(client, requests.create(xid, `/a${xid}`));
    await cluster.ask(client, requests.create(6, "/e", "", EPHEMERAL));
    for (const sid of cluster.sids) cluster.crash(sid);
    for (const sid of cluster.sids) await cluster.restart(sid);
    await cluster.untilAllServe();
    const again = await cluster.open(follower, { session: client, lastZxidSeen: client.lastZxid });
    expect(await cluster.ask(again, requests.children(1, "/"))).toEqual(["1: a1 a2 a3 a4 a5 e zookeeper"]);
  });

  it("a write that only the cut-off leader has is gone afterwards, and was never acknowledged", async () => {
    const cluster = await Cluster.start();
    const old = cluster.leader;
    const client = await cluster.open(old);
    cluster.isolate(old);
    expect(await cluster.ask(client, requests.create(1, "/lost"))).toEqual([]);
    await cluster.until(() => cluster.leader !== old && cluster.leader !== 0);
    const writer = await cluster.open(cluster.leader);
    expect(await cluster.ask(writer, requests.create(1, "/kept"))).toEqual(["1: /kept"]);
    await cluster.advance(3000);
    cluster.heal();
    await cluster.untilAllServe();
    expect(client.take()).toEqual([]);
    for (const reader of await everywhere(cluster))
      expect(await cluster.ask(reader, requests.children(1, "/"))).toEqual(["1: kept zookeeper"]);
  });

  it("a leader that is cut off steps down within the election timeout and answers nobody", async () => {
    const cluster = await Cluster.start();
    const old = cluster.leader;
    const client = await cluster.open(old);
    // Silence: the connections stay, nothing arrives.
    for (const sid of cluster.others(old)) {
      cluster.hold(sid, old);
      cluster.hold(old, sid);
    }
    const gaveUpMs = await cluster.until(() => !cluster.serves(old));
    expect(gaveUpMs).toBeLessThanOrEqual(2500);
    expect(client.closed).toBe("destroyed");
    const late = await cluster.connect(old);
    expect(late.take()).toEqual([]);
    expect(late.closed).toBe("destroyed");
  });

  it("a sync at a leader that is cut off is not answered", async () => {
    const cluster = await Cluster.start();
    const old = cluster.leader;
    const client = await cluster.open(old);
    for (const sid of cluster.others(old)) cluster.hold(sid, old);
    expect(await cluster.ask(client, requests.sync(1), requests.exists(2, "/"))).toEqual([]);
    await cluster.until(() => client.closed !== "");
    expect(client.take()).toEqual([]);
  });

  it("requests on their way are answered by nobody, or once, and done at most once", async () => {
    const cluster = await Cluster.start();
    const [follower, other] = two(cluster.followers);
    const client = await cluster.open(follower);
    await cluster.ask(client, requests.create(1, "/queue"));
    const dead = cluster.leader;
    cluster.hold(dead, follower);
    for (let xid = 2; xid < 12; xid++) client.send(requests.create(xid, "/queue/n-", "", SEQUENTIAL));
    await cluster.settle();
    cluster.crash(dead);
    await cluster.untilAllServe();
    expect(client.take()).toEqual([]);
    expect(client.closed).toBe("destroyed");
    const reader = await cluster.open(other);
    // The other follower had them all: they were committed, whoever leads now.
    const [line] = await cluster.ask(reader, requests.children(1, "/queue"));
    expect(line?.split(" ").slice(1)).toHaveLength(10);
  });

  it("a stopped leader hands over without anybody waiting for a timeout", async () => {
    const cluster = await Cluster.start();
    const old = cluster.leader;
    const client = await cluster.open(old);
    await cluster.ask(client, requests.create(1, "/e", "kept", EPHEMERAL));
    let handedTo = 0;
    cluster.network.pass = (message, _from, to) => {
      if (message.type === "transferLead") handedTo = to;
      return message;
    };
    const begunMs = cluster.runtime.ms;
    await cluster.stop(old);
    await cluster.untilAllServe();
    expect(cluster.leader).toBe(handedTo);
    expect(cluster.runtime.ms - begunMs).toBeLessThan(200);
    const again = await cluster.open(cluster.leader, { session: client, lastZxidSeen: client.lastZxid });
    expect(await cluster.ask(again, requests.get(1, "/e"))).toEqual(['1: "kept"']);
    await cluster.restart(old);
    await cluster.untilAllServe();
    expect(cluster.leader).not.toBe(old);
    expect(again.closed).toBe("");
  });

  it("a follower that stops or crashes disturbs nobody but its own clients", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    const [own, others] = [await cluster.open(first), await cluster.open(second)];
    await cluster.stop(first);
    expect(own.closed).toBe("ended");
    expect(await cluster.ask(others, requests.create(1, "/a"))).toEqual(["1: /a"]);
    await cluster.restart(first);
    await cluster.untilAllServe();
    const again = await cluster.open(first, { session: own });
    expect(await cluster.ask(again, requests.get(1, "/a"))).toEqual(['1: ""']);
    cluster.crash(first);
    expect(await cluster.ask(others, requests.create(2, "/b"))).toEqual(["2: /b"]);
    await cluster.restart(first);
    await cluster.untilAllServe();
    expect(others.closed).toBe("");
    const last = await cluster.open(first, { session: own });
    expect(await cluster.ask(last, requests.get(1, "/b"))).toEqual(['1: ""']);
  });
});

describe("servers that are not equally fast", () => {
  it("keep what they serve when one has a slow disk, whether it leads or not", async () => {
    for (const leads of [false, true]) {
      const cluster = await Cluster.start();
      const slow = leads ? cluster.leader : two(cluster.followers)[0];
      const client = await cluster.open(two(cluster.followers)[1], { timeoutMs: 20_000 });
      cluster.engine(slow).hold();
      for (let xid = 1; xid <= 50; xid++) await cluster.ask(client, requests.create(xid, `/n${xid}`));
      // Long enough for each to commit its state.
      await cluster.advance(12_000);
      expect(await cluster.ask(client, requests.create(51, "/n51"))).toEqual(["51: /n51"]);
      cluster.engine(slow).release();
      await cluster.settle();
      expect(cluster.sids.map((sid) => cluster.failure(sid))).toEqual([undefined, undefined, undefined]);
      expect(cluster.engine(slow).log.last.index).toBe(cluster.member(slow).replication.core.last.index);
    }
  });

  it("lose no session and mix up no answer while the leader still reads its log", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    const clients = [await cluster.open(first), await cluster.open(second)];
    for (let xid = 1; xid <= 20; xid++)
      await cluster.ask(clients[0] as ClusterClient, requests.create(xid, `/n${xid}`));
    const { leader } = cluster;
    for (const sid of cluster.sids) cluster.crash(sid);
    await cluster.restart(leader);
    slowDown(cluster, leader, 500);
    for (const sid of cluster.others(leader)) await cluster.restart(sid);
    await cluster.until(() => cluster.followers.length === 2);
    const again = await Promise.all(clients.map((client) => cluster.connect(client.sid, { session: client })));
    for (const [at, client] of again.entries()) client.send(requests.create(1, `/of${at}`), requests.get(2, "/n20"));
    const fresh = await cluster.connect(first);
    fresh.send(requests.create(1, "/fresh"));
    await cluster.advance(1000);
    expect(cluster.leader).toBe(leader);
    expect(again.map((client) => client.take())).toEqual([
      ["opened", "1: /of0", '2: ""'],
      ["opened", "1: /of1", '2: ""'],
    ]);
    expect(fresh.take()).toEqual(["opened", "1: /fresh"]);
    for (const sid of cluster.sids)
      for (const path of ["/of0", "/of1", "/fresh"]) expect(cluster.member(sid).tree.find(path), path).toBeDefined();
  });

  it("stop in good order while clients go on writing", async () => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    const old = cluster.leader;
    for (let xid = 1; xid <= 50; xid++) client.send(requests.create(xid, `/n${xid}`));
    await cluster.stop(old);
    await cluster.untilAllServe();
    expect(cluster.failure(old)).toBeUndefined();
    const answered = client.take();
    const again = await cluster.open(follower, { session: client, lastZxidSeen: client.lastZxid });
    for (const line of answered) {
      const path = line.slice(line.indexOf("/"));
      expect(await cluster.ask(again, requests.exists(1, path)), path).toEqual(["1: ok"]);
    }
  });
});

describe("when an epoch has no zxids left (§10 of the consensus design)", () => {
  it("goes on in the next without anybody noticing", async () => {
    const cluster = await Cluster.start({ ports: { limits: { counterMax: 20 } } });
    const clients = await everywhere(cluster);
    const epoch = clients.map(() => cluster.member(1).tree.applied.epoch)[0] as number;
    for (let xid = 1; xid <= 50; xid++)
      for (const client of clients) client.send(requests.create(xid, `/n${client.sid}-${xid}`));
    await cluster.advance(1000);
    for (const client of clients) {
      expect(client.take()).toHaveLength(50);
      expect(client.closed).toBe("");
    }
    expect(cluster.member(1).tree.applied.epoch).toBeGreaterThanOrEqual(epoch + 7);
  });
});

describe("without a quorum", () => {
  it("one server of three serves nobody", async () => {
    const cluster = await Cluster.start();
    const [first] = two(cluster.followers);
    const client = await cluster.open(first);
    for (const sid of cluster.others(first)) cluster.crash(sid);
    await cluster.until(() => !cluster.serves(first));
    expect(client.closed).toBe("destroyed");
    await cluster.advance(10_000);
    for (const readOnly of [false, true]) {
      const late = await cluster.connect(first, { readOnly });
      expect(late.take()).toEqual([]);
      expect(late.closed).toBe("destroyed");
    }
  });

  it("two of three go on, and serve again after a rest when the quorum was lost for a while", async () => {
    const cluster = await Cluster.start();
    const [first, second] = two(cluster.followers);
    cluster.crash(first);
    const client = await cluster.open(cluster.leader);
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual(["1: /a"]);
    cluster.crash(second);
    await cluster.until(() => cluster.leader === 0);
    await cluster.advance(30_000);
    await cluster.restart(second);
    await cluster.untilAllServe();
    const again = await cluster.open(second, { session: client });
    expect(await cluster.ask(again, requests.get(1, "/a"), requests.create(2, "/b"))).toEqual(['1: ""', "2: /b"]);
  });
});

describe("observers", () => {
  it("serve reads, forward writes and hold sessions", async () => {
    const cluster = await Cluster.start({ voters: 3, observers: 1 });
    expect(cluster.member(4).mode).toBe("observer");
    const [client, writer] = [await cluster.open(4), await cluster.open(cluster.leader)];
    await cluster.ask(client, requests.exists(1, "/a", true));
    await cluster.ask(writer, requests.create(1, "/a", "x"));
    expect(client.take()).toEqual(["event 1 /a"]);
    expect(
      await cluster.ask(client, requests.create(2, "/b", "", EPHEMERAL), requests.sync(3), requests.get(4, "/a")),
    ).toEqual(["2: /b", "3: ok", '4: "x"']);
    await cluster.open(cluster.leader, { session: client });
  });

  it("never vote and never lead: with one voter of three they are no quorum", async () => {
    const cluster = await Cluster.start({ voters: 3, observers: 2 });
    const { leader } = cluster;
    const client = await cluster.open(leader);
    for (const sid of cluster.followers) cluster.crash(sid);
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual([]);
    await cluster.until(() => !cluster.serves(leader));
    await cluster.advance(20_000);
    expect(cluster.leader).toBe(0);
    expect([4, 5].map((sid) => cluster.serves(sid))).toEqual([false, false]);
    expect(client.take()).toEqual([]);
  });

  it("follow a new leader", async () => {
    const cluster = await Cluster.start({ voters: 3, observers: 1 });
    const client = await cluster.open(4);
    cluster.crash(cluster.leader);
    await cluster.untilAllServe();
    expect(client.closed).toBe("destroyed");
    const again = await cluster.open(4, { session: client });
    expect(await cluster.ask(again, requests.create(1, "/a"))).toEqual(["1: /a"]);
  });

  it("are not missed when they are gone", async () => {
    const cluster = await Cluster.start({ voters: 3, observers: 1 });
    const client = await cluster.open(cluster.leader);
    cluster.crash(4);
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual(["1: /a"]);
    await cluster.advance(10_000);
    expect(cluster.sids.filter((sid) => cluster.isRunning(sid)).every((sid) => cluster.serves(sid))).toBe(true);
  });
});

describe("read-only mode (specification §2.6)", () => {
  const READ_ONLY = { ensemble: { readOnly: true, localSessions: true } };
  const READ_ONLY_GLOBAL = { ensemble: { readOnly: true } };

  it("answers reads and refuses writes and syncs, for clients that accept it", async () => {
    const { cluster, alone } = await aloneOf(READ_ONLY);
    const client = await cluster.connect(alone, { readOnly: true });
    expect(client.take()).toEqual(["opened read-only"]);
    const answers = await cluster.ask(
      client,
      requests.get(1, "/a", true),
      requests.create(2, "/b"),
      requests.set(3, "/a", "y"),
      requests.multi(4, { type: "create", path: "/b" }),
      requests.sync(5),
      requests.ping(),
      requests.auth(-4, "digest", "a:b"),
      requests.children(6, "/"),
    );
    expect(answers).toEqual([
      '1: "x"',
      "2: error -119",
      "3: error -119",
      "4: error -119",
      "5: error -119",
      "-2: ok",
      "-4: ok",
      "6: a zookeeper",
    ]);
    expect(client.closed).toBe("");
    expect(await cluster.ask(client, requests.close(7))).toEqual(["7: ok"]);
    expect(client.closed).toBe("ended");
  });

  it("closes whoever wants to write, and whoever renews a session of the ensemble", async () => {
    const { cluster, alone, session } = await aloneOf(READ_ONLY_GLOBAL);
    for (const options of [{}, { session }, { session, readOnly: true }]) {
      const client = await cluster.connect(alone, options);
      expect(client.take()).toEqual([]);
      expect(client.closed).toBe("destroyed");
    }
  });

  it("does not call a session expired that began when it was cut off already", async () => {
    const cluster = await Cluster.start(READ_ONLY_GLOBAL);
    const [alone, other] = two(cluster.followers);
    cluster.isolate(alone);
    await cluster.until(() => cluster.member(alone).readOnly);
    const session = await cluster.open(other);
    const client = await cluster.connect(alone, { session, readOnly: true });
    expect(client.take()).toEqual([]);
    expect(client.closed).toBe("destroyed");
  });

  it("gives no new session where there are no local ones", async () => {
    const { cluster, alone } = await aloneOf(READ_ONLY_GLOBAL);
    const client = await cluster.connect(alone, { readOnly: true });
    expect(client.take()).toEqual([]);
    expect(client.closed).toBe("destroyed");
  });

  it("begins two seconds after the quorum is gone, not before", async () => {
    const cluster = await Cluster.start(READ_ONLY);
    const [alone] = two(cluster.followers);
    for (const sid of cluster.others(alone)) cluster.crash(sid);
    await cluster.until(() => !cluster.serves(alone));
    const graceMs = await cluster.until(() => cluster.serves(alone));
    expect(graceMs).toBeGreaterThanOrEqual(2000);
    expect(graceMs).toBeLessThanOrEqual(2500);
    expect(cluster.member(alone).mode).toBe("read-only");
  });

  it("ends with all its connections and sessions when the quorum returns", async () => {
    const { cluster, alone } = await aloneOf(READ_ONLY);
    const client = await cluster.connect(alone, { readOnly: true });
    const [back] = cluster.others(alone) as [number];
    await cluster.restart(back);
    await cluster.untilAllServe();
    expect(client.closed).toBe("destroyed");
    const again = await cluster.connect(alone, { session: client, readOnly: true });
    expect(again.take()).toEqual(["refused"]);
    const fresh = await cluster.connect(alone, { readOnly: true });
    expect(fresh.take()).toEqual(["opened"]);
  });
});

describe("options of an ensemble", () => {
  it("a leader that does not serve closes clients, and followers take them", async () => {
    const cluster = await Cluster.start({ ensemble: { leaderServes: false } });
    const turnedAway = await cluster.connect(cluster.leader);
    expect(turnedAway.take()).toEqual([]);
    expect(turnedAway.closed).toBe("destroyed");
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual(["1: /a"]);
  });
});

describe("what a follower has answered and not told of yet", () => {
  it.each(["its server dies", "its connection ends"])("counts as heard when %s", async (what) => {
    const cluster = await Cluster.start();
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower, { timeoutMs: 4000 });
    const lives = () => cluster.member(cluster.leader).sessions.has(client.sessionId);
    await cluster.advance(2600);
    expect(await cluster.ask(client, requests.exists(1, "/a"))).toEqual(["1: error -101"]);
    if (what === "its server dies") cluster.crash(follower);
    else client.disconnect();
    await cluster.advance(3000);
    expect(lives()).toBe(true);
    await cluster.advance(3000);
    expect(lives()).toBe(false);
  });
});

describe("a session that is asked for (§2.3 of the specification)", () => {
  it("is not said to be gone by a leader that has not applied its creation", async () => {
    const cluster = await Cluster.start();
    const [follower] = cluster.followers as [number];
    const leader = cluster.member(cluster.leader);
    const mayApply = leader.mayApply.bind(leader);
    leader.mayApply = () => false;
    const client = await cluster.open(follower);
    const moved = await cluster.connect(cluster.leader, { session: client });
    await cluster.settle();
    expect(moved.take()).toEqual([]);
    leader.mayApply = mayApply;
    leader.replication.resume();
    await cluster.settle();
    expect(moved.take()).toEqual(["opened"]);
  });

  it("is not said to be gone while its end is not committed, and lives if that never is", async () => {
    const cluster = await Cluster.start();
    const { leader } = cluster;
    const client = await cluster.open(leader, { timeoutMs: 4000 });
    await cluster.ask(client, requests.create(1, "/a", "", 1));
    client.disconnect();
    // Entries do not get through; heartbeats do.
    cluster.network.pass = (message, from) =>
      message.type === "append" && message.entries.length > 0 && from === leader ? undefined : message;
    await cluster.until(() => [...cluster.member(leader).sessions.values()].some(({ closing }) => closing), 20_000);
    const back = await cluster.connect(leader, { session: client });
    await cluster.settle();
    expect(back.take()).toEqual([]);
    cluster.crash(leader);
    cluster.network.pass = (message) => message;
    await cluster.untilAllServe();
    const again = await cluster.open(cluster.leader, { session: client });
    expect(await cluster.ask(again, requests.exists(2, "/a"))).toEqual(["2: ok"]);
  });

  it("is asked for anew when the leader could not say in time", async () => {
    const cluster = await Cluster.start({ ports: { limits: { counterMax: 20 } } });
    const [follower, other] = two(cluster.followers);
    const { leader } = cluster;
    const dead = await cluster.open(follower, { timeoutMs: 4000 });
    dead.disconnect();
    await cluster.advance(12_000);
    const writer = await cluster.open(other);
    const { epoch } = cluster.member(leader).replication.role;
    // The next epoch stays open.
    cluster.network.pass = (message, _, to) =>
      message.type === "appendAck" && message.epoch > epoch && to === leader ? undefined : message;
    for (let xid = 1; xid <= 30; xid++) writer.send(requests.create(xid, `/n${xid}`));
    await cluster.settle();
    expect(cluster.member(leader).replication.role.epoch).toBe(epoch + 1);
    const [there, here] = [
      await cluster.connect(follower, { session: dead }),
      await cluster.connect(leader, { session: dead }),
    ];
    await cluster.advance(100);
    expect([there, here].map((client) => client.closed)).toEqual(["", "destroyed"]);
    cluster.network.pass = (message) => message;
    await cluster.advance(3000);
    expect(there.closed).toBe("destroyed");
    await cluster.untilAllServe();
    const again = await cluster.connect(follower, { session: dead });
    await cluster.settle();
    expect([there, here, again].map((client) => client.take())).toEqual([[], [], ["refused"]]);
  });
});

describe("a server that must not go on", () => {
  it("stops when its data is not the leader's though its log is", async () => {
    const cluster = await Cluster.start();
    const [follower, other] = two(cluster.followers);
    const client = await cluster.open(other);
    await cluster.ask(client, requests.create(1, "/a", "x"));
    const { tree } = cluster.member(follower);
    tree.setData("/a", Buffer.from("not x"), 1, cluster.runtime.ms);
    await cluster.ask(client, requests.create(2, "/b"));
    await cluster.until(() => cluster.failure(follower) !== undefined, 5000);
    expect(cluster.failure(follower)).toMatchObject({ name: "ConsensusError", code: "diverged" });
    expect(await cluster.ask(client, requests.create(3, "/c"))).toEqual(["3: /c"]);
  });

  it("applies nothing of what it is to truncate, while its disk has no room for that", async () => {
    const cluster = await Cluster.start();
    const old = cluster.leader;
    const client = await cluster.open(old);
    await cluster.ask(client, requests.create(1, "/a"));
    for (const sid of cluster.others(old)) cluster.crash(sid);
    client.send(...[2, 3, 4].map((xid) => requests.create(xid, `/lost-${xid}`)));
    await cluster.settle();
    cluster.crash(old);
    const last = cluster.engine(old).log.last.index;
    for (const sid of cluster.others(old)) await cluster.restart(sid);
    await cluster.until(() => cluster.others(old).every((sid) => cluster.serves(sid)));
    const other = await cluster.open(cluster.leader);
    for (const xid of [1, 2, 3, 4]) await cluster.ask(other, requests.create(xid, `/kept-${xid}`));
    cluster.engine(old).setSpace("none");
    await cluster.restart(old);
    await cluster.advance(2000);
    expect(cluster.engine(old).log.last.index).toBe(last);
    cluster.engine(old).setSpace("ok");
    await cluster.until(() => cluster.serves(old));
    const reader = await cluster.open(old);
    expect(
      await cluster.ask(reader, requests.sync(1), requests.exists(2, "/lost-2"), requests.exists(3, "/kept-4")),
    ).toEqual(["1: ok", "2: error -101", "3: ok"]);
  });

  it("takes a new disk that is vouched for, although its leader does not hear of it and still tells of the one before", async () => {
    const cluster = await Cluster.start();
    const [replaced, follower] = two(cluster.followers);
    const { leader } = cluster;
    await cluster.ask(await cluster.open(follower), requests.create(1, "/a"));
    cluster.crash(replaced);
    await cluster.advance(10_000);
    cluster.replaceDisk(replaced);
    cluster.cut([replaced, leader]);
    await cluster.restart(replaced, { vouched: true });
    await cluster.advance(5000);
    expect(cluster.failure(replaced)).toBeUndefined();
    cluster.heal();
    await cluster.untilAllServe();
  });

  it("stops when its disk fails, and the others go on", async () => {
    const cluster = await Cluster.start();
    const [follower, other] = two(cluster.followers);
    const [own, client] = [await cluster.open(follower), await cluster.open(other)];
    cluster.engine(follower).failNext("log");
    expect(await cluster.ask(client, requests.create(1, "/a"))).toEqual(["1: /a"]);
    expect(cluster.failure(follower)).toMatchObject({ code: "FAILED" });
    expect(own.closed).toBe("destroyed");
  });

  it("is replaced by another when it leads", async () => {
    const cluster = await Cluster.start();
    const old = cluster.leader;
    const [follower] = two(cluster.followers);
    const client = await cluster.open(follower);
    cluster.engine(old).failNext("log");
    await cluster.ask(client, requests.create(1, "/a"));
    expect(cluster.failure(old)).toMatchObject({ code: "FAILED" });
    await cluster.untilAllServe();
    const again = await cluster.open(follower, { session: client });
    expect(await cluster.ask(again, requests.create(2, "/b"))).toEqual(["2: /b"]);
  });
});

function two(sids: readonly number[]): [number, number] {
  const [first, second] = sids;
  if (first === undefined || second === undefined) throw new Error("there are not two");
  return [first, second];
}

/** Reads of this member's log take so long, until it is restarted. */
function slowDown(cluster: Cluster, sid: number, ms: number): void {
  const { log } = cluster.engine(sid);
  const read = log.read.bind(log);
  log.read = async (from, limit) => {
    await new Promise<void>((resolve) => {
      cluster.runtime.after(ms, resolve);
    });
    return read(from, limit);
  };
}

function appliedZxid(cluster: Cluster, sid: number): bigint {
  const { epoch, counter } = cluster.member(sid).tree.applied;
  return (BigInt(epoch) << 32n) | BigInt(counter);
}

/** A client of each server. */
async function everywhere(cluster: Cluster): Promise<ClusterClient[]> {
  const clients: ClusterClient[] = [];
  for (const sid of cluster.sids) clients.push(await cluster.open(sid));
  return clients;
}

/** An ensemble of which one server is left, in read-only mode; a session and /a are from before. */
async function aloneOf(settings: ClusterOptions) {
  const cluster = await Cluster.start(settings);
  const [alone] = two(cluster.followers);
  const session = await cluster.open(cluster.leader);
  await cluster.ask(session, requests.create(1, "/a", "x"));
  for (const sid of cluster.others(alone)) cluster.crash(sid);
  await cluster.until(() => cluster.serves(alone) && cluster.member(alone).readOnly);
  return { cluster, alone, session };
}
