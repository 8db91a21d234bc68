import { EventEmitter, once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import {
  encodePeerMessage,
  type Hello,
  PeerFrameSplitter,
  type PeerMessage,
  type WireMessage,
} from "@rookery/protocol/peer";
import { afterEach, describe, expect, it } from "vitest";
import type { Runtime } from "../member/ports.ts";
import type { EnsembleMember } from "../options.ts";
import { PeerMesh, type PeerMeshOptions } from "./peer-mesh.ts";

/** Timers that are `pace` times as fast as they say. */
function runtimeOf(pace: number): Runtime {
  return {
    wallMs: () => Date.now(),
    monotonicMs: () => performance.now() * pace,
    defer: (task) => void setImmediate(task),
    every(ms, task) {
      const timer = setInterval(task, ms / pace);
      return { stop: () => clearInterval(timer) };
    },
    after(ms, task) {
      const timer = setTimeout(task, ms / pace);
      return { stop: () => clearTimeout(timer) };
    },
  };
}
const HASTY = runtimeOf(20);

const ENSEMBLE = "00000000000000aa";
const TOUCH: PeerMessage = { type: "touch", sessions: Buffer.alloc(8) };
const POSITION = { index: 5, epoch: 1, counter: 4, chain: 3 };
const CREDIT: PeerMessage = { type: "snapshotCredit", position: POSITION, credits: 1 };
const read = (id: number): PeerMessage => ({ type: "readIndex", id });

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A mesh, and all that it says, as lines to wait for. */
class Station {
  readonly mesh: PeerMesh;
  readonly said: string[] = [];
  readonly logged: string[] = [];
  private readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(options: PeerMeshOptions) {
    const log = (fields: object, message: string) => this.logged.push(`${message} ${JSON.stringify(fields)}`);
    const logger = { debug() {}, info: log, warn: log, error: log };
    this.mesh = new PeerMesh({ ...options, logger });
    this.mesh.handlers = {
      onLinkUp: (sid) => this.say(`up ${sid}`),
      onLinkDown: (sid) => this.say(`down ${sid}`),
      onMessage: (sid, message) => this.say(`${sid}: ${message.type}${message.type === "readIndex" ? message.id : ""}`),
      onTurnEnd: () => this.say("turn"),
      onDrained: (sid) => this.say(`drained ${sid}`),
      onBulkDown: (sid) => this.say(`bulk down ${sid}`),
      onRefused: (sid, reason) => this.say(`refused ${sid}: ${reason}`),
    };
  }

  /** Resolves when it has said so `times` times in all. */
  async hears(pattern: string | RegExp, times = 1): Promise<void> {
    while (this.count(pattern) < times) await once(this.changes, "said", { signal: AbortSignal.timeout(8000) });
  }

  count(pattern: string | RegExp): number {
    return this.said.filter((line) => (typeof pattern === "string" ? line === pattern : pattern.test(line))).length;
  }

  private say(line: string): void {
    this.said.push(line);
    this.changes.emit("said");
  }
}

function member(sid: number, peerPort: number, role: EnsembleMember["role"] = "participant"): EnsembleMember {
  return {
    sid,
    role,
    host: "127.0.0.1",
    peerPort,
    electionPort: 1,
    clientHost: undefined,
    clientPort: undefined,
    weight: 1,
    group: 0,
  };
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function listening(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => void server.close());
  return server;
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}

function station(sid: number, members: readonly EnsembleMember[], options: Partial<PeerMeshOptions> = {}): Station {
  const made = new Station({
    sid,
    members,
    bootId: 1000 + sid,
    clusterId: () => ENSEMBLE,
    configHash: 7,
    listenHost: "127.0.0.1",
    listenPort: members.find((each) => each.sid === sid)?.peerPort ?? 0,
    frameBytesMax: 8 << 20,
    runtime: runtimeOf(1),
    random: () => 0.5,
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    ...options,
  });
  cleanups.push(() => made.mesh.close());
  return made;
}

async function started(...stations: readonly Station[]): Promise<void> {
  for (const { mesh } of stations) await mesh.start();
}

/** A connection whose bytes the test writes and reads itself. */
class Wire {
  readonly socket: Socket;
  readonly received: WireMessage[] = [];
  private readonly changes = new EventEmitter();

  constructor(socket: Socket) {
    this.socket = socket;
    const splitter = new PeerFrameSplitter(8 << 20);
    socket.on("data", (chunk: Buffer) => {
      splitter.push(chunk, (message) => this.received.push(message) > 0);
      this.changes.emit("received");
    });
    socket.on("error", () => {});
    cleanups.push(() => void socket.destroy());
  }

  static async to(port: number): Promise<Wire> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Wire(socket);
  }

  write(...messages: readonly WireMessage[]): void {
    this.socket.write(Buffer.concat(messages.map((message) => encodePeerMessage(message))));
  }

  /** The message of that type, or the so-manieth of them. */
  async reads<Type extends WireMessage["type"]>(type: Type, nth = 1): Promise<WireMessage & { type: Type }> {
    for (;;) {
      const found = this.received.filter((message) => message.type === type)[nth - 1];
      if (found !== undefined) return found as WireMessage & { type: Type };
      await once(this.changes, "received", { signal: AbortSignal.timeout(8000) });
    }
  }

  async closed(): Promise<void> {
    if (!this.socket.destroyed) await once(this.socket, "close");
  }
}

function hello(fromSid: number, toSid: number, rest: Partial<Hello> = {}): Hello {
  return {
    type: "hello",
    protoMin: 1,
    protoMax: 1,
    clusterId: ENSEMBLE,
    configHash: 7,
    fromSid,
    toSid,
    bootId: 1000 + fromSid,
    plane: "control",
    ...rest,
  };
}

/** A member 1 that is a wire in the test's hands, connected to `port`. */
async function shakenHands(port: number, rest: Partial<Hello> = {}): Promise<Wire> {
  const wire = await Wire.to(port);
  wire.write(hello(1, 2, rest));
  await wire.reads("helloAck");
  wire.write({ type: "helloAck", proto: 1 });
  return wire;
}

async function pair(
  first: Partial<PeerMeshOptions> = {},
  second: Partial<PeerMeshOptions> = {},
): Promise<[Station, Station, EnsembleMember[]]> {
  const [a = 0, b = 0] = await freePorts(2);
  const members = [member(1, a), member(2, b)];
  const one = station(1, members, first);
  const two = station(2, members, second);
  await started(two, one);
  return [one, two, members];
}

describe("members that are connected", () => {
  it("have one control connection, opened by the lower id", async () => {
    const [one, two] = await pair();
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
    one.mesh.send(2, TOUCH);
    two.mesh.send(1, TOUCH);
    await Promise.all([one.hears("2: touch"), two.hears("1: touch")]);
    expect(one.count("up 2") + two.count("up 1")).toBe(2);
  });

  it("hear all that was sent in one turn in order, then that the turn is over", async () => {
    const [one, two] = await pair();
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
    await two.hears("turn");
    for (let id = 0; id < 20; id++) one.mesh.send(2, read(id));
    await two.hears("1: readIndex19");
    await two.hears("turn", 2);
    expect(two.said.slice(2)).toEqual([...Array.from({ length: 20 }, (_, id) => `1: readIndex${id}`), "turn"]);
  });

  it("are all of them: voters and observers, but not observers with each other", async () => {
    const ports = await freePorts(4);
    const members = ports.map((port, i) => member(i + 1, port, i < 2 ? "participant" : "observer"));
    const stations = members.map(({ sid }) => station(sid, members));
    await started(...stations);
    const [one, two, three, four] = stations as [Station, Station, Station, Station];
    await Promise.all([one.hears(/^up/, 3), two.hears(/^up/, 3), three.hears(/^up/, 2), four.hears(/^up/, 2)]);
    expect(three.count("up 4") + four.count("up 3")).toBe(0);
  });

  it("open a bulk connection when there is something for it, from either side, and keep it", async () => {
    for (const from of [1, 2]) {
      const [one, two] = await pair();
      await Promise.all([one.hears("up 2"), two.hears("up 1")]);
      const [sender, receiver, to] = from === 1 ? [one, two, 2] : [two, one, 1];
      sender.mesh.send(to, CREDIT);
      sender.mesh.send(to, CREDIT);
      await receiver.hears(`${from}: snapshotCredit`, 2);
      receiver.mesh.send(from, CREDIT);
      await sender.hears(`${to}: snapshotCredit`);
      const opened = [...one.logged, ...two.logged].filter((line) => line.includes("bulk"));
      expect(opened).toEqual([]);
    }
  });

  it("find each other again after one was restarted, which replaces its connections", async () => {
    const [one, two, members] = await pair();
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
    await two.mesh.close();
    await one.hears("down 2");
    const again = station(2, members, { bootId: 77 });
    await again.mesh.start();
    await Promise.all([one.hears("up 2", 2), again.hears("up 1")]);
    one.mesh.send(2, TOUCH);
    await again.hears("1: touch");
  });

  it("find each other however often calling has failed", async () => {
    const [a = 0, b = 0] = await freePorts(2);
    const members = [member(1, a), member(2, b)];
    const server = await listening(b);
    const one = station(1, members, { runtime: HASTY });
    await one.mesh.start();
    for (let calls = 0; calls < 8; calls++) ((await once(server, "connection")) as [Socket])[0].destroy();
    await new Promise((resolve) => server.close(resolve));
    const two = station(2, members);
    await two.mesh.start();
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
  });

  it("are told of other server lines, and connected all the same", async () => {
    const [one, two] = await pair({ configHash: 1 }, { configHash: 2 });
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
    expect(one.logged.join()).toContain("server lines name other servers");
    expect(two.logged.join()).toContain("server lines name other servers");
  });

  it("need not belong to an ensemble yet", async () => {
    const [one, two] = await pair({ clusterId: () => "0".repeat(16) });
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
  });

  it("say something while they have nothing to say, and are given up when the other does not", async () => {
    const two = station(2, [member(1, 1), member(2, 0)], { silenceMs: 100 });
    await two.mesh.start();
    const wire = await shakenHands(two.mesh.port);
    await two.hears("up 1");
    for (let pings = 1; pings <= 12; pings++) {
      await wire.reads("ping", pings);
      wire.write({ type: "ping" });
    }
    expect(two.count("down 1")).toBe(0);
    await two.hears("down 1");
    expect(two.logged.join()).toContain("silent");
  });
});

describe("a member that cannot be a peer", () => {
  it("belongs to another ensemble: both sides say so", async () => {
    const [one, two] = await pair({ clusterId: () => "00000000000000bb" });
    await Promise.all([one.hears(/^refused 2: .*ensemble/), two.hears(/^refused 1: .*ensemble/)]);
    expect(one.count(/^up/) + two.count(/^up/)).toBe(0);
  });

  it("is called again, but seldom, and its refusal is told once", async () => {
    const server = await listening(0);
    const one = station(1, [member(1, 0), member(2, portOf(server))], { runtime: HASTY });
    await one.mesh.start();
    const calledAtMs: number[] = [];
    for (let calls = 0; calls < 4; calls++) {
      const wire = new Wire(((await once(server, "connection")) as [Socket])[0]);
      calledAtMs.push(HASTY.monotonicMs());
      await wire.reads("hello");
      wire.write({ type: "helloReject", reason: "no" });
      await wire.closed();
    }
    const [first = 0, second = 0] = calledAtMs;
    expect(second - first).toBeGreaterThanOrEqual(1000);
    expect(one.said).toEqual(["refused 2: no"]);
    expect(one.logged).toHaveLength(1);
  });

  it("is let in once the reason is gone", async () => {
    let clusterId = "00000000000000bb";
    const [one, two] = await pair({ clusterId: () => clusterId, runtime: HASTY });
    await one.hears(/^refused 2/);
    clusterId = ENSEMBLE;
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
  });

  it.each<[string, Hello, RegExp]>([
    ["speaks only newer versions", hello(1, 2, { protoMin: 2, protoMax: 3 }), /version 2 to 3 .* version 1: upgrade/],
    ["speaks only older versions", hello(1, 2, { protoMin: 0, protoMax: 0 }), /version 0 .* version 1: upgrade/],
    ["means another server", hello(1, 3), /this is server 2, not server 3/],
    ["is not in the configuration", hello(9, 2), /server 9 is not in the configuration of server 2/],
    ["has the same id", hello(2, 2), /two servers have the id 2/],
    ["belongs to another ensemble", hello(1, 2, { clusterId: "00000000000000bb" }), /ensemble 00000000000000bb/],
    ["is to be called, not to call", hello(4, 2), /server 2 calls server 4/],
    ["is an observer, as this one is", hello(5, 6), /are observers/],
  ])("%s", async (_, greeting, reason) => {
    const members = [1, 2, 4].map((sid) => member(sid, 1)).concat([member(5, 1, "observer"), member(6, 1, "observer")]);
    const { toSid } = greeting;
    const two = station(toSid === 6 ? 6 : 2, members, { listenPort: 0 });
    await two.mesh.start();
    const wire = await Wire.to(two.mesh.port);
    wire.write(greeting);
    expect((await wire.reads("helloReject")).reason).toMatch(reason);
    await wire.closed();
    await two.hears(new RegExp(`^refused ${greeting.fromSid}: .*${reason.source}`));
    expect(two.logged.join()).toMatch(reason);
  });

  it("is known by its greeting: who answers for another is refused by who called", async () => {
    const server = await listening(0);
    const one = station(1, [member(1, 1), member(2, portOf(server)), member(3, 1)], { listenPort: 0 });
    const accepted = once(server, "connection") as Promise<[Socket]>;
    await one.mesh.start();
    const wire = new Wire((await accepted)[0]);
    expect(await wire.reads("hello")).toMatchObject({ fromSid: 1, toSid: 2, plane: "control", protoMin: 1 });
    wire.write(hello(3, 1));
    await one.hears(/^refused 2: server 3 answers where server 1 expects server 2/);
    expect((await wire.reads("helloReject")).reason).toContain("server 3 answers");
  });

  it("is agreed with on the highest version that both speak", async () => {
    const two = station(2, [member(1, 1), member(2, 0)]);
    await two.mesh.start();
    const wire = await Wire.to(two.mesh.port);
    wire.write(hello(1, 2, { protoMin: 0, protoMax: 9 }));
    expect(await wire.reads("helloAck")).toEqual({ type: "helloAck", proto: 1 });
    wire.write({ type: "helloAck", proto: 9 });
    await wire.closed();
    expect(two.count(/^up/)).toBe(0);
  });
});

describe("bytes that no member sends", () => {
  it("close their connection, with a reason in the log, and nothing else", async () => {
    const two = station(2, [member(1, 1), member(2, 0), member(3, 1)]);
    await two.mesh.start();
    const wire = await shakenHands(two.mesh.port);
    await two.hears("up 1");
    const bad = encodePeerMessage(TOUCH);
    bad[bad.length - 1] = 9;
    wire.socket.write(Buffer.concat([encodePeerMessage(TOUCH), bad, encodePeerMessage(TOUCH)]));
    await two.hears("down 1");
    expect(two.count("1: touch")).toBe(1);
    expect(two.logged.join()).toContain("wrong checksum");
    const again = await shakenHands(two.mesh.port);
    await two.hears("up 1", 2);
    again.write(TOUCH);
    await two.hears("1: touch", 2);
  });

  it.each<[string, Buffer]>([
    ["something else altogether", Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
    ["a message before the handshake", encodePeerMessage(TOUCH)],
    ["an acknowledgement before the handshake", encodePeerMessage({ type: "helloAck", proto: 1 })],
    ["two greetings", Buffer.concat([encodePeerMessage(hello(1, 2)), encodePeerMessage(hello(1, 2))])],
    ["more than a handshake can need", encodePeerMessage({ type: "touch", sessions: Buffer.alloc(20_000) })],
  ])("never make a connection of it: %s", async (_, bytes) => {
    const two = station(2, [member(1, 1), member(2, 0)]);
    await two.mesh.start();
    const wire = await Wire.to(two.mesh.port);
    wire.socket.write(bytes);
    await wire.closed();
    await shakenHands(two.mesh.port);
    await two.hears("up 1");
    expect(two.said.filter((line) => line !== "turn")).toEqual(["up 1"]);
    expect(two.logged.join()).toContain("a stranger at the peer port");
  });

  it("are waited for only so long", async () => {
    const two = station(2, [member(1, 1), member(2, 0)], { runtime: HASTY });
    await two.mesh.start();
    const wire = await Wire.to(two.mesh.port);
    await wire.closed();
  });

  it("cannot hold more than so many connections", async () => {
    const two = station(2, [member(1, 1), member(2, 0)]);
    await two.mesh.start();
    const wires = await Promise.all(Array.from({ length: 64 }, () => Wire.to(two.mesh.port)));
    const last = await Wire.to(two.mesh.port);
    await last.closed();
    expect(wires.every(({ socket }) => !socket.destroyed)).toBe(true);
  });
});

describe("two connections of one kind", () => {
  it("are one: a restarted member's replaces the old, and its bulk connection goes with it", async () => {
    const two = station(2, [member(1, 1), member(2, 0)]);
    await two.mesh.start();
    const old = await shakenHands(two.mesh.port);
    await two.hears("up 1");
    const oldBulk = await shakenHands(two.mesh.port, { plane: "bulk" });
    oldBulk.write(CREDIT);
    await two.hears("1: snapshotCredit");
    const fresh = await shakenHands(two.mesh.port, { bootId: 5 });
    await two.hears("up 1", 2);
    await Promise.all([old.closed(), oldBulk.closed()]);
    expect(two.said.filter((line) => /up|down/.test(line))).toEqual(["up 1", "down 1", "bulk down 1", "up 1"]);
    two.mesh.send(1, TOUCH);
    await fresh.reads("touch");
  });

  it("are one: who calls again has lost the first", async () => {
    const two = station(2, [member(1, 1), member(2, 0)]);
    await two.mesh.start();
    const old = await shakenHands(two.mesh.port);
    await two.hears("up 1");
    await shakenHands(two.mesh.port);
    await two.hears("up 1", 2);
    await old.closed();
    expect(two.said.filter((line) => line !== "turn")).toEqual(["up 1", "down 1", "up 1"]);
  });

  it("are one: of two bulk calls at a time, that of the lower id counts", async () => {
    const server = await listening(0);
    const two = station(2, [member(1, portOf(server)), member(2, 0)]);
    await two.mesh.start();
    await shakenHands(two.mesh.port);
    await two.hears("up 1");
    const called = once(server, "connection") as Promise<[Socket]>;
    two.mesh.send(1, CREDIT);
    const theirs = new Wire((await called)[0]);
    await theirs.reads("hello");
    const ours = await shakenHands(two.mesh.port, { plane: "bulk" });
    await ours.reads("snapshotCredit");
    theirs.write(hello(1, 2, { plane: "bulk" }), { type: "helloAck", proto: 1 });
    await theirs.closed();
    two.mesh.send(1, { type: "snapshotGone", position: POSITION });
    await ours.reads("snapshotGone");
    expect(two.count(/^bulk down/)).toBe(0);
  });
});

describe("a member that does not read", () => {
  it("is congested, says so when it is not any more, and is given up when far too much waits", async () => {
    const two = station(2, [member(1, 1), member(2, 0)]);
    await two.mesh.start();
    const wire = await shakenHands(two.mesh.port);
    await two.hears("up 1");
    wire.socket.pause();
    const chunk: PeerMessage = { type: "touch", sessions: Buffer.alloc(1 << 20) };
    expect(two.mesh.congested(1)).toBe(false);
    for (let i = 0; i < 16; i++) two.mesh.send(1, chunk);
    expect(two.mesh.congested(1)).toBe(true);
    wire.socket.resume();
    await two.hears("drained 1");
    expect(two.mesh.congested(1)).toBe(false);
    wire.socket.pause();
    for (let i = 0; i < 34; i++) two.mesh.send(1, chunk);
    expect(two.count("down 1")).toBe(0);
    await two.hears("down 1");
    expect(two.logged.join()).toContain("bytes wait to be sent");
  });

  it("gets nothing while it is not connected, and nothing is kept for it", async () => {
    const [one, two] = await pair();
    one.mesh.send(2, TOUCH);
    one.mesh.send(2, CREDIT);
    one.mesh.send(9, TOUCH);
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
    one.mesh.send(2, read(1));
    await two.hears("1: readIndex1");
    expect(two.count(/touch|Credit/)).toBe(0);
    expect(one.mesh.congested(9)).toBe(false);
  });

  it("is told of when its bulk connection cannot be opened, or breaks", async () => {
    const [nowhere = 0] = await freePorts(1);
    const two = station(2, [member(1, nowhere), member(2, 0)]);
    await two.mesh.start();
    await shakenHands(two.mesh.port);
    await two.hears("up 1");
    two.mesh.send(1, CREDIT);
    await two.hears("bulk down 1");
    const bulk = await shakenHands(two.mesh.port, { plane: "bulk" });
    two.mesh.send(1, CREDIT);
    await bulk.reads("snapshotCredit");
    bulk.socket.destroy();
    await two.hears("bulk down 1", 2);
    expect(two.count("down 1")).toBe(0);
  });
});

describe("closing", () => {
  it("leaves nothing behind that would keep the process alive", async () => {
    const before = process.getActiveResourcesInfo().filter(isOurs).length;
    const [nowhere = 0] = await freePorts(1);
    const [one, two] = await pair();
    const lone = station(1, [member(1, 0), member(2, nowhere)]);
    await lone.mesh.start();
    await Promise.all([one.hears("up 2"), two.hears("up 1")]);
    one.mesh.send(2, CREDIT);
    await two.hears("1: snapshotCredit");
    await Wire.to(two.mesh.port);
    const said = two.said.length;
    await Promise.all([one.mesh.close(), two.mesh.close(), lone.mesh.close(), two.mesh.close()]);
    for (const cleanup of cleanups.splice(0)) await cleanup();
    expect(two.said.length).toBe(said);
    expect(process.getActiveResourcesInfo().filter(isOurs).length).toBeLessThanOrEqual(before);
  });

  it("is possible before it has started; starting where somebody listens fails", async () => {
    const one = station(1, [member(1, 0)]);
    await one.mesh.close();
    const two = station(2, [member(2, 0)]);
    await two.mesh.start();
    const three = station(3, [member(3, two.mesh.port)]);
    await expect(three.mesh.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});

function isOurs(resource: string): boolean {
  return resource.startsWith("TCP") || resource === "Timeout";
}
