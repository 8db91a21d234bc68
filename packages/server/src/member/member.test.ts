import { OpCode } from "@rookery/protocol/client";
import { MemoryDisk, openMemoryEngine, StorageError } from "@rookery/storage";
import { STATE_TABLES } from "@rookery/tree";
import { describe, expect, it } from "vitest";
import { ask, frame, type Rig, rig } from "../../test/harness.ts";

describe("order (specification §3.5)", () => {
  it("answers a read behind its own session's write only after that write", async () => {
    const { connect, send, engine, runtime } = await rig();
    const client = await connect();
    client.take();
    engine.hold();
    send(client, ask.create(1, "/a"), ask.get(2, "/a"), ask.ping(), ask.set(3, "/a", "x"), ask.get(4, "/a"));
    await runtime.settle();
    expect(client.take()).toEqual([]);
    engine.release();
    await runtime.settle();
    // The first read sees version 0 at zxid 2 and no data, the second what the session wrote at zxid 3.
    expect(client.take()).toEqual([
      "1: zxid 2 err 0 +6",
      "2: zxid 2 err 0 +72",
      "-2: zxid 2 err 0",
      "3: zxid 3 err 0 +68",
      "4: zxid 3 err 0 +73",
    ]);
  });

  it("does not let a session's read wait for another session's write", async () => {
    const { connect, send, engine, runtime } = await rig();
    const writer = await connect();
    const reader = await connect();
    reader.take();
    engine.hold();
    send(writer, ask.create(1, "/a"));
    await runtime.settle();
    send(reader, ask.exists(1, "/a"), ask.get(2, "/"));
    expect(reader.take()).toEqual(["1: zxid 2 err -101", "2: zxid 2 err 0 +72"]);
    engine.release();
  });

  it("sends an event before the reply to the write that caused it, and before any read that could show it", async () => {
    const { connect, send, runtime } = await rig();
    const [watcher, writer] = [await connect(), await connect()];
    send(watcher, ask.exists(1, "/a", true), ask.children(2, "/", true));
    send(writer, ask.exists(1, "/a", true));
    for (const one of [watcher, writer]) one.take();
    send(writer, ask.create(2, "/a"));
    await runtime.settle();
    send(watcher, ask.get(3, "/a"));
    expect(writer.take()).toEqual(["event 1 /a", "2: zxid 3 err 0 +6"]);
    expect(watcher.take()).toEqual(["event 1 /a", "event 4 /", "3: zxid 3 err 0 +72"]);
  });

  it("answers auth in its turn and lets it count from when it was sent", async () => {
    const { connect, send, engine, runtime } = await rig();
    const client = await connect();
    client.take();
    engine.hold();
    const onlyMine = frame(3, OpCode.create, (out) => {
      out.string("/mine");
      out.buffer(null);
      out.int(1);
      out.int(31);
      out.string("auth");
      out.string("");
      out.int(0);
    });
    send(client, ask.create(1, "/a"), ask.auth(-4, "digest", "bob:pw"), onlyMine);
    engine.release();
    await runtime.settle();
    expect(client.take()).toEqual(["1: zxid 2 err 0 +6", "-4: zxid 0 err 0", "3: zxid 3 err 0 +9"]);
  });

  it("answers nothing behind a closeSession, and closes", async () => {
    const { connect, send, runtime } = await rig();
    const client = await connect();
    client.take();
    expect(send(client, ask.create(1, "/e", "", 1), ask.close(2), ask.get(3, "/"))).toBe(false);
    await runtime.settle();
    expect(client.take()).toEqual(["1: zxid 2 err 0 +6", "2: zxid 3 err 0"]);
    expect(client.closed).toBe("ended");
  });

  it("says that an opcode is not implemented behind what was asked before, and closes", async () => {
    const { connect, send, runtime } = await rig();
    for (const opcode of [OpCode.check, OpCode.deleteContainer, OpCode.createSession, 999]) {
      const client = await connect();
      client.take();
      send(client, ask.create(1, `/x${opcode}`), frame(2, opcode));
      await runtime.settle();
      expect(client.take().at(-1)).toBe("2: zxid -1 err -6");
      expect(client.closed).toBe("ended");
    }
  });
});

describe("bounds", () => {
  it("stops reading a client with 1024 requests waiting, and goes on when they are answered", async () => {
    const { connect, send, engine, runtime } = await rig();
    const client = await connect();
    engine.hold();
    expect(send(client, ask.create(1, "/a"))).toBe(true);
    let taken = 1;
    while (send(client, ask.get(2, "/a"))) taken++;
    expect(taken + 1).toBe(1024);
    const before = client.resumed;
    engine.release();
    await runtime.settle();
    expect(client.resumed).toBeGreaterThan(before);
  });

  it("stops reading clients that have requests outstanding while globalOutstandingLimit writes are in flight, not the others", async () => {
    const { connect, send, engine, runtime } = await rig({ globalOutstandingLimit: 10 });
    const [busy, other] = [await connect(), await connect()];
    engine.hold();
    let taken = 0;
    while (send(busy, ask.create(taken, `/n${taken}`))) taken++;
    expect(taken + 1).toBe(10);
    expect(send(other, ask.get(1, "/"))).toBe(true);
    const before = busy.resumed;
    engine.release();
    await runtime.settle();
    expect(busy.resumed).toBe(before + 1);
  });

  it("stops reading a client that does not read, within the turn that passes the bound, and drops it at the second", async () => {
    const big = Buffer.alloc(100_000, 120);
    const { connect, send, runtime } = await rig({ outputBytesPause: 1 << 20, outputBytesMax: 4 << 20 });
    const client = await connect();
    send(client, ask.create(1, "/big"), ask.set(2, "/big", big));
    await runtime.settle();
    client.reads = false;
    const reads = Array.from({ length: 500 }, (_, at) => ask.get(at, "/big"));
    expect(send(client, ...reads)).toBe(false);
    expect(client.unread).toBeLessThan(1.2 * 2 ** 20);
    expect(client.closed).toBe("");
    // Reads that waited behind a write are answered together: those may pass the first bound, not the second.
    const slow = await connect();
    slow.reads = false;
    send(slow, ask.set(1, "/big", big), ...Array.from({ length: 100 }, (_, at) => ask.get(at + 2, "/big")));
    await runtime.settle();
    expect(slow.closed).toBe("destroyed");
    expect(slow.unread).toBeLessThan(6 << 20);
  });

  it("closes on a frame without a whole header, and on a connect request that cannot be decoded", async () => {
    const { connect, send, member } = await rig();
    const client = await connect();
    expect(send(client, Buffer.alloc(7))).toBe(false);
    expect(client.closed).toBe("destroyed");
    expect(member.clients.size).toBe(0);
  });
});

describe("sessions", () => {
  it("expire after their timeout and at most a tick, with their ephemerals, and not while something is heard", async () => {
    const { connect, send, runtime, member } = await rig();
    const [quiet, alive] = [await connect({ timeoutMs: 4000 }), await connect({ timeoutMs: 4000 })];
    send(quiet, ask.create(1, "/e", "", 1));
    await runtime.settle();
    send(alive, ask.exists(1, "/e", true));
    alive.take();
    for (let second = 0; second < 4; second++) {
      await runtime.advance(950);
      send(alive, ask.ping());
    }
    expect(member.tree.find("/e")).toBeDefined();
    await runtime.advance(1300);
    send(alive, ask.ping());
    expect(member.tree.find("/e")).toBeUndefined();
    expect(alive.take().filter((line) => line.startsWith("event"))).toEqual(["event 2 /e"]);
    expect(quiet.closed).toBe("destroyed");
    expect((await connect({ id: quiet.sessionId, password: quiet.password })).take()).toEqual(["refused"]);
    expect((await connect({ id: alive.sessionId, password: alive.password })).take()).toEqual(["opened"]);
  });

  it("are given the time for which the server itself stood still", async () => {
    const { connect, runtime, member } = await rig();
    await connect({ timeoutMs: 4000 });
    await runtime.advance(100);
    runtime.stall(60_000);
    await runtime.advance(3000);
    expect(member.sessions.size).toBe(1);
    await runtime.advance(3000);
    expect(member.sessions.size).toBe(0);
  });

  it("move to a new connection with the right password alone; the old connection goes only then", async () => {
    const { connect } = await rig();
    const first = await connect();
    const wrong = await connect({ id: first.sessionId, password: new Uint8Array(16) });
    expect([wrong.take(), first.closed]).toEqual([["refused"], ""]);
    const right = await connect({ id: first.sessionId, password: first.password, timeoutMs: 5000 });
    expect([right.take(), right.timeoutMs, first.closed]).toEqual([["opened"], 5000, "destroyed"]);
  });

  it("are kept through a crash with their ephemerals, and get their whole timeout anew", async () => {
    const before = await rig();
    const client = await before.connect({ timeoutMs: 4000 });
    before.send(client, ask.create(1, "/e", "", 1));
    await before.runtime.settle();
    const after = await rig({}, before.engine.crash());
    expect(after.member.tree.find("/e")?.owner).toBe(client.sessionId);
    await after.runtime.advance(3500);
    expect((await after.connect({ id: client.sessionId, password: client.password, timeoutMs: 4000 })).take()).toEqual([
      "opened",
    ]);
    await after.runtime.advance(6000);
    expect(after.member.tree.find("/e")).toBeUndefined();
  });

  it("of a client that has seen a later zxid is not opened here", async () => {
    const { member, connect } = await rig();
    await connect();
    const { HandTransport } = await import("../../test/harness.ts");
    const ahead = new HandTransport();
    ahead.client = member.accept(ahead);
    const request = Buffer.alloc(45);
    request.writeBigInt64BE(2n ** 60n, 4);
    request.writeInt32BE(16, 24);
    expect(member.receive(ahead.client, request, 0, 45)).toBe(false);
    expect(ahead.closed).toBe("destroyed");
  });
});

describe("storage", () => {
  it("refuses writes while there is little room, in their turn, and takes them again when there is", async () => {
    const { connect, send, engine, runtime } = await rig();
    const client = await connect();
    send(client, ask.create(1, "/a"));
    await runtime.settle();
    client.take();
    engine.setSpace("low");
    send(client, ask.set(2, "/a", "x"), ask.get(3, "/a"));
    expect(client.take()).toEqual(["2: zxid 2 err -1", "3: zxid 2 err 0 +72"]);
    expect((await connect()).take()).toEqual(["opened"]);
    engine.setSpace("ok");
    send(client, ask.set(4, "/a", "x"));
    await runtime.settle();
    expect(client.take()).toEqual(["4: zxid 4 err 0 +68"]);
  });

  it("keeps what was proposed when the log turns out to have no room, and writes it when there is", async () => {
    const { connect, send, engine, runtime, failures } = await rig();
    const client = await connect();
    client.take();
    const { append } = engine.log;
    engine.log.append = () => Promise.reject(new StorageError("FULL", "no room"));
    send(client, ask.create(1, "/a"));
    await runtime.settle();
    expect([client.take(), failures]).toEqual([[], []]);
    engine.log.append = append;
    engine.setSpace("low");
    engine.setSpace("ok");
    await runtime.settle();
    expect(client.take()).toEqual(["1: zxid 2 err 0 +6"]);
  });

  it("stops at a failed flush: nothing is acknowledged, every client is closed, and the error is told once", async () => {
    const { connect, send, engine, runtime, failures } = await rig();
    const client = await connect();
    client.take();
    engine.failNext("log");
    send(client, ask.create(1, "/a"));
    await runtime.settle();
    expect(client.take()).toEqual([]);
    expect(client.closed).toBe("destroyed");
    expect(failures.map((error) => (error as StorageError).code)).toEqual(["FAILED"]);
  });

  it("stops at a failed state commit, and recovers all of it from the log", async () => {
    const before = await rig();
    const client = await before.connect();
    before.send(client, ask.create(1, "/a", "kept"));
    await before.runtime.settle();
    before.engine.failNext("state");
    await before.runtime.advance(6000);
    expect(before.failures).toHaveLength(1);
    const after = await rig({}, before.engine.crash());
    expect(after.member.tree.find("/a")?.data()?.toString()).toBe("kept");
  });

  it("commits its state while it runs, so that a restart replays little", async () => {
    const { connect, send, engine, runtime } = await rig();
    const client = await connect();
    for (let at = 0; at < 100; at++) send(client, ask.create(at, `/n${at}`));
    await runtime.settle();
    await runtime.advance(6000);
    expect(engine.state.applied.index).toBe(engine.log.last.index);
    expect(engine.crash().recovery.replayEntries).toBe(0);
  });

  it("finishes what is in flight when it is stopped, then closes clients and leaves nothing to replay", async () => {
    const { connect, send, engine, runtime, member } = await rig();
    const client = await connect();
    client.take();
    engine.hold();
    send(client, ask.create(1, "/a"));
    await runtime.settle();
    const stopped = member.stop();
    expect(send(client, ask.create(2, "/late"))).toBe(false);
    engine.release();
    await runtime.settle();
    await stopped;
    expect(client.take()).toEqual(["1: zxid 2 err 0 +6"]);
    expect(client.closed).toBe("ended");
    expect(engine.state.applied.index).toBe(engine.log.last.index);
  });
});

it("opens an engine that another member wrote to", async () => {
  const disk = new MemoryDisk();
  const first = await rig({}, openMemoryEngine({ tables: STATE_TABLES, disk }));
  await first.connect();
  await first.member.stop();
  await first.engine.close();
  const second = await rig({}, openMemoryEngine({ tables: STATE_TABLES, disk }));
  expect(second.member.sessions.size).toBe(1);
});

it("does not stop reading a client whose transport takes all it is sent, however much that is", async () => {
  const { connect, send, runtime } = await rig({ outputBytesPause: 1000 });
  const client = await connect();
  send(client, ask.create(1, "/a"), ask.set(2, "/a", Buffer.alloc(2000)));
  await runtime.settle();
  expect(send(client, ask.get(3, "/a"), ask.get(4, "/a"))).toBe(true);
});

describe("what one client may cost the others", () => {
  it("goes on with a client once its transport has sent what was pending", async () => {
    const { member, connect, send, runtime } = await rig({ outputBytesPause: 1000 });
    const client = await connect();
    send(client, ask.create(1, "/a"), ask.set(2, "/a", Buffer.alloc(2000)));
    await runtime.settle();
    client.reads = false;
    expect(send(client, ask.get(3, "/a"))).toBe(false);
    const before = client.resumed;
    client.unread = 0;
    member.drained(client.client);
    expect(client.resumed).toBe(before + 1);
  });

  it("holds few bytes of requests behind a write, and none of a connection that is gone", async () => {
    const { connect, send, engine, runtime } = await rig();
    const client = await connect();
    engine.hold();
    send(client, ask.create(1, "/a"));
    const long = ask.get(2, `/${"x".repeat(500_000)}`);
    let taken = 1;
    while (send(client, long)) taken++;
    expect(taken).toBeLessThan(6);
    expect(client.client.heldBytes).toBeLessThan(3 << 20);
    const moved = await connect({ id: client.sessionId, password: client.password });
    expect([moved.take(), client.closed]).toEqual([["opened"], "destroyed"]);
    expect([client.client.waiting.length, client.client.heldBytes]).toEqual([0, 0]);
    engine.release();
    await runtime.settle();
    send(moved, ask.exists(1, "/a"));
    expect(moved.take()).toEqual(["1: zxid 2 err 0 +68"]);
  });

  it("hands on the events of one batch as they come to much, and drops who does not take them", async () => {
    const { connect, send, runtime } = await rig({ outputBytesPause: 1000, outputBytesMax: 4000 });
    const path = `/${"n".repeat(200)}`;
    const [watcher, writer] = [await connect(), await connect()];
    send(writer, ask.create(1, path));
    await runtime.settle();
    send(
      watcher,
      frame(1, OpCode.addWatch, (out) => {
        out.string(path);
        out.int(0);
      }),
    );
    watcher.reads = false;
    send(writer, ...Array.from({ length: 100 }, (_, at) => ask.set(at + 2, path, "x")));
    await runtime.settle();
    expect(watcher.closed).toBe("destroyed");
    expect(watcher.unread).toBeLessThan(6000);
  });

  it("answers no more than 32 MiB to one multiRead; the reads beyond say that they were not done", async () => {
    const { member, connect, send, runtime } = await rig();
    const client = await connect();
    send(client, ask.create(1, "/big"), ask.set(2, "/big", Buffer.alloc(1_000_000)));
    await runtime.settle();
    const many = frame(3, OpCode.multiRead, (out) => {
      for (let left = 2000; left > 0; left--) {
        out.int(OpCode.getData);
        out.bool(false);
        out.int(-1);
        out.string("/big");
        out.bool(false);
      }
      out.int(-1);
      out.bool(true);
      out.int(-1);
    });
    const sentBefore = member.stats.responseBytes;
    client.take();
    send(client, many);
    const [line] = client.take();
    const bytes = Number(/\+(\d+)$/.exec(line ?? "")?.[1]);
    expect(bytes).toBeGreaterThan(32 << 20);
    expect(bytes).toBeLessThan(35 << 20);
    expect(member.stats.responseBytes).toBeGreaterThan(sentBefore);
  });

  it("lets the others have a turn when a client's requests have taken ten milliseconds, and comes back to it", async () => {
    const { connect, send, runtime } = await rig();
    const client = await connect();
    const clock = runtime.monotonicMs.bind(runtime);
    // Each look at the clock finds it 4 ms later.
    runtime.monotonicMs = () => {
      runtime.ms += 4;
      return clock();
    };
    const before = client.resumed;
    expect(send(client, ...Array.from({ length: 100 }, (_, at) => ask.get(at, "/")))).toBe(false);
    expect(client.take().length).toBeLessThan(50);
    await runtime.settle();
    expect(client.resumed).toBeGreaterThan(before);
  });

  it("does not expire a client that the server itself does not read for want of room", async () => {
    const { connect, send, engine, runtime, member } = await rig({ globalOutstandingLimit: 2 });
    const client = await connect({ timeoutMs: 4000 });
    engine.hold();
    while (send(client, ask.create(1, "/a")));
    await runtime.advance(20_000);
    expect(member.sessions.size).toBe(1);
    engine.release();
    await runtime.settle();
    await runtime.advance(7000);
    expect(member.sessions.size).toBe(0);
  });
});

it("tries again by itself what the log had no room for, and does not wait for it when it is stopped", async () => {
  const { connect, send, engine, runtime, member } = await rig();
  const client = await connect();
  client.take();
  const { append } = engine.log;
  engine.log.append = () => Promise.reject(new StorageError("FULL", "no room"));
  send(client, ask.create(1, "/a"));
  await runtime.settle();
  engine.log.append = append;
  await runtime.advance(1500);
  expect(client.take()).toEqual(["1: zxid 2 err 0 +6"]);
  engine.log.append = () => Promise.reject(new StorageError("FULL", "no room"));
  send(client, ask.create(2, "/b"));
  const stopped = member.stop();
  await runtime.settle();
  await stopped;
  expect(client.closed).toBe("ended");
});

it("gives no session id twice, though the clock stands still over a restart", async () => {
  const before = await rig();
  const first = await before.connect();
  before.send(first, ask.close(1));
  await before.runtime.settle();
  const after = await rig({}, before.engine.crash());
  const second = await after.connect();
  expect(second.sessionId).not.toBe(first.sessionId);
  expect((await after.connect({ id: first.sessionId, password: first.password })).take()).toEqual(["refused"]);
});

it("proposes no collecting while there is little room", async () => {
  const { connect, send, engine, runtime, member } = await rig({ containerCheckIntervalMs: 1000 });
  const client = await connect({ timeoutMs: 20_000 });
  const ttl = frame(1, OpCode.createTTL, (out) => {
    out.string("/t");
    out.buffer(null);
    out.int(1);
    out.int(31);
    out.string("world");
    out.string("anyone");
    out.int(5);
    out.long(100n);
  });
  send(client, ttl);
  await runtime.settle();
  engine.setSpace("low");
  await runtime.advance(5000);
  expect(member.tree.find("/t")).toBeDefined();
  engine.setSpace("ok");
  await runtime.advance(2000);
  expect(member.tree.find("/t")).toBeUndefined();
});

it("gives up counting a digest that its state lacks when it is stopped, and leaves no snapshot open", async () => {
  const before = await rig();
  const client = await before.connect();
  for (let round = 0; round < 12; round++) {
    before.send(client, ...Array.from({ length: 100 }, (_, n) => ask.create(round * 100 + n, `/${round}-${n}`)));
    await before.runtime.settle();
  }
  await stop(before);
  const { engine } = before;
  const meta = Buffer.from(engine.state.get(0, Buffer.from("tree")) as Uint8Array).subarray(0, 42);
  // As format 1 left it.
  meta.writeUInt32BE(1, 0);
  await engine.state.commit([{ table: 0, key: Buffer.from("tree"), value: meta }], engine.state.applied);

  let open = 0;
  const { state } = engine;
  const snapshot = state.snapshot.bind(state);
  state.snapshot = () => {
    const taken = snapshot();
    const close = taken.close.bind(taken);
    open++;
    taken.close = () => {
      open--;
      close();
    };
    return taken;
  };
  const after = await rig({}, engine);
  expect([after.member.tree.digest, open]).toEqual([undefined, 1]);
  await stop(after);
  expect(open).toBe(0);
  await after.runtime.advance(100);
  expect([after.member.tree.digest, open]).toEqual([undefined, 0]);
});

async function stop({ member, runtime }: Rig): Promise<void> {
  const stopped = member.stop();
  await runtime.settle();
  await stopped;
}
