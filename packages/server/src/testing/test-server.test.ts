import { connect } from "node:net";
import {
  authPacket,
  CreateFlag,
  createRequest,
  createTTLRequest,
  getDataRequest,
  type JuteWriter,
  OPEN_ACL,
  OpCode,
  READ_ACL,
  setDataRequest,
} from "@rookery/protocol/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawClient } from "../../test/testing-client.ts";
import { startTestServer, type TestServer, type TestServerOptions } from "./index.ts";
import type { LocalServer } from "./test-server.ts";

const EPHEMERAL = CreateFlag.EPHEMERAL;
const NO_AUTH = -102;
const NO_NODE = -101;
const NODE_EXISTS = -110;
const SESSION_GONE = 0;

describe("a test server", () => {
  it("serves on a port of the system's choice on 127.0.0.1", async () => {
    const server = await start();
    expect(server.connectString).toBe(`127.0.0.1:${server.port}`);
    const client = await open(server);
    expect(await client.create("/a")).toMatchObject({ error: 0 });
    expect(server.sessions).toEqual([client.id]);
  });

  it("takes the port that it is told, and says so when it cannot be had", async () => {
    const { port } = await start();
    await expect(startTestServer({ port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("grants short session timeouts, and long ones too", async () => {
    const server = await start();
    expect(await RawClient.open(server.port, undefined, 1)).toMatchObject({ timeoutMs: 200 });
    expect(await RawClient.open(server.port, undefined, 30_000)).toMatchObject({ timeoutMs: 30_000 });
  });

  it("ends the session of a client that says nothing", async () => {
    const server = await start({ minSessionTimeoutMs: 50, tickTimeMs: 20 });
    const silent = await open(server, undefined, 50);
    await silent.closed;
    expect(await open(server, silent)).toMatchObject({ timeoutMs: SESSION_GONE });
  });

  it("has TTL nodes by default, and a superuser when told", async () => {
    const server = await start({ superPassword: "secret" });
    const client = await open(server);
    const ttl = { path: "/ttl", data: null, acl: READ_ACL, flags: CreateFlag.PERSISTENT_WITH_TTL, ttl: 60_000n };
    expect(await client.ask(OpCode.createTTL, (out) => createTTLRequest.encode(out, ttl))).toMatchObject({ error: 0 });
    const set = (out: JuteWriter) => setDataRequest.encode(out, { path: "/ttl", data: null, version: -1 });
    expect(await client.ask(OpCode.setData, set)).toMatchObject({ error: NO_AUTH });
    const secret = { type: 0, scheme: "digest", auth: Buffer.from("super:secret") };
    expect(await client.ask(OpCode.auth, (out) => authPacket.encode(out, secret))).toMatchObject({ error: 0 });
    expect(await client.ask(OpCode.setData, set)).toMatchObject({ error: 0 });
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ tickTime: 100 }, /startTestServer: there is no option tickTime\. There are port, .*tickTimeMs/],
    [{ clientPort: 2181 }, /clientPort is not for tests to choose/],
    [{ port: "2181" }, /port is "2181", and should be a whole number from 0 to 65535/],
    [{ tickTimeMs: 0 }, /tickTimeMs is 0, and should be a whole number from 10/],
    [{ maxConnections: -1 }, /maxConnections is -1/],
    [{ extendedTypes: "yes" }, /extendedTypes is "yes", and should be a boolean/],
    [{ superPassword: 1 }, /superPassword is 1, and should be a string/],
    [{ fourLetterWords: "ruok" }, /fourLetterWords is "ruok", and should be a list of strings/],
    [{ minSessionTimeoutMs: 500, maxSessionTimeoutMs: 400 }, /minSessionTimeoutMs is 500, above .* 400/],
  ])("refuses the options %j", async (options, message) => {
    await expect(startTestServer(options as TestServerOptions)).rejects.toThrow(message);
  });

  it("takes an option that is undefined for one left out", async () => {
    await start({ tickTimeMs: undefined } as unknown as TestServerOptions);
  });

  it("lets four-letter words pass, also from who closes its half behind them", async () => {
    const server = await start();
    expect(await said(server.port, "ruok")).toBe("imok");
    expect(await said(server.port, "srvr")).toContain("Mode: standalone");
  });
});

describe("the way through the gate", () => {
  it("carries frames of any size in any number, to clients that read late too", async () => {
    const server = await start({ frameBytesMax: 8 << 20 });
    const client = await open(server);
    const data = Buffer.alloc(4 << 20, "rookery");
    const large = { path: "/large", data, acl: OPEN_ACL, flags: 0 };
    expect(await client.ask(OpCode.create, (out) => createRequest.encode(out, large))).toMatchObject({ error: 0 });
    const reads = Array.from({ length: 8 }, () =>
      client.ask(OpCode.getData, (out) => getDataRequest.encode(out, { path: "/large", watch: false })),
    );
    for (const answer of await Promise.all(reads))
      expect(answer).toMatchObject({ error: 0, bytes: 4 + data.length + 68 });
    const creates = Array.from({ length: 2000 }, (_, at) => client.create(`/small-${at}`));
    for (const answer of await Promise.all(creates)) expect(answer).toMatchObject({ error: 0 });
  });

  it("passes on that the server closes who says nonsense", async () => {
    const server = await start();
    expect(await said(server.port, "GET / HTTP/1.1\r\n\r\n")).toBe("");
  });
});

describe("dropConnections", () => {
  it("closes one session's connection, and the session lives on", async () => {
    const server = await start();
    const [one, other] = [await open(server), await open(server)];
    await one.create("/mine", EPHEMERAL);
    expect(await server.dropConnections({ session: one.id })).toBe(1);
    await one.closed;
    const again = await open(server, one);
    expect(again.id).toBe(one.id);
    expect(await other.exists("/mine")).toMatchObject({ error: 0 });
  });

  it("closes them all", async () => {
    const server = await start();
    const clients = [await open(server), await open(server)];
    expect(await server.dropConnections()).toBe(2);
    await Promise.all(clients.map(({ closed }) => closed));
    expect(server.sessions).toEqual([]);
    expect(await server.dropConnections()).toBe(0);
  });

  it("takes no number for a session's id", async () => {
    const server = await start();
    expect(() => server.dropConnections({ session: 1 as unknown as bigint })).toThrow(
      /is a number, and should be a bigint/,
    );
  });
});

describe("refuseConnections", () => {
  it("turns newcomers away until told otherwise, and leaves the others alone", async () => {
    const server = await start();
    const client = await open(server);
    server.refuseConnections(true);
    expect(await RawClient.open(server.port)).toBeUndefined();
    expect(await client.exists("/")).toMatchObject({ error: 0 });
    server.refuseConnections(false);
    await open(server);
  });
});

describe("pause", () => {
  it("keeps everything back in both directions until resume", async () => {
    const server = await start();
    const [client, other] = [await open(server), await open(server)];
    server.pause();
    const answer = client.create("/a");
    const newcomer = RawClient.open(server.port);
    let heard = false;
    void Promise.race([answer, newcomer]).then(() => {
      heard = true;
    });
    await turns();
    expect(heard).toBe(false);
    server.resume();
    expect(await answer).toMatchObject({ error: 0 });
    expect((await newcomer)?.id).not.toBe(0n);
    expect(server.sessions).toContain((await newcomer)?.id);
    expect(await other.exists("/a")).toMatchObject({ error: 0 });
  });

  it("lets sessions run out without their clients' knowledge", async () => {
    const server = await start({ tickTimeMs: 20, minSessionTimeoutMs: 50 });
    const client = await open(server, undefined, 50);
    let closed = false;
    void client.closed.then(() => {
      closed = true;
    });
    server.pause();
    const { innerPort = 0 } = server as LocalServer;
    const id = client.id.toString(16);
    await expect.poll(() => said(innerPort, "dump"), { interval: 20 }).not.toContain(id);
    await turns();
    expect(closed).toBe(false);
    server.resume();
    await client.closed;
    expect(await open(server, client)).toMatchObject({ timeoutMs: SESSION_GONE });
  });
});

describe("delayReplies", () => {
  it("keeps the order, and ends with 0, when all that was kept back arrives", async () => {
    const server = await start();
    const client = await open(server);
    server.delayReplies(60);
    const sentMs = performance.now();
    const [created, found] = await Promise.all([client.create("/a"), client.exists("/a")]);
    expect(found).toMatchObject({ error: 0 });
    expect(created?.atMs).toBeGreaterThanOrEqual(sentMs + 59);
    expect(found?.atMs).toBeGreaterThanOrEqual(created?.atMs ?? Number.NaN);
    server.delayReplies(3_600_000);
    const kept = client.exists("/a");
    await turns();
    server.delayReplies(0);
    expect(await kept).toMatchObject({ error: 0 });
    expect(await client.exists("/a")).toMatchObject({ error: 0 });
  });

  it("wants milliseconds", async () => {
    const server = await start();
    expect(() => server.delayReplies(-1)).toThrow(/ms is -1/);
  });
});

describe("loseNextReply", () => {
  it("does what was asked and closes the connection instead of saying so", async () => {
    const server = await start();
    const client = await open(server);
    const lost = server.loseNextReply();
    expect(await client.create("/a")).toBeUndefined();
    await client.closed;
    expect(await lost).toEqual({ session: client.id, xid: 1, opcode: OpCode.create, error: 0 });
    const again = await open(server, client);
    expect(again.id).toBe(client.id);
    expect(await again.create("/a")).toMatchObject({ error: NODE_EXISTS });
  });

  it("waits for the opcode and the session that it is told, and happens once", async () => {
    const server = await start();
    const [one, other] = [await open(server), await open(server)];
    const lost = server.loseNextReply({ opcode: OpCode.create, session: one.id });
    expect(await other.create("/a")).toMatchObject({ error: 0 });
    expect(await one.exists("/a")).toMatchObject({ error: 0 });
    expect(await one.create("/a")).toBeUndefined();
    expect(await lost).toMatchObject({ session: one.id, opcode: OpCode.create, error: NODE_EXISTS });
    const again = await open(server, one);
    expect(await again.create("/b")).toMatchObject({ error: 0 });
  });

  it("lets replies pass that come before, and loses those behind with the connection", async () => {
    const server = await start();
    const client = await open(server);
    void server.loseNextReply({ opcode: OpCode.create });
    const answers = await Promise.all([client.exists("/a"), client.create("/a"), client.create("/b")]);
    expect(answers).toMatchObject([{ error: NO_NODE }, undefined, undefined]);
    expect(await (await open(server)).exists("/b")).toMatchObject({ error: 0 });
  });

  it("takes nothing but a number for an opcode", async () => {
    const server = await start();
    expect(() => server.loseNextReply({ opcode: "create" as unknown as number })).toThrow(/opcode is "create"/);
  });

  it("rejects if there was no such reply, and nobody has to watch", async () => {
    const server = await start();
    const lost = server.loseNextReply();
    void server.loseNextReply();
    server.heal();
    await expect(lost).rejects.toThrow(/before there was a reply to lose/);
    expect(await (await open(server)).create("/a")).toMatchObject({ error: 0 });
  });
});

describe("expireSession", () => {
  it("ends the session for everybody: ephemerals, watches, the connection, and its client when it comes back", async () => {
    const server = await start();
    const [client, other] = [await open(server), await open(server)];
    await client.create("/mine", EPHEMERAL);
    await other.exists("/mine", true);
    await server.expireSession(client.id);
    await client.closed;
    expect(await other.event()).toBe("2 /mine");
    expect(await other.exists("/mine")).toMatchObject({ error: NO_NODE });
    expect(await open(server, client)).toMatchObject({ timeoutMs: SESSION_GONE });
    expect(server.sessions).toEqual([other.id]);
  });

  it("works behind a pause, whose end tells the client", async () => {
    const server = await start();
    const client = await open(server);
    server.pause();
    await server.expireSession(client.id);
    server.resume();
    await client.closed;
    expect(await open(server, client)).toMatchObject({ timeoutMs: SESSION_GONE });
  });

  it("works where every client must authenticate", async () => {
    const server = await start({ enforceAuthSchemes: ["digest"] });
    const client = await open(server);
    await server.expireSession(client.id);
    expect(await open(server, client)).toMatchObject({ timeoutMs: SESSION_GONE });
  });

  it("rejects for a session that there is not", async () => {
    const server = await start();
    await expect(server.expireSession(7n)).rejects.toThrow("the server knows no session 0x0000000000000007");
    await expect(server.expireSession(0n)).rejects.toThrow(/no session's id/);
  });
});

describe("restart, kill and start", () => {
  it("keeps the data, the port and the sessions over a restart", async () => {
    const server = await start();
    const { port } = server;
    const client = await open(server);
    await client.create("/kept");
    await client.create("/mine", EPHEMERAL);
    await server.restart();
    await client.closed;
    expect(server.port).toBe(port);
    const again = await open(server, client);
    expect(again.id).toBe(client.id);
    expect(await again.exists("/kept")).toMatchObject({ error: 0 });
    expect(await again.exists("/mine")).toMatchObject({ error: 0 });
  });

  it("keeps what was acknowledged when it is killed, and turns everybody away until it starts", async () => {
    const server = await start();
    const client = await open(server);
    await client.create("/kept");
    await server.kill();
    await client.closed;
    expect(await RawClient.open(server.port)).toBeUndefined();
    await expect(server.expireSession(client.id)).rejects.toThrow(/does not run/);
    await server.start();
    expect(await (await open(server, client)).exists("/kept")).toMatchObject({ error: 0 });
  });

  it("starts and stops in the order asked for", async () => {
    const server = await start();
    await Promise.all([server.kill(), server.start(), server.restart(), server.start()]);
    await open(server);
  });
});

describe("stop", () => {
  it("leaves nothing in the process, whatever was going wrong", async () => {
    await turns();
    const server = await startTestServer();
    const clients = await Promise.all([open(server), open(server), open(server)]);
    server.delayReplies(3_600_000);
    void clients[0]?.create("/a");
    await turns();
    server.pause();
    const lost = server.loseNextReply();
    await Promise.all([server.stop(), server.stop()]);
    await expect(lost).rejects.toThrow(/was stopped/);
    await Promise.all(clients.map(({ closed }) => closed));
    expect(held(/TCP/)).toEqual([]);
    // The test runner has timers of its own, now and then.
    await expect.poll(() => held(/Timeout/)).toEqual([]);
    await expect(server.restart()).rejects.toThrow("the test server was stopped");
    expect(await RawClient.open(server.port)).toBeUndefined();
  });

  it("comes with the end of the block", async () => {
    let port = 0;
    {
      await using server = await startTestServer();
      port = server.port;
    }
    expect(await RawClient.open(port)).toBeUndefined();
  });
});

async function start(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startTestServer(options);
  onTestFinished(() => server.stop());
  return server;
}

async function open(server: TestServer, session?: RawClient, timeoutMs?: number): Promise<RawClient> {
  const client = await RawClient.open(server.port, session, timeoutMs);
  if (client === undefined) throw new Error("the connection ended before the handshake");
  return client;
}

/** Some turns of the event loop: what is on its way between the sockets of this process has arrived. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** What would hold this process, of one kind; the test runner's own pipes are another. */
function held(kind: RegExp): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => kind.test(name));
}

async function said(port: number, word: string): Promise<string> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.end(word);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}
