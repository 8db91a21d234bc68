/** How a session begins, is taken up again, and ends. Specification §2 and §15.1, cases H. */

import { describe, expect } from "vitest";
import { Client, connectRequest, NO_SESSION, readConnectResponse } from "../src/client.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import { closeSession, create, exists, FLAGS, getData, ping, setData } from "../src/requests.ts";

const test = testOn("main");

/** How a reply with error -112 ends, in hex. */
const SESSION_EXPIRED = "ffffff90";

describe("opening a session", () => {
  test("H1 a ConnectRequest of 45 bytes is answered by 37 bytes with the timeout that was asked", async ({ open }) => {
    const connection = await open();
    const request = connectRequest({ timeoutMs: 10_000 });
    expect(request.length).toBe(45);
    connection.frame(request);
    const payload = (await connection.next()) as Buffer;
    expect(payload.length).toBe(37);
    const response = readConnectResponse(payload);
    expect(response).toMatchObject({ protocolVersion: 0, timeoutMs: 10_000, readOnly: false });
    expect(response.sessionId).not.toBe(0n);
    expect(response.password.length).toBe(16);
    await new Client(connection, response).close();
  });

  test("H2 without the readOnly byte the answer lacks it as well: 36 bytes", async ({ open }) => {
    const connection = await open();
    const request = connectRequest({ readOnly: "absent" });
    expect(request.length).toBe(44);
    connection.frame(request);
    const payload = (await connection.next()) as Buffer;
    expect(payload.length).toBe(36);
    const response = readConnectResponse(payload);
    expect(response.readOnly).toBe("absent");
    await new Client(connection, response).close();
  });

  test("H3 the timeout is brought within the server's bounds", async ({ connect }) => {
    const granted: Record<number, number> = {};
    for (const timeoutMs of [1, -5, 0, 999, 1000, 1001, 19_999, 20_000, 20_001, 0x7fffffff, -0x80000000]) {
      granted[timeoutMs] = (await connect({ timeoutMs })).session.timeoutMs;
    }
    expect(granted).toEqual({
      1: 1000,
      [-5]: 1000,
      0: 1000,
      999: 1000,
      1000: 1000,
      1001: 1001,
      19999: 19_999,
      20000: 20_000,
      20001: 20_000,
      2147483647: 20_000,
      [-0x80000000]: 1000,
    });
  });

  for (const [what, password] of [
    ["of 3 bytes", Buffer.from("abc")],
    ["of no bytes", Buffer.alloc(0)],
    ["that is null", null],
    ["of 100 bytes", Buffer.alloc(100)],
  ] as const) {
    test(`H4 a new session may come with a password ${what}, and is given one of 16`, async ({ connect }) => {
      const client = await connect({ password });
      expect(client.session.password.length).toBe(16);
    });
  }

  test("H5 the protocol version is not looked at, and 0 is answered", async ({ connect }) => {
    expect((await connect({ protocolVersion: 77 })).session.protocolVersion).toBe(0);
    expect((await connect({ protocolVersion: -1 })).session.protocolVersion).toBe(0);
  });

  test("H6 bytes after readOnly are ignored", async ({ connect }) => {
    const client = await connect({ trailing: Buffer.alloc(4, 0xff) });
    expect(client.session.readOnly).toBe(false);
    expect(await client.isServed()).toBe(true);
  });

  test("a client that would take a read-only session gets a full one from a full server", async ({ connect, root }) => {
    const client = await connect({ readOnly: true });
    expect(client.session.readOnly).toBe(false);
    expect(await client.err(create(`${root}/x`))).toBe("OK");
  });

  test("two sessions have different ids and passwords", async ({ connect }) => {
    const [a, b] = [await connect(), await connect()];
    expect(a.id).not.toBe(b.id);
    expect(a.session.password.equals(b.session.password)).toBe(false);
  });

  test("H10 a client that has seen a later zxid than the server is closed without an answer", async ({ server }) => {
    expect(await Client.attempt(server.port, { lastZxidSeen: 1n << 60n })).toBe("closed");
  });

  test("H10 the same holds when it renews, and its session stays", async ({ server, c, connect, root }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    const { zxid } = await c.call(ping);
    expect(await Client.attempt(server.port, { ...c.renewal(), lastZxidSeen: zxid + 1_000_000n })).toBe("closed");
    const again = await connect({ ...c.renewal(), lastZxidSeen: zxid });
    expect(await again.err(exists(`${root}/e`))).toBe("OK");
  });

  test("H11 a negative lastZxidSeen is behind every server", async ({ connect }) => {
    expect(await (await connect({ lastZxidSeen: -5n })).isServed()).toBe(true);
  });

  test("H14 requests in the segment of the ConnectRequest are answered after the ConnectResponse", async ({ open }) => {
    const connection = await open();
    const client = new Client(connection, NO_SESSION);
    const requests = [client.bytesOf(getData("/")), client.bytesOf(ping), client.bytesOf(exists("/none"))];
    const hello = connectRequest();
    const length = Buffer.alloc(4);
    length.writeInt32BE(hello.length);
    connection.write(Buffer.concat([length, hello, ...requests]));
    expect(readConnectResponse((await connection.next()) as Buffer).timeoutMs).toBe(10_000);
    expect([await client.reply(), await client.reply(), await client.reply()]).toMatchObject([
      { err: "OK" },
      { err: "OK" },
      { err: "NONODE" },
    ]);
    await client.close();
  });

  test("bytes may come one at a time", async ({ open }) => {
    const connection = await open();
    const client = new Client(connection, NO_SESSION);
    const hello = connectRequest();
    const length = Buffer.alloc(4);
    length.writeInt32BE(hello.length);
    for (const byte of Buffer.concat([length, hello, client.bytesOf(exists("/"))])) {
      await new Promise((sent) => connection.socket.write(Buffer.of(byte), sent));
    }
    expect(readConnectResponse((await connection.next()) as Buffer).timeoutMs).toBe(10_000);
    expect((await client.reply()).err).toBe("OK");
    await client.close();
  });
});

describe("taking a session up again", () => {
  test("H7 an unknown session is refused with timeout 0, id 0 and an empty password, then closed", async ({
    server,
  }) => {
    const handshake = { sessionId: 0x1234n, password: Buffer.alloc(16, 1) };
    expect(await Client.attempt(server.port, handshake)).toEqual(NO_SESSION);
  });

  test("H7 the refusal lacks the readOnly byte if the request did", async ({ server }) => {
    expect(await Client.attempt(server.port, { sessionId: 0x1234n, readOnly: "absent" })).toEqual({
      ...NO_SESSION,
      readOnly: "absent",
    });
  });

  test("H8 a known session with a wrong password is refused like an unknown one", async ({ server, c }) => {
    for (const password of [Buffer.alloc(16), Buffer.alloc(0), null, c.session.password.subarray(0, 15)]) {
      expect(await Client.attempt(server.port, { sessionId: c.id, password })).toEqual(NO_SESSION);
    }
  });

  test("H8 what a wrong password does to the connection that has the session", async ({ server, connect, c, root }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    await Client.attempt(server.port, { sessionId: c.id, password: Buffer.alloc(16, 9) });
    expect(await c.isServed()).toBe(differs("H8", { zookeeper: false, rookery: true }));
    const again = await connect(c.renewal());
    expect(await again.err(exists(`${root}/e`)), "the session itself lives on").toBe("OK");
  });

  test("H9 the right password takes the session over with the new timeout, and the older connection is closed", async ({
    connect,
    c,
    root,
  }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    const again = await connect({ ...c.renewal(), timeoutMs: 5000 });
    expect(again.session).toEqual({ ...c.session, timeoutMs: 5000 });
    expect(await c.connection.untilClosed()).toEqual([]);
    expect((await again.ok(exists(`${root}/e`))).ephemeralOwner).toBe(c.id);
  });

  test("H9 a renewal may lengthen the timeout as well", async ({ connect }) => {
    const short = await connect({ timeoutMs: 2000 });
    const long = await connect({ ...short.renewal(), timeoutMs: 15_000 });
    expect(long.session.timeoutMs).toBe(15_000);
  });

  test("H12 a session that was closed is unknown", async ({ server, c, connect }) => {
    const closing = await connect();
    expect((await closing.call(closeSession)).err).toBe("OK");
    expect(await closing.connection.untilClosed()).toEqual([]);
    expect(await Client.attempt(server.port, closing.renewal())).toEqual(NO_SESSION);
    expect(await c.isServed()).toBe(true);
  });

  test("H13 a session that expired is unknown", async ({ server, c, connect, root }) => {
    const expiring = await connect({ timeoutMs: 1000 });
    await expiring.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    await c.ok(exists(`${root}/e`, true));
    expiring.abandon();
    expect((await c.notification()).event).toBe(`deleted ${root}/e`);
    expect(await Client.attempt(server.port, expiring.renewal())).toEqual(NO_SESSION);
  });
});

describe.concurrent("expiry", () => {
  test("a silent session expires between its timeout and a tick later, and its connection is closed without a word", async ({
    connect,
  }) => {
    const silent = await connect({ timeoutMs: 2000 });
    await silent.call(ping);
    const since = performance.now();
    expect(await silent.connection.untilClosed()).toEqual([]);
    const lasted = performance.now() - since;
    expect(lasted).toBeGreaterThan(1950);
    expect(lasted, "timeout 2000 and tick 500, and some for a busy machine").toBeLessThan(4000);
  });

  test("pings keep a session alive beyond its timeout", async ({ connect }) => {
    const pinging = await connect({ timeoutMs: 1000 });
    for (let beat = 0; beat < 10; beat++) {
      await new Promise((next) => setTimeout(next, 300));
      expect((await pinging.call(ping)).err).toBe("OK");
    }
  });

  test("other requests keep a session alive as pings do, failed ones too", async ({ connect }) => {
    const busy = await connect({ timeoutMs: 1000 });
    for (let beat = 0; beat < 8; beat++) {
      await new Promise((next) => setTimeout(next, 350));
      expect(await busy.err(getData("/none"))).toBe("NONODE");
    }
  });

  test("a lost connection leaves the session and its ephemerals until the timeout", async ({ connect, root, c }) => {
    const lost = await connect({ timeoutMs: 3000 });
    await lost.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    lost.abandon();
    expect(await c.err(exists(`${root}/e`, true))).toBe("OK");
    const since = performance.now();
    expect((await c.notification()).event).toBe(`deleted ${root}/e`);
    expect(performance.now() - since).toBeGreaterThan(2500);
  });

  test("a renewal starts the session's time anew, with the timeout it asks", async ({ connect, root }) => {
    const first = await connect({ timeoutMs: 1000 });
    await first.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    const second = await connect({ ...first.renewal(), timeoutMs: 6000 });
    await new Promise((later) => setTimeout(later, 2500));
    expect(await second.err(exists(`${root}/e`))).toBe("OK");
  });

  test("ephemerals of several sessions go with their own session only", async ({ connect, c, root }) => {
    const [short, long] = [await connect({ timeoutMs: 1000 }), await connect({ timeoutMs: 20_000 })];
    await short.ok(create(`${root}/short`, { flags: FLAGS.ephemeral }));
    await long.ok(create(`${root}/long`, { flags: FLAGS.ephemeral }));
    await c.ok(exists(`${root}/short`, true));
    short.abandon();
    expect((await c.notification()).event).toBe(`deleted ${root}/short`);
    expect(await c.err(exists(`${root}/long`))).toBe("OK");
  });
});

describe("closing a session", () => {
  test("F11 what is pipelined behind closeSession is not answered, and the connection is closed", async ({
    connect,
    c,
    root,
  }) => {
    const closing = await connect();
    closing.send(closeSession, exists(root), setData(root, "late"));
    const reply = await closing.reply();
    expect(reply.err).toBe("OK");
    expect(reply.body.length).toBe(0);
    const late = await closing.connection.untilClosed();
    if (differs("F11", { zookeeper: true, rookery: false })) {
      expect(late.every((frame) => frame.endsWith(SESSION_EXPIRED))).toBe(true);
    } else {
      expect(late).toEqual([]);
    }
    expect((await c.ok(exists(root))).version, "the late write is not done").toBe(0);
  });

  test("closeSession is a write: its reply carries a zxid of its own", async ({ connect, c, root }) => {
    const closing = await connect();
    const before = (await c.call(setData(root, "before"))).zxid;
    expect((await closing.call(closeSession)).zxid).toBe(before + 1n);
  });

  test("requests before closeSession in the same segment are done and answered", async ({ connect, c, root }) => {
    const closing = await connect();
    const [made, closed] = await closing.pipeline(create(`${root}/x`), closeSession);
    expect([made?.err, closed?.err]).toEqual(["OK", "OK"]);
    expect(await c.err(exists(`${root}/x`))).toBe("OK");
  });

  test("a session closed on one connection removes its ephemerals before the reply", async ({ connect, c, root }) => {
    const closing = await connect();
    await closing.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    await closing.call(closeSession);
    expect(await c.err(exists(`${root}/e`))).toBe("NONODE");
  });
});
