/** Four-letter words. Specification §2.7 and §10. Operators' scripts and other clients parse these texts. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import {
  addWatch,
  create,
  exists,
  FLAGS,
  getChildren,
  getData,
  ping,
  type Request,
  setData,
  WATCH_MODE,
} from "../src/requests.ts";
import { fourLetterWord, TARGET } from "../src/server.ts";

const test = testOn("main");
const bare = testOn("bare");

const hex = (id: bigint) => `0x${BigInt.asUintN(64, id).toString(16)}`;

/** Lines of a text that ends in a newline. */
function lines(text: string): string[] {
  expect(text.endsWith("\n"), "the last line is ended as well").toBe(true);
  return text.slice(0, -1).split("\n");
}

function values(text: string, separator: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      const at = line.indexOf(separator);
      return [line.slice(0, at), line.slice(at + separator.length)];
    }),
  );
}

const VERSION_LINE =
  /^[A-Za-z0-9.-]+-[A-Za-z0-9.-]+, built on (\d{4}-\d\d-\d\d|\d\d\/\d\d\/\d{4}) \d\d:\d\d [A-Za-z0-9:+-]+$/;

describe("four-letter words", () => {
  test("ruok is answered with imok and nothing more", async ({ server }) => {
    expect(await fourLetterWord(server.port, "ruok")).toBe("imok");
  });

  test("isro is answered with rw and nothing more", async ({ server }) => {
    expect(await fourLetterWord(server.port, "isro")).toBe("rw");
  });

  test("a newline and more behind the word are ignored", async ({ server }) => {
    expect(await fourLetterWord(server.port, "ruok\n")).toBe("imok");
    expect(await fourLetterWord(server.port, "ruok\r\nmntr")).toBe("imok");
  });

  test("the word may come letter by letter", async ({ open }) => {
    const connection = await open();
    for (const letter of "ruok") await new Promise((sent) => connection.socket.write(letter, sent));
    expect(await connection.text()).toBe("imok");
  });

  test("an unknown word closes the connection silently", async ({ server }) => {
    for (const word of ["help", "RUOK", "abcd", "quit"]) expect(await fourLetterWord(server.port, word)).toBe("");
  });

  test("srvr tells version, latency, counts, zxid, mode and znodes", async ({ server, c, root }) => {
    const { zxid } = await c.call(setData(root, "x"));
    const text = lines(await fourLetterWord(server.port, "srvr"));
    const shape = [
      /^Zookeeper version: /,
      /^Latency min\/avg\/max: \d+\/\d+(\.\d{1,4})\/\d+$/,
      /^Received: \d+$/,
      /^Sent: \d+$/,
      /^Connections: \d+$/,
      /^Outstanding: \d+$/,
      /^Zxid: 0x[0-9a-f]+$/,
      /^Mode: standalone$/,
      /^Node count: \d+$/,
    ];
    expect(text.length).toBe(shape.length);
    for (const [n, line] of text.entries()) expect(line).toMatch(shape[n] as RegExp);
    expect(text[0]?.slice("Zookeeper version: ".length)).toMatch(VERSION_LINE);
    if (TARGET === "zookeeper") expect(text[0]).toContain(" 3.9.5-");
    expect(text[6]).toBe(`Zxid: 0x${zxid.toString(16)}`);
    expect(Number(text[4]?.slice("Connections: ".length))).toBeGreaterThanOrEqual(2);
  });

  test("the Node count of a fresh server is 5, and grows with each znode", async ({ throwaway }) => {
    const server = await throwaway();
    expect(await fourLetterWord(server.port, "srvr")).toContain("Node count: 5\n");
    const client = await Client.open(server.port);
    await client.ok(create("/a"));
    await client.ok(create("/a/b"));
    expect(await fourLetterWord(server.port, "srvr")).toContain("Node count: 7\n");
    client.abandon();
  });

  test("Received and Sent count frames", async ({ server, c }) => {
    const count = async () => {
      const text = await fourLetterWord(server.port, "srvr");
      return [/Received: (\d+)/, /Sent: (\d+)/].map((each) => Number(each.exec(text)?.[1]));
    };
    const [received = 0, sent = 0] = await count();
    await c.pipeline(...Array.from({ length: 20 }, () => ping));
    const [receivedAfter = 0, sentAfter = 0] = await count();
    expect(receivedAfter - received).toBeGreaterThanOrEqual(20);
    expect(receivedAfter - received).toBeLessThan(25);
    expect(sentAfter - sent).toBeGreaterThanOrEqual(20);
    expect(sentAfter - sent).toBeLessThan(25);
  });

  test("stat lists the connections between version and latency", async ({ server, c }) => {
    await c.call(ping);
    const text = lines(await fourLetterWord(server.port, "stat"));
    expect(text[0]).toMatch(/^Zookeeper version: /);
    expect(text[1]).toBe("Clients:");
    const end = text.indexOf("", 2);
    const clients = text.slice(2, end);
    for (const line of clients) {
      expect(line).toMatch(/^ \/127\.0\.0\.1:\d+\[[0-9a-f]+\]\(queued=\d+,recved=\d+,sent=\d+\)$/);
    }
    const mine = ` /127.0.0.1:${c.connection.socket.localPort}[1](queued=0,recved=2,sent=2)`;
    expect(clients).toContain(mine);
    expect(
      clients.some((line) => line.includes("[0](")),
      "the asking connection is there too",
    ).toBe(true);
    expect(text[end + 1]).toMatch(/^Latency min\/avg\/max: /);
    expect(text.at(-1)).toMatch(/^Node count: /);
  });

  test("cons tells of each connection its session, last operation and times", async ({ server, c, root }) => {
    const { zxid } = await c.call(getData(root));
    const text = await fourLetterWord(server.port, "cons");
    expect(text.endsWith("\n\n")).toBe(true);
    const mine = lines(text).find((line) => line.includes(`:${c.connection.socket.localPort}[`)) ?? "";
    const fields = new RegExp(
      `^ /127\\.0\\.0\\.1:\\d+\\[1\\]\\(queued=0,recved=(\\d+),sent=\\1,sid=${hex(c.id)},lop=GETD,est=\\d{13},to=10000,` +
        `lcxid=0x2,lzxid=0x${zxid.toString(16)},lresp=-?\\d+,llat=\\d+,minlat=\\d+,avglat=\\d+,maxlat=\\d+\\)$`,
    );
    expect(mine).toMatch(fields);
  });

  test("the last operation in cons has its own letters for each kind", async ({ server, c, root }) => {
    const lop = async () => {
      const text = await fourLetterWord(server.port, "cons");
      const mine = text.split("\n").find((line) => line.includes(`sid=${hex(c.id)},`)) ?? "";
      return /lop=(\w+)/.exec(mine)?.[1];
    };
    const seen: Record<string, string | undefined> = {};
    const requests: Record<string, Request<unknown>> = {
      create: create(`${root}/a`),
      setData: setData(root, ""),
      exists: exists(root),
      getChildren: getChildren(root),
      ping,
    };
    for (const [name, request] of Object.entries(requests)) {
      await c.call(request);
      seen[name] = await lop();
    }
    expect(seen).toEqual({ create: "CREA", setData: "SETD", exists: "EXIS", getChildren: "GETC", ping: "PING" });
  });

  test("conf tells the configuration", async ({ server }) => {
    const conf = values(await fourLetterWord(server.port, "conf"), "=");
    expect(Object.keys(conf)).toEqual([
      "clientPort",
      "secureClientPort",
      "dataDir",
      "dataDirSize",
      "dataLogDir",
      "dataLogSize",
      "tickTime",
      "maxClientCnxns",
      "minSessionTimeout",
      "maxSessionTimeout",
      "clientPortListenBacklog",
      "serverId",
    ]);
    expect(conf).toMatchObject({
      clientPort: `${server.port}`,
      secureClientPort: "-1",
      tickTime: "500",
      maxClientCnxns: "0",
      minSessionTimeout: "1000",
      maxSessionTimeout: "20000",
      clientPortListenBacklog: "-1",
      serverId: "0",
    });
    expect(conf.dataDirSize).toMatch(/^\d+$/);
    expect(conf.dataLogSize).toMatch(/^\d+$/);
  });

  test("mntr tells keys and values, each with its tab", async ({ server, c, root }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    const text = await fourLetterWord(server.port, "mntr");
    for (const line of lines(text)) expect(line).toMatch(/^zk_\S+\t.+$/);
    const mntr = values(text, "\t");
    expect(mntr.zk_version).toMatch(VERSION_LINE);
    expect(mntr.zk_server_state).toBe("standalone");
    expect(lines(text)[0]).toMatch(/^zk_version\t/);
    const integers = [
      "max_latency",
      "min_latency",
      "packets_received",
      "packets_sent",
      "num_alive_connections",
      "outstanding_requests",
      "uptime",
      "znode_count",
      "watch_count",
      "ephemerals_count",
      "approximate_data_size",
      "global_sessions",
      "local_sessions",
      "open_file_descriptor_count",
      "max_file_descriptor_count",
      "last_client_response_size",
      "max_client_response_size",
      "min_client_response_size",
    ];
    for (const key of integers) expect(mntr[`zk_${key}`], key).toMatch(/^-?\d+$/);
    expect(mntr.zk_avg_latency).toMatch(/^\d+\.\d+$/);
    expect(Number(mntr.zk_ephemerals_count)).toBeGreaterThanOrEqual(1);
    expect(Number(mntr.zk_num_alive_connections)).toBeGreaterThanOrEqual(1);
    expect(Number(mntr.zk_global_sessions)).toBeGreaterThanOrEqual(1);
  });

  test("mntr counts operations by their kind", async ({ server, c, root }) => {
    const count = async () =>
      Number(values(await fourLetterWord(server.port, "mntr"), "\t").zk_op_count_get_data ?? "NaN");
    const before = await count();
    await c.pipeline(getData(root), getData(root), getData(root));
    expect((await count()) - before).toBe(differs("operationCounts", { zookeeper: Number.NaN, rookery: 3 }));
  });

  test("mntr's counts move as their names say", async ({ server, c, root }) => {
    const read = async () => {
      const mntr = values(await fourLetterWord(server.port, "mntr"), "\t");
      return ["watch_count", "znode_count", "ephemerals_count"].map((key) => Number(mntr[`zk_${key}`]));
    };
    const before = await read();
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    await c.pipeline(getData(root, true), getChildren(root, true));
    const after = await read();
    expect(after.map((value, n) => value - (before[n] ?? 0))).toEqual([2, 1, 1]);
  });

  test("wchs counts the data watches", async ({ throwaway }) => {
    const server = await throwaway();
    expect(await fourLetterWord(server.port, "wchs")).toBe("0 connections watching 0 paths\nTotal watches:0\n");
    const [a, b] = [await Client.open(server.port), await Client.open(server.port)];
    await a.pipeline(getData("/", true), exists("/none", true), getChildren("/", true));
    await b.pipeline(getData("/", true));
    expect(await fourLetterWord(server.port, "wchs")).toBe("2 connections watching 2 paths\nTotal watches:3\n");
    a.abandon();
    b.abandon();
  });

  test("wchc and wchp list the data watches by session and by path", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.pipeline(getData("/", true), getChildren("/zookeeper", true));
    expect(await fourLetterWord(server.port, "wchc")).toBe(`${hex(client.id)}\n\t/\n\n`);
    expect(await fourLetterWord(server.port, "wchp")).toBe(`/\n\t${hex(client.id)}\n\n`);
    client.abandon();
  });

  test("wchp knows persistent watches too", async ({ server, c, root }) => {
    await c.pipeline(addWatch(`${root}/p`, WATCH_MODE.persistent), addWatch(`${root}/r`, WATCH_MODE.recursive));
    const text = await fourLetterWord(server.port, "wchp");
    expect(text).toContain(`${root}/p\n\t${hex(c.id)}\n`);
    expect(text).toContain(`${root}/r\n\t${hex(c.id)}\n`);
  });

  test("dump lists sessions, their ephemerals and connections", async ({ server, connect, root }) => {
    const owner = await connect();
    await owner.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    const text = await fourLetterWord(server.port, "dump");
    const date = "\\w{3} \\w{3} \\d\\d \\d\\d:\\d\\d:\\d\\d \\S+ \\d{4}";
    const parts = [
      /^SessionTracker dump:\nSession Sets \(\d+\)\/\(\d+\):\n/,
      new RegExp(`\n\\d+ expire at ${date}:\n`),
      new RegExp(`\n\t${hex(owner.id)}\n`),
      /\nephemeral nodes dump:\nSessions with Ephemerals \(\d+\):\n/,
      new RegExp(`\n${hex(owner.id)}:\n\t${root}/e\n`),
      /\nConnections dump:\nConnections Sets \(\d+\)\/\(\d+\):\n/,
      new RegExp(`\n\tip: /127\\.0\\.0\\.1:${owner.connection.socket.localPort} sessionId: ${hex(owner.id)}\n`),
    ];
    for (const part of parts) expect(text).toMatch(part);
  });

  test("envi tells the environment, the version first", async ({ server }) => {
    const text = lines(await fourLetterWord(server.port, "envi"));
    expect(text[0]).toBe("Environment:");
    expect(text[1]).toMatch(/^zookeeper\.version=\d+(\.\d+)+/);
    const keys = text.slice(1).map((line) => line.split("=", 1)[0]);
    const memory = differs("envi", { zookeeper: "os.memory", rookery: "jvm.memory" });
    for (const key of [`${memory}.free`, `${memory}.max`, `${memory}.total`]) expect(keys).toContain(key);
    for (const key of ["host.name", "os.name", "os.arch", "user.name", "user.home", "user.dir"]) {
      expect(keys).toContain(key);
    }
  });

  test("dirs tells the sizes of both folders", async ({ server }) => {
    expect(await fourLetterWord(server.port, "dirs")).toMatch(/^datadir_size: \d+\nlogdir_size: \d+\n$/);
  });

  test("srst and crst reset what they say", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.pipeline(...Array.from({ length: 50 }, () => getData("/")));
    expect(await fourLetterWord(server.port, "srst")).toBe("Server stats reset.\n");
    expect(Number(/Received: (\d+)/.exec(await fourLetterWord(server.port, "srvr"))?.[1])).toBeLessThan(10);
    expect(await fourLetterWord(server.port, "crst")).toBe("Connection stats reset.\n");
    expect(await fourLetterWord(server.port, "cons")).toMatch(
      new RegExp(`:${client.connection.socket.localPort}\\[1\\]\\(queued=0,recved=0,sent=0,`),
    );
    client.abandon();
  });

  test("gtmk and stmk tell and set the trace mask", async ({ throwaway }) => {
    const server = await throwaway();
    expect(await fourLetterWord(server.port, "gtmk")).toBe("306");
    const mask = Buffer.concat([Buffer.from("stmk"), Buffer.from("0000000000000012", "hex")]);
    expect(await fourLetterWord(server.port, mask)).toBe("18");
    expect(await fourLetterWord(server.port, "gtmk")).toBe("18");
  });

  test("hash lists digests of the tree, one a line", async ({ server }) => {
    const text = await fourLetterWord(server.port, "hash");
    expect(text).toMatch(differs("hash", { zookeeper: /^([0-9a-f]+: \d+\n)*$/, rookery: /^([0-9a-f]+: \d+\n)*$/ }));
  });
});

describe("without a whitelist", () => {
  bare("srvr is answered", async ({ server }) => {
    expect(await fourLetterWord(server.port, "srvr")).toMatch(/^Zookeeper version: /);
  });

  bare("other words are refused by name", async ({ server }) => {
    for (const word of ["stat", "cons", "dump", "wchp", "conf"]) {
      expect(await fourLetterWord(server.port, word)).toBe(
        `${word} is not executed because it is not in the whitelist.\n`,
      );
    }
  });

  bare("which words are answered beside srvr", async ({ server }) => {
    const answered: string[] = [];
    for (const word of ["ruok", "mntr", "isro"]) {
      if (!(await fourLetterWord(server.port, word)).includes("not in the whitelist")) answered.push(word);
    }
    expect(answered).toEqual(differs("whitelist", { zookeeper: [], rookery: ["ruok", "mntr", "isro"] }));
  });
});
