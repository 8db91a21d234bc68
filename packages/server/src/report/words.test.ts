/** The texts of the four-letter words on real sockets, to the byte but for ports, ids and times. */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { JuteWriter, OpCode } from "@rookery/protocol/client";
import { openMemoryEngine } from "@rookery/storage";
import { afterEach, describe, expect, it } from "vitest";
import { type RunningServer, type ServerOptions, STATE_TABLES, startServer } from "../index.ts";
import { VERSION } from "./version.ts";

const EPHEMERAL = 1;
const PERSISTENT_RECURSIVE = 1;

describe("four-letter words of a fresh server", () => {
  it("ruok and isro are answered without a newline", async () => {
    const { port } = await start();
    expect(await ask(port, "ruok")).toBe("imok");
    expect(await ask(port, "isro")).toBe("rw");
  });

  it("srvr tells all zeros, the asking connection and five znodes", async () => {
    const { port } = await start();
    expect(await ask(port, "srvr")).toBe(
      [
        `Zookeeper version: ${VERSION}`,
        "Latency min/avg/max: 0/0.0/0",
        "Received: 1",
        "Sent: 0",
        "Connections: 1",
        "Outstanding: 0",
        "Zxid: 0x100000000",
        "Mode: standalone",
        "Node count: 5",
        "",
      ].join("\n"),
    );
  });

  it("stat lists the connections before that", async () => {
    const { port } = await start();
    const text = await ask(port, "stat");
    expect(mask(text)).toBe(
      [
        `Zookeeper version: ${VERSION}`,
        "Clients:",
        " /127.0.0.1:PORT[0](queued=0,recved=1,sent=0)",
        "",
        "Latency min/avg/max: 0/0.0/0",
        "Received: 1",
        "Sent: 0",
        "Connections: 1",
        "Outstanding: 0",
        "Zxid: 0x100000000",
        "Mode: standalone",
        "Node count: 5",
        "",
      ].join("\n"),
    );
  });

  it("conf tells the configuration, with the port in use", async () => {
    const { port } = await start({ dataFolder: "/var/lib/rookery", tickTimeMs: 500, clientPortListenBacklog: 7 });
    expect((await ask(port, "conf")).replaceAll(/Size=\d+/g, "Size=BYTES")).toBe(
      [
        `clientPort=${port}`,
        "secureClientPort=-1",
        "dataDir=/var/lib/rookery",
        "dataDirSize=BYTES",
        "dataLogDir=/var/lib/rookery",
        "dataLogSize=BYTES",
        "tickTime=500",
        "maxClientCnxns=60",
        "minSessionTimeout=1000",
        "maxSessionTimeout=10000",
        "clientPortListenBacklog=7",
        "serverId=0",
        "",
      ].join("\n"),
    );
  });

  it("cons, dump and the watch reports have their frame", async () => {
    const { port } = await start();
    expect(mask(await ask(port, "cons"))).toBe(" /127.0.0.1:PORT[0](queued=0,recved=1,sent=0)\n\n");
    expect(mask(await ask(port, "dump"))).toBe(
      [
        "SessionTracker dump:",
        "Session Sets (0)/(0):",
        "ephemeral nodes dump:",
        "Sessions with Ephemerals (0):",
        "Connections dump:",
        "Connections Sets (1)/(1):",
        "1 expire at DATE:",
        "\tip: /127.0.0.1:PORT sessionId: 0x0",
        "",
      ].join("\n"),
    );
    expect(await ask(port, "wchs")).toBe("0 connections watching 0 paths\nTotal watches:0\n");
    expect(await ask(port, "wchc")).toBe("\n");
    expect(await ask(port, "wchp")).toBe("\n");
  });

  it("dirs tells sizes, hash nothing, crst and srst that they are done", async () => {
    const { port } = await start();
    expect(await ask(port, "dirs")).toMatch(/^datadir_size: \d+\nlogdir_size: \d+\n$/);
    expect(await ask(port, "hash")).toBe("");
    expect(await ask(port, "crst")).toBe("Connection stats reset.\n");
    expect(await ask(port, "srst")).toBe("Server stats reset.\n");
  });

  it("envi tells the version first, then ZooKeeper's keys in their order", async () => {
    const { port } = await start();
    const [title, ...lines] = (await ask(port, "envi")).trimEnd().split("\n");
    expect(title).toBe("Environment:");
    expect(lines[0]).toBe(`zookeeper.version=${VERSION}`);
    expect(lines.map((line) => line.split("=", 1)[0])).toEqual([
      "zookeeper.version",
      "host.name",
      "java.version",
      "java.vendor",
      "java.home",
      "java.class.path",
      "java.library.path",
      "java.io.tmpdir",
      "java.compiler",
      "os.name",
      "os.arch",
      "os.version",
      "user.name",
      "user.home",
      "user.dir",
      "jvm.memory.free",
      "jvm.memory.max",
      "jvm.memory.total",
    ]);
    for (const line of lines.slice(-3)) expect(line).toMatch(/=\d+MB$/);
  });
});

describe("four-letter words of a server in use", () => {
  it("cons tells each session's last operation and times", async () => {
    const { port } = await start();
    const client = await Session.open(port);
    const line = async () =>
      (await ask(port, "cons")).split("\n").find((each) => each.includes(`:${client.port}[`)) ?? "";
    const times =
      "est=\\d{13},to=6000,lcxid=LCXID,lzxid=0x100000001,lresp=\\d+,llat=\\d+,minlat=\\d+,avglat=\\d+,maxlat=\\d+\\)$";
    const shape = (counts: string, operation: string, lcxid: string) =>
      new RegExp(
        `^ /127\\.0\\.0\\.1:${client.port}\\[1\\]\\(queued=0,${counts},sid=0x${client.id},lop=${operation},${times.replace("LCXID", lcxid)}`,
      );
    expect(await line()).toMatch(shape("recved=1,sent=1", "SESS", "0x0"));
    await client.call(OpCode.exists, 0x2a, (out) => {
      out.string("/");
      out.bool(false);
    });
    expect(await line()).toMatch(shape("recved=2,sent=2", "EXIS", "0x2a"));
    await client.call(OpCode.ping, -2);
    expect(await line(), "a negative xid is not remembered").toMatch(shape("recved=3,sent=3", "PING", "0x2a"));
    expect(await ask(port, "crst")).toBe("Connection stats reset.\n");
    expect((await line()).replace(/est=\d+/, "est=EST")).toBe(
      ` /127.0.0.1:${client.port}[1](queued=0,recved=0,sent=0,sid=0x${client.id},lop=NA,est=EST,to=6000,` +
        "lzxid=0xffffffffffffffff,lresp=0,llat=0,minlat=0,avglat=0,maxlat=0)",
    );
  });

  it("hash tells the digest as of every 128th zxid", async () => {
    const { port } = await start();
    const client = await Session.open(port);
    for (let n = 0; n < 256; n++) await client.create(`/n${n}`, 0);
    const lines = (await ask(port, "hash")).trimEnd().split("\n");
    for (const line of lines) expect(line).toMatch(/^[1-9a-f][0-9a-f]*[08]0: [1-9]\d{0,15}$|^80: [1-9]\d{0,15}$/);
    expect(lines.slice(-2).map((line) => line.replace(/:.*/, "").slice(-2))).toEqual(["80", "00"]);
    expect(new Set(lines.map((line) => line.split(": ")[1])).size).toBe(lines.length);
  });

  it("dump lists sessions by their true expiry, ephemerals and connections", async () => {
    const { port } = await start({ tickTimeMs: 1000, maxSessionTimeoutMs: 60_000 });
    const long = await Session.open(port, 50_000);
    const short = await Session.open(port, 2000);
    await short.create("/e", EPHEMERAL);
    const text = await ask(port, "dump");
    expect(mask(text)).toBe(
      [
        "SessionTracker dump:",
        "Session Sets (2)/(2):",
        "1 expire at DATE:",
        `\t0x${short.id}`,
        "1 expire at DATE:",
        `\t0x${long.id}`,
        "ephemeral nodes dump:",
        "Sessions with Ephemerals (1):",
        `0x${short.id}:`,
        "\t/e",
        "Connections dump:",
        "Connections Sets (3)/(3):",
        "1 expire at DATE:",
        `\tip: /127.0.0.1:PORT sessionId: 0x${short.id}`,
        "1 expire at DATE:",
        "\tip: /127.0.0.1:PORT sessionId: 0x0",
        "1 expire at DATE:",
        `\tip: /127.0.0.1:PORT sessionId: 0x${long.id}`,
        "",
      ].join("\n"),
    );
    const dates = [...text.matchAll(/expire at (.*):$/gm)].map(([, date]) => Date.parse(date as string));
    const inMs = dates.map((date) => date - Date.now());
    // Within a tick of the timeout; the text has whole seconds.
    for (const [at, timeoutMs] of [2000, 50_000].entries()) {
      expect(inMs[at]).toBeGreaterThan(timeoutMs - 1500);
      expect(inMs[at]).toBeLessThan(timeoutMs + 1500);
    }
  });

  it("wchs, wchc and wchp know the data watches and not those for children", async () => {
    const { port } = await start();
    const client = await Session.open(port);
    await client.watch(OpCode.getData, "/zookeeper");
    await client.watch(OpCode.exists, "/none");
    await client.watch(OpCode.getChildren, "/");
    await client.call(OpCode.addWatch, 9, (out) => {
      out.string("/deep");
      out.int(PERSISTENT_RECURSIVE);
    });
    expect(await ask(port, "wchs")).toBe("1 connections watching 3 paths\nTotal watches:3\n");
    expect(await ask(port, "wchc")).toBe(`0x${client.id}\n\t/zookeeper\n\t/none\n\t/deep\n\n`);
    expect(await ask(port, "wchp")).toBe(
      `/zookeeper\n\t0x${client.id}\n/none\n\t0x${client.id}\n/deep\n\t0x${client.id}\n\n`,
    );
    expect(await metrics(port)).toMatchObject({ zk_watch_count: "4" });
  });

  it("srvr's and mntr's counts move as their names say", async () => {
    const { port } = await start();
    const client = await Session.open(port);
    await client.watch(OpCode.exists, "/e");
    await client.create("/e", EPHEMERAL);
    await client.create("/e", EPHEMERAL);
    expect(await ask(port, "srvr")).toMatch(
      /\nReceived: 5\nSent: 5\nConnections: 2\nOutstanding: 0\nZxid: 0x100000003\nMode: standalone\nNode count: 6\n$/,
    );
    expect(await metrics(port)).toMatchObject({
      zk_version: VERSION,
      zk_server_state: "standalone",
      zk_num_alive_connections: "2",
      zk_znode_count: "6",
      zk_ephemerals_count: "1",
      zk_global_sessions: "1",
      zk_local_sessions: "0",
      zk_watch_count: "0",
      zk_approximate_data_size: "46",
      zk_connection_drop_probability: "0.0",
      zk_connection_request_count: "1",
      zk_op_count_total: "4",
      zk_op_count_create: "2",
      zk_op_count_create_session: "1",
      zk_op_count_exists: "1",
      zk_avg_node_created_watch_count: "1.0",
      zk_cnt_node_created_watch_count: "1",
      zk_sum_node_created_watch_count: "1",
      zk_cnt_node_deleted_watch_count: "0",
      zk_cnt_readlatency: "1",
      zk_cnt_updatelatency: "3",
      // A header, the event's type and state, its path.
      zk_watch_bytes: "30",
      // exists on an absent znode, create, create on an existing one.
      zk_response_bytes: "54",
      zk_min_client_response_size: "16",
      zk_max_client_response_size: "30",
      zk_cnt_dbinittime: "1",
    });
    expect(await ask(port, "srst")).toBe("Server stats reset.\n");
    expect(await metrics(port)).toMatchObject({
      zk_packets_received: "1",
      zk_packets_sent: "1",
      zk_znode_count: "6",
      zk_op_count_total: "0",
      zk_cnt_updatelatency: "0",
      zk_sum_node_created_watch_count: "0",
      zk_watch_bytes: "0",
      zk_response_bytes: "0",
      zk_max_client_response_size: "-1",
      zk_cnt_dbinittime: "0",
    });
  });

  it("mntr sums quotas by the first name of their paths", async () => {
    const { port } = await start({ enforceQuota: true });
    const client = await Session.open(port);
    for (const path of ["/a", "/a/b", "/a/c", "/zookeeper/quota/a", "/zookeeper/quota/a/b", "/zookeeper/quota/a/c"]) {
      await client.create(path);
    }
    await client.create("/zookeeper/quota/a/b/zookeeper_limits", 0, "count=5,bytes=100");
    await client.create("/zookeeper/quota/a/b/zookeeper_stats", 0, "count=0,bytes=0");
    await client.create("/zookeeper/quota/a/c/zookeeper_limits", 0, "count=9,bytes=-1;countHardLimit=2");
    await client.create("/zookeeper/quota/a/c/zookeeper_stats", 0, "count=0,bytes=0");
    await client.create("/a/b/x", 0, "1234");
    await client.create("/a/c/x");
    await client.create("/a/c/y");
    expect(await metrics(port)).toMatchObject({
      zk_a_quota_count_limit_per_namespace: "7",
      zk_a_quota_bytes_limit_per_namespace: "99",
      zk_a_quota_count_usage_per_namespace: "4",
      zk_a_quota_bytes_usage_per_namespace: "4",
      zk_a_quota_exceeded_error_per_namespace: "1",
    });
  });

  it("mntr has every key of ZooKeeper 3.9.5, with values of the same form, and those added since", async () => {
    const { port } = await start();
    const text = await ask(port, "mntr");
    const names = text
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t", 1)[0] as string);
    expect(names.slice(0, 3)).toEqual(["zk_version", "zk_server_state", "zk_avg_latency"]);
    expect(new Set(names).size).toBe(names.length);
    const golden = readFileSync(new URL("../../test/golden/mntr-keys-zookeeper-3.9.5.txt", import.meta.url), "utf8");
    const reference = new Set(golden.trimEnd().split("\n"));
    expect([...reference].filter((name) => !names.includes(name))).toEqual([]);
    const added = names.filter((name) => !reference.has(name) && !name.startsWith("zk_op_count_"));
    expect(added.sort()).toEqual(["zk_ttl_node_created_count", "zk_ttl_node_deleted_count"]);
    expect(names.filter((name) => name.startsWith("zk_op_count_")).length).toBe(24);
    for (const [name, value] of Object.entries(await metrics(port))) {
      if (name === "zk_version" || name === "zk_server_state") continue;
      const isDouble = name.startsWith("zk_avg_") || name === "zk_connection_drop_probability";
      expect(value, name).toMatch(isDouble ? /^\d+\.\d+$/ : /^-?\d+$/);
    }
  });
});

describe("four-letter words and the connection", () => {
  it("ignores what stands behind a word, and takes it letter by letter", async () => {
    const { port } = await start();
    expect(await ask(port, "ruok\r\nmntr")).toBe("imok");
    const socket = connect(port, "127.0.0.1");
    for (const letter of "ruok") {
      socket.write(letter);
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(await allOf(socket)).toBe("imok");
  });

  it("answers a peer that has closed its half already", async () => {
    const { port } = await start();
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    socket.end("ruok");
    expect(await allOf(socket)).toBe("imok");
  });

  it("answers nothing to an unknown word, to upper case and to telnet's farewell", async () => {
    const { port } = await start();
    for (const word of ["help", "RUOK", "GET ", "\xff\xf4\xff\xfd"]) {
      expect(await ask(port, Buffer.from(word, "latin1"))).toBe("");
    }
  });

  it("gtmk tells the trace mask that stmk has set, a signed number", async () => {
    const { port } = await start();
    expect(await ask(port, "gtmk")).toBe("306");
    expect(await ask(port, stmk("0000000000000012"))).toBe("18");
    expect(await ask(port, "gtmk")).toBe("18");
    expect(await ask(port, stmk("ffffffffffffffff"))).toBe("-1");
    const parts = connect(port, "127.0.0.1");
    parts.write(stmk("0000000000000013").subarray(0, 7));
    await new Promise((done) => setTimeout(done, 10));
    parts.write(stmk("0000000000000013").subarray(7));
    expect(await allOf(parts)).toBe("19");
  });

  it("answers nothing to stmk without all of its mask, once the peer stops or for too long", async () => {
    const { port } = await start({ sessionlessTimeoutMs: 200 });
    const ended = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    ended.end(stmk("0000000000000012").subarray(0, 11));
    expect(await allOf(ended)).toBe("");
    expect(await ask(port, "stmk")).toBe("");
    expect(await ask(port, "gtmk")).toBe("306");
  });

  it("refuses by name what is not in the whitelist, stmk without waiting, and srvr never", async () => {
    const { port } = await start({ fourLetterWords: ["ruok"] });
    for (const word of ["stat", "mntr", "isro", "stmk", "hash"]) {
      expect(await ask(port, word)).toBe(`${word} is not executed because it is not in the whitelist.\n`);
    }
    expect(await ask(port, "ruok")).toBe("imok");
    expect(await ask(port, "srvr")).toMatch(/^Zookeeper version: /);
  });
});

const running: RunningServer[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of running.splice(0)) await server.stop();
});

async function start(options: Partial<ServerOptions> = {}): Promise<{ readonly port: number }> {
  const engine = openMemoryEngine({ tables: STATE_TABLES });
  const server = await startServer(engine, { clientPort: 0, fourLetterWords: "*", ...options });
  running.push(server);
  return server.address;
}

async function ask(port: number, word: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(word);
  return await allOf(socket);
}

async function allOf(socket: Socket): Promise<string> {
  sockets.push(socket);
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise<void>((resolve) => {
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.on("end", () => {
      socket.end();
      resolve();
    });
  });
  return Buffer.concat(chunks).toString("utf8");
}

async function metrics(port: number): Promise<Record<string, string>> {
  const lines = (await ask(port, "mntr")).trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => line.split("\t") as [string, string]));
}

function mask(text: string): string {
  return text.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT").replaceAll(/expire at .*:$/gm, "expire at DATE:");
}

function stmk(mask: string): Buffer {
  return Buffer.concat([Buffer.from("stmk"), Buffer.from(mask, "hex")]);
}

/** As much of a client as these tests need: one request at a time, replies unread but for their arrival. */
class Session {
  readonly id: string;
  readonly port: number;
  private readonly socket: Socket;
  private readonly frames: AsyncIterator<Buffer>;

  static async open(port: number, timeoutMs = 6000): Promise<Session> {
    const socket = connect(port, "127.0.0.1");
    sockets.push(socket);
    const frames = framesOf(socket);
    socket.write(
      frame((out) => {
        out.int(0);
        out.long(0n);
        out.int(timeoutMs);
        out.long(0n);
        out.buffer(Buffer.alloc(16));
        out.bool(false);
      }),
    );
    const { value } = await frames.next();
    return new Session(socket, frames, (value as Buffer).readBigUInt64BE(8));
  }

  private constructor(socket: Socket, frames: AsyncIterator<Buffer>, id: bigint) {
    this.socket = socket;
    this.frames = frames;
    this.id = id.toString(16);
    this.port = socket.localPort as number;
  }

  /** Resolves when the reply to this xid has come; events before it are passed over. */
  async call(opcode: number, xid: number, body: (out: JuteWriter) => void = () => {}): Promise<void> {
    this.socket.write(
      frame((out) => {
        out.int(xid);
        out.int(opcode);
        body(out);
      }),
    );
    for (;;) {
      const { value, done } = await this.frames.next();
      if (done === true) throw new Error("closed instead of a reply");
      if (value.readInt32BE(0) === xid) return;
    }
  }

  create(path: string, flags = 0, data = ""): Promise<void> {
    return this.call(OpCode.create, 1, (out) => {
      out.string(path);
      out.buffer(Buffer.from(data));
      out.int(1);
      out.int(31);
      out.string("world");
      out.string("anyone");
      out.int(flags);
    });
  }

  watch(opcode: number, path: string): Promise<void> {
    return this.call(opcode, 1, (out) => {
      out.string(path);
      out.bool(true);
    });
  }
}

function frame(body: (out: JuteWriter) => void): Buffer {
  const out = new JuteWriter();
  const start = out.beginFrame();
  body(out);
  out.endFrame(start);
  return out.take();
}

async function* framesOf(socket: Socket): AsyncGenerator<Buffer, undefined> {
  let held = Buffer.alloc(0);
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    held = Buffer.concat([held, chunk]);
    while (held.length >= 4 && held.length >= 4 + held.readInt32BE(0)) {
      const end = 4 + held.readInt32BE(0);
      yield held.subarray(4, end);
      held = held.subarray(end);
    }
  }
  return undefined;
}
