/** Servers that do not keep to the protocol, or that just do not answer. */
import { createServer } from "node:net";
import { OpCode, Xid } from "@rookery/protocol/client";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Client, connect, type WatchEvent, type Zxid } from "../src/index.ts";
import { answerChallenge, digestProofs } from "../src/sasl.ts";
import { FakeServer, type Peer, type Script, writeStat } from "./fake-server.ts";
import { errorOf, listening, statesOf, untilState } from "./support.ts";

/** Nothing that is given up may be left to fail on its own. */
const unhandled: unknown[] = [];
const onUnhandled = (error: unknown) => unhandled.push(error);
beforeEach(() => void process.on("unhandledRejection", onUnhandled));
afterEach(async () => {
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", onUnhandled);
  expect(unhandled.splice(0)).toEqual([]);
});

/** A client whose server, the session granted, goes on as the script says. */
async function withScript(
  script: (peer: Peer) => Promise<void> | void,
  test: (zk: Client, server: FakeServer) => Promise<void>,
): Promise<void> {
  await using server = await FakeServer.start(async (peer, index) => {
    await peer.grant();
    await (index === 0 ? script(peer) : peer.answerAll());
  });
  await using zk = await connect(server.connectString, { replyBytesMax: 2048 });
  await test(zk, server);
}

describe("a server that talks nonsense", () => {
  it.each<[string, (peer: Peer, xid: number) => void]>([
    ["answers another request", (peer, xid) => peer.reply(xid + 1)],
    [
      "answers twice",
      (peer, xid) => {
        peer.reply(xid, { body: writeStat });
        peer.reply(xid, { body: writeStat });
      },
    ],
    ["answers a request of no known kind", (peer) => peer.reply(-77)],
    ["cuts its answer short", (peer, xid) => peer.reply(xid, { body: (out) => out.int(1) })],
    ["sends half a header", (peer) => peer.send((out) => out.int(1))],
    ["sends an empty frame", (peer) => peer.send(() => {})],
    ["sends a frame of negative length", (peer) => void peer.socket.write(Buffer.from([0xff, 0xff, 0xff, 0xff]))],
    ["sends an event without a path", (peer) => peer.reply(Xid.notification)],
    ["sends an event that is too large", (peer) => peer.event(1, `/${"x".repeat(4000)}`)],
    ["speaks HTTP", (peer) => void peer.socket.write("HTTP/1.1 400 Bad Request\r\n\r\n".repeat(9))],
  ])("that %s ends the session with PROTOCOL_ERROR", (_, act) =>
    withScript(
      async (peer) => act(peer, (await peer.request()).xid),
      async (zk, server) => {
        const states = statesOf(zk);
        const [sent, second] = [errorOf(zk.exists("/a")), errorOf(zk.set("/a", ""))];
        const first = (await Promise.race([sent, untilState(zk, "closed")])) as object | undefined;
        if (first !== undefined && "code" in first) expect(first).toMatchObject({ code: "PROTOCOL_ERROR" });
        expect(await second).toMatchObject({ code: "PROTOCOL_ERROR", outcome: "unknown", path: "/a" });
        await untilState(zk, "closed");
        expect(states).toEqual(["closed"]);
        expect(await errorOf(zk.get("/b"))).toMatchObject({ code: "PROTOCOL_ERROR", outcome: "not-applied" });
        expect(server.peers).toHaveLength(1);
      },
    ),
  );

  it("that gives fewer results than a transaction has operations ends the session with PROTOCOL_ERROR", () =>
    withScript(
      async (peer) => {
        const { xid } = await peer.request();
        peer.reply(xid, { body: (out) => out.raw(Buffer.from("ffffffff01ffffffff", "hex")) });
      },
      async (zk) => {
        const error = await errorOf(zk.transaction().delete("/a").commit());
        expect(error).toMatchObject({ code: "PROTOCOL_ERROR", outcome: "unknown" });
        expect(zk.state).toBe("closed");
      },
    ));

  it.each<[string, Script]>([
    ["greets with HTTP", (peer) => void peer.socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["greets with half a frame's worth", (peer) => peer.send((out) => out.int(0))],
    ["greets with a negative length", (peer) => void peer.socket.write(Buffer.from([0x80, 0, 0, 0]))],
    ["grants a session without an id", async (peer) => void (await peer.grant({ id: 0n }))],
  ])("that %s fails connect with PROTOCOL_ERROR", async (_, script) => {
    await using server = await FakeServer.start(script);
    expect(await errorOf(connect(server.connectString))).toMatchObject({ code: "PROTOCOL_ERROR" });
    expect(server.peers).toHaveLength(1);
  });

  it("is passed over where there is another one", async () => {
    await using bad = await FakeServer.start((peer) => void peer.socket.write("220 smtp ready\r\n    "));
    await using good = await FakeServer.start(async (peer) => {
      await peer.grant();
      await peer.answerAll();
    });
    for (let round = 0; round < 5; round++) {
      await using zk = await connect([bad.connectString, good.connectString]);
      expect(zk.server).toContain(good.connectString);
    }
  });

  it("never makes the process fail, however its replies are damaged", { timeout: 30_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(200),
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (at, bytes, cut) => {
          await using server = await FakeServer.start(async (peer, index) => {
            await peer.grant();
            if (index > 0) return peer.answerAll();
            const asked = [await peer.request(), await peer.request(), await peer.request()];
            const write = peer.socket.write.bind(peer.socket);
            const sent: Buffer[] = [];
            peer.socket.write = (chunk: unknown) => sent.push(chunk as Buffer) > 0;
            peer.event(3, "/a");
            for (const { xid, op } of asked) {
              const body =
                op === OpCode.multi ? (out: { raw(bytes: Uint8Array): void }) => out.raw(MULTI_RESULT) : writeStat;
              peer.reply(xid, { body });
            }
            peer.socket.write = write;
            const all = Buffer.concat(sent);
            all.set(bytes.subarray(0, all.length - (at % all.length)), at % all.length);
            peer.socket.end(cut ? all.subarray(0, at % all.length) : all);
          });
          await using zk = await connect(server.connectString);
          const calls = [zk.exists("/a"), zk.transaction().set("/a", "").delete("/a").commit(), zk.set("/a", "")];
          for (const outcome of await Promise.allSettled(calls))
            if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ name: "CoordinationError" });
          expect(["closed", "connected", "suspended"]).toContain(zk.state);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("a reply above replyBytesMax", () => {
  it("fails that call only, and the connection goes on", () =>
    withScript(
      async (peer) => {
        const { xid } = await peer.request();
        peer.reply(xid, { body: (out) => out.buffer(Buffer.alloc(5_000_000, 1)) });
        const ops: number[] = [];
        for (let at = 0; at < 2; at++) {
          const next = await peer.request();
          ops.push(next.op);
          peer.reply(next.xid);
        }
        // Its watch finds nobody, so the server is told to forget it.
        expect(ops).toEqual([OpCode.sync, OpCode.removeWatches]);
        await peer.answerAll();
      },
      async (zk, server) => {
        const states = statesOf(zk);
        const large = errorOf(zk.get("/large", { watch: () => {} }));
        const after = zk.sync();
        expect(await large).toMatchObject({ code: "REPLY_TOO_LARGE", path: "/large", outcome: "not-applied" });
        await after;
        expect(states).toEqual([]);
        expect(server.peers).toHaveLength(1);
      },
    ));
});

describe("a server that is silent", () => {
  it("at the greeting is given up for another one, and named in the error if there is none", async () => {
    await using server = await FakeServer.start(() => {});
    const error = await errorOf(connect(server.connectString, { sessionTimeoutMs: 500, connectTimeoutMs: 700 }));
    expect(error).toMatchObject({ code: "CONNECTION_LOSS" });
    expect(String(error)).toContain(`${server.connectString} (127.0.0.1) did not answer within 500 ms`);
  });

  it("is left by a deadline or an abort of the call, which say whether a write may have been applied", () =>
    withScript(
      () => {},
      async (zk) => {
        const controller = new AbortController();
        const { signal } = controller;
        const calls = [
          errorOf(zk.get("/a", { timeoutMs: 20 })),
          errorOf(zk.set("/a", "", { timeoutMs: 20 })),
          errorOf(zk.get("/a", { signal })),
          errorOf(zk.create("/a", "", { signal })),
        ];
        setTimeout(() => controller.abort(new Error("enough")), 10);
        const errors = await Promise.all(calls);
        expect(errors).toMatchObject([
          { code: "TIMEOUT", outcome: "not-applied", path: "/a" },
          { code: "TIMEOUT", outcome: "unknown", path: "/a" },
          { code: "ABORTED", outcome: "not-applied", name: "AbortError", cause: new Error("enough") },
          { code: "ABORTED", outcome: "unknown" },
        ]);
        expect(await errorOf(zk.set("/a", "", { signal }))).toMatchObject({ code: "ABORTED", outcome: "not-applied" });
        await zk.close({ timeoutMs: 10 });
      },
    ));

  it("may answer later: nobody is told, and the calls after it get their own answers", () =>
    withScript(
      async (peer) => {
        const first = await peer.request();
        const second = await peer.request();
        peer.reply(first.xid, { body: writeStat });
        peer.reply(second.xid, { err: -101 });
        await peer.answerAll();
      },
      async (zk) => {
        const given = errorOf(zk.exists("/a", { timeoutMs: 10 }));
        expect(await given).toMatchObject({ code: "TIMEOUT" });
        expect(await zk.exists("/b")).toBeUndefined();
        expect(zk.stats.inFlight).toBe(0);
      },
    ));
});

describe("a server that turns clients away", () => {
  it("while it is read-only is taken only by a client that may read", async () => {
    await using readOnly = await FakeServer.start(async (peer) => {
      const asked = await peer.grant({ readOnly: true });
      if (asked.readOnly !== true) peer.socket.destroy();
      await peer.answerAll();
    });
    await using zk = await connect(readOnly.connectString, { readOnly: true });
    expect(zk.state).toBe("read-only");
  });

  it("with ZooKeeper's bare header for it is passed over", async () => {
    await using readOnly = await FakeServer.start(async (peer) => {
      await peer.frame();
      peer.reply(0, { err: -119 });
    });
    const error = await errorOf(connect(readOnly.connectString, { connectTimeoutMs: 50 }));
    expect(error).toMatchObject({ code: "CONNECTION_LOSS" });
    expect(String(error)).toContain("is read-only");
  });

  it("is left for one that takes writes, which is found by asking, and gets a session of its own", async () => {
    await using readOnly = await FakeServer.start(async (peer) => {
      await peer.grant({ readOnly: true, id: 1n });
      await peer.answerAll();
    });
    await using writer = await FakeServer.start(async (peer) => {
      const first = await new Promise<Buffer>((resolve) => {
        peer.socket.prependOnceListener("data", resolve);
      });
      if (first.toString() === "isro") return void peer.socket.end("rw");
      const { sessionId } = await peer.grant({ id: 2n });
      // What has only been read-only is not known here.
      expect(sessionId).toBe(0n);
      await peer.answerAll();
    });
    // The writer is down at first.
    const { port } = writer;
    await writer[Symbol.asyncDispose]();
    const servers = [readOnly.connectString, `127.0.0.1:${port}`];
    await using zk = await connect(servers, { readOnly: true });
    expect(zk.state).toBe("read-only");
    const said = listening();
    await using watch = await zk.watch("/a", { onEvent: said.listener });
    await using again = await FakeServer.start(async (peer) => {
      const first = await new Promise<Buffer>((resolve) => {
        peer.socket.prependOnceListener("data", resolve);
      });
      if (first.toString() === "isro") return void peer.socket.end("rw");
      expect((await peer.grant({ id: 2n })).sessionId).toBe(0n);
      await peer.answerAll();
    }, port);
    await untilState(zk, "connected");
    expect(zk.sessionId).toBe(2n);
    expect(zk.server).toContain(again.connectString);
    expect(await said.next()).toEqual({ type: "gap", path: watch.path, reason: "reconnected" } satisfies WatchEvent);
  });

  it("by closing is tried again, with pauses, until connect's time is over", async () => {
    await using server = await FakeServer.start((peer) => void peer.socket.destroy());
    const error = await errorOf(connect(server.connectString, { connectTimeoutMs: 300 }));
    expect(error).toMatchObject({ code: "CONNECTION_LOSS" });
    expect(server.peers.length).toBeGreaterThan(0);
    expect(server.peers.length).toBeLessThan(100);
  });

  it("after each greeting is not stormed with reconnects", async () => {
    await using server = await FakeServer.start(async (peer) => {
      await peer.grant();
      peer.socket.end();
    });
    await using zk = await connect(server.connectString);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(zk.stats.connections).toBeGreaterThan(1);
    expect(zk.stats.connections).toBeLessThan(25);
  });

  it("by giving another session than the one that was asked for has ended that one", async () => {
    await using server = await FakeServer.start(async (peer, index) => {
      await peer.grant({ id: BigInt(index + 1) });
      if (index > 0) return peer.answerAll();
      peer.socket.end();
    });
    await using zk = await connect(server.connectString);
    const states = statesOf(zk);
    await untilState(zk, "expired");
    await untilState(zk, "connected");
    expect(states).toEqual(["suspended", "expired", "connecting", "connected"]);
  });
});

describe("watches in a server that cannot set them again", () => {
  it("end the session with the server's error rather than be lost unnoticed", async () => {
    await using server = await FakeServer.start(async (peer, index) => {
      await peer.grant();
      const { xid } = await peer.request();
      if (index === 0) {
        peer.reply(xid);
        peer.socket.end();
      } else peer.reply(xid, { err: -6 });
    });
    await using zk = await connect(server.connectString);
    const said = listening();
    await zk.watch("/a", { onEvent: said.listener });
    expect(await said.next()).toEqual({ type: "gap", path: "/a", reason: "closed" });
    expect(await errorOf(zk.get("/a"))).toMatchObject({ code: "UNIMPLEMENTED" });
  });
});

describe("limits", () => {
  it("keep calls waiting until there is room, and refuse what is more than may wait", () =>
    withHeld(async (zk, answerNext) => {
      const calls = [zk.sync("/1"), zk.sync("/2"), zk.sync("/3"), zk.sync("/4")];
      const refused = await errorOf(zk.sync("/5"));
      expect(refused).toMatchObject({ code: "OVERLOADED", path: "/5", outcome: "not-applied" });
      expect(zk.stats).toMatchObject({ inFlight: 2, waiting: 2 });
      for (const call of calls) {
        await answerNext();
        await call;
      }
      expect(zk.stats).toMatchObject({ inFlight: 0, waiting: 0, callsSent: 4 });
    }));

  it("give the room of a waiting call that is given up to others", () =>
    withHeld(async (zk, answerNext) => {
      const controller = new AbortController();
      const calls = [zk.sync("/1"), zk.sync("/2")];
      const given = [errorOf(zk.sync("/3", { signal: controller.signal })), errorOf(zk.sync("/4", { timeoutMs: 10 }))];
      void controller.abort();
      expect(await Promise.all(given)).toMatchObject([
        { code: "ABORTED", outcome: "not-applied" },
        { code: "TIMEOUT", outcome: "not-applied" },
      ]);
      expect(zk.stats).toMatchObject({ inFlight: 2, waiting: 0 });
      calls.push(zk.sync("/5"), zk.sync("/6"));
      for (const call of calls) {
        await answerNext();
        await call;
      }
      expect(zk.stats).toMatchObject({ inFlight: 0, waiting: 0, callsSent: 4 });
    }));

  it("let calls go on when the socket takes more, though nothing is answered yet", async () => {
    await using server = await FakeServer.start(async (peer) => {
      await peer.grant();
      const xids: number[] = [];
      while (xids.length < 10) xids.push((await peer.request()).xid);
      for (const xid of xids) peer.reply(xid, { body: writeStat });
      await peer.answerAll();
    });
    await using zk = await connect(server.connectString);
    const data = Buffer.alloc(500_000);
    await Promise.all(Array.from({ length: 10 }, () => zk.set("/a", data)));
    expect(zk.stats).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it("refuse a request that is too large, and what cannot be encoded, without harm to the others", async () => {
    const seen: string[] = [];
    await using server = await FakeServer.start(async (peer) => {
      await peer.grant();
      for (;;) {
        const { xid, op, input } = await peer.request();
        seen.push(op === OpCode.sync ? input.text() : `${op}`);
        peer.reply(xid);
        if (op === OpCode.closeSession) peer.socket.end();
      }
    });
    const zk = await connect(server.connectString, { requestBytesMax: 1024 });
    const before = zk.sync("/before");
    const large = errorOf(zk.set("/large", "x".repeat(1024)));
    const odd = errorOf(zk.reconfigure({ joining: "x", fromConfig: (2n ** 70n) as Zxid }));
    const after = zk.sync("/after");
    expect(await large).toMatchObject({ code: "REQUEST_TOO_LARGE", path: "/large", outcome: "not-applied" });
    expect(await odd).toMatchObject({ code: "BAD_ARGUMENTS", operation: "reconfig", outcome: "not-applied" });
    await Promise.all([before, after]);
    await zk.close();
    expect(seen).toEqual(["/before", "/after", `${OpCode.closeSession}`]);
  });
});

/** Two in flight, two may wait; the server keeps each answer until the test asks for it. */
async function withHeld(test: (zk: Client, answerNext: () => Promise<void>) => Promise<void>): Promise<void> {
  let peer: Peer | undefined;
  await using server = await FakeServer.start(async (each) => {
    await each.grant();
    peer = each;
  });
  const zk = await connect(server.connectString, { inFlightMax: 2, waitingMax: 2 });
  await test(zk, async () => {
    const { xid } = await (peer as Peer).request();
    peer?.reply(xid);
  });
  await zk.close({ timeoutMs: 10 });
}

describe("SASL", () => {
  const challenge = 'realm="zk-sasl-md5",nonce="N1",charset=utf-8,algorithm=md5-sess';

  function saslServer(proofOf: (cnonce: string) => { err: number; token: string | null }): Promise<FakeServer> {
    return FakeServer.start(async (peer) => {
      await peer.grant();
      const first = await peer.request();
      expect([first.xid, first.op, first.input.buffer()?.length]).toEqual([1, OpCode.sasl, 0]);
      peer.reply(1, { zxid: 0n, body: (out) => out.buffer(Buffer.from(challenge)) });
      const second = await peer.request();
      const token = Buffer.from(second.input.buffer() ?? []).toString();
      const cnonce = /cnonce="([^"]*)"/.exec(token)?.[1] ?? "";
      expect(token).toBe(
        answerChallenge(Buffer.from(challenge), { user: "ann", password: "p" }, cnonce).token.toString(),
      );
      const { err, token: proof } = proofOf(cnonce);
      peer.reply(2, { err, zxid: 0n, body: (out) => out.buffer(proof === null ? null : Buffer.from(proof)) });
      await peer.answerAll();
    });
  }

  const expected = (cnonce: string) =>
    digestProofs({
      user: "ann",
      realm: "zk-sasl-md5",
      password: "p",
      nonce: "N1",
      cnonce,
      uri: "zookeeper/zk-sasl-md5",
    }).expected;

  it("opens the session when each side has proved that it knows the password", async () => {
    await using server = await saslServer((cnonce) => ({ err: 0, token: `rspauth=${expected(cnonce)}` }));
    await using zk = await connect(server.connectString, { sasl: { user: "ann", password: "p" } });
    await zk.sync();
  });

  it.each<[string, { err: number; token: string | null }, string]>([
    ["the server cannot prove it", { err: 0, token: "rspauth=00000000000000000000000000000000" }, "does not prove"],
    ["the server refuses", { err: -115, token: null }, 'refuses user "ann"'],
    ["the server gives up without an error", { err: 0, token: null }, "does not speak SASL"],
  ])("ends in AUTH_FAILED if %s", async (_, answer, text) => {
    await using server = await saslServer(() => answer);
    const error = await errorOf(connect(server.connectString, { sasl: { user: "ann", password: "p" } }));
    expect(error).toMatchObject({ code: "AUTH_FAILED", message: expect.stringContaining(text) });
    expect(server.peers).toHaveLength(1);
  });

  it("ends in PROTOCOL_ERROR if something else is answered", async () => {
    await using server = await FakeServer.start(async (peer) => {
      await peer.grant();
      await peer.request();
      peer.reply(9);
    });
    const refused = connect(server.connectString, { sasl: { user: "ann", password: "p" } });
    expect(await errorOf(refused)).toMatchObject({ code: "PROTOCOL_ERROR" });
  });
});

describe("identities", () => {
  it("that a server refuses end the client with AUTH_FAILED", async () => {
    await using server = await FakeServer.start(async (peer) => {
      await peer.grant();
      await peer.request();
      peer.reply(Xid.auth, { err: -115, zxid: 0n });
    });
    await using zk = await connect(server.connectString, { auth: [{ scheme: "digest", credentials: "a:b" }] });
    await untilState(zk, "auth-failed");
    expect(await errorOf(zk.get("/a"))).toMatchObject({ code: "AUTH_FAILED" });
  });

  it("go out on every connection, ahead of watches and of calls that waited, and each once", async () => {
    const seen: number[][] = [];
    await using server = await FakeServer.start(async (peer, index) => {
      await peer.grant();
      const ops: number[] = [];
      seen.push(ops);
      for (;;) {
        const { xid, op } = await peer.request();
        ops.push(op);
        peer.reply(xid);
        if (index === 0 && op === OpCode.sync) peer.socket.end();
      }
    });
    await using zk = await connect(server.connectString, { auth: [{ scheme: "digest", credentials: "a:b" }] });
    await zk.addAuth("digest", "c:d");
    await zk.addAuth("digest", "c:d");
    await zk.watch("/a");
    await zk.sync();
    await untilState(zk, "suspended");
    await zk.getAllChildrenNumber("/").catch(() => {});
    const { auth, addWatch, sync, setWatches2, getAllChildrenNumber } = OpCode;
    expect(seen[0]).toEqual([auth, auth, auth, addWatch, sync]);
    expect(seen[1]?.slice(0, 4)).toEqual([auth, auth, setWatches2, getAllChildrenNumber]);
    await zk.close({ timeoutMs: 50 });
  });
});

describe("nobody listening", () => {
  it("is said in the error, with what each server answered", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const error = await errorOf(connect(`127.0.0.1:${port}`, { connectTimeoutMs: 30 }));
    expect(error).toMatchObject({ code: "CONNECTION_LOSS", operation: "connect" });
    expect(String(error)).toContain("ECONNREFUSED");
    expect(String(await errorOf(connect("nowhere.invalid", { connectTimeoutMs: 200 })))).toMatch(
      /ENOTFOUND|EAI_AGAIN|within/,
    );
  });
});

const MULTI_RESULT = Buffer.concat([
  Buffer.from("0000000500ffffffff", "hex"),
  Buffer.alloc(68),
  Buffer.from("0000000200ffffffff", "hex"),
  Buffer.from("ffffffff01ffffffff", "hex"),
]);
