/** Clients that are broken, rude or hostile, and what they must not do to the others. */

import { describe, expect } from "vitest";
import { Chance, mutate } from "../src/chance.ts";
import { Client, Connection, connectRequest, framed, readConnectResponse } from "../src/client.ts";
import { testOn } from "../src/fixtures.ts";
import { Out } from "../src/jute.ts";
import {
  addWatch,
  auth,
  check,
  checkWatches,
  closeSession,
  create,
  create2,
  createContainer,
  createTtl,
  exists,
  FLAGS,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getChildren2,
  getData,
  getEphemerals,
  multi,
  multiRead,
  OP,
  OPEN,
  ping,
  type Request,
  reconfig,
  remove,
  removeWatches,
  sasl,
  setAcl,
  setData,
  setWatches,
  setWatches2,
  sync,
  whoAmI,
} from "../src/requests.ts";
import { fourLetterWord, residentBytes, type Server, TARGET } from "../src/server.ts";

const test = testOn("main");

const MEGABYTE = 1 << 20;
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_122);

/** Valid requests for mutations to begin with. They stay away from what the fuzz must leave intact. */
const VALID: readonly Request<unknown>[] = [
  create("/fuzz/a", { data: "data" }),
  create("/fuzz/s-", { flags: FLAGS.ephemeralSequential }),
  create2("/fuzz/b", { acl: [{ perms: 31, scheme: "digest", id: "a:b" }] }),
  createContainer("/fuzz/c"),
  createTtl("/fuzz/t", 60_000n),
  remove("/fuzz/a"),
  exists("/fuzz/a", true),
  getData("/fuzz", true),
  setData("/fuzz", "x"),
  getAcl("/fuzz"),
  setAcl("/fuzz", OPEN),
  getChildren("/fuzz", true),
  getChildren2("/fuzz"),
  getAllChildrenNumber("/fuzz"),
  getEphemerals("/fuzz"),
  sync("/fuzz"),
  check("/fuzz"),
  ping,
  whoAmI,
  closeSession,
  auth("digest", "a:b"),
  sasl(Buffer.from("token")),
  reconfig({ joining: "server.2=localhost:1:2;3" }),
  addWatch("/fuzz", 1),
  checkWatches("/fuzz", 3),
  removeWatches("/fuzz", 3),
  setWatches(0n, { data: ["/fuzz"], exist: ["/fuzz/z"], child: ["/fuzz"] }),
  setWatches2(0n, { data: ["/fuzz"], persistent: ["/fuzz"], recursive: ["/fuzz"] }),
  multi([create("/fuzz/m"), setData("/fuzz/m", "x"), check("/fuzz/m", 1), remove("/fuzz/m")]),
  multi([check("/fuzz/none")]),
  multiRead([getData("/fuzz"), getChildren("/fuzz")]),
];

describe("any bytes on the port", () => {
  test("leave the server serving and what it stores intact", { timeout: 90_000 }, async ({ throwaway }) => {
    const server = await throwaway();
    const witness = await Client.open(server.port, { timeoutMs: 20_000 });
    const kept = await store(witness);
    const chance = new Chance(SEED);
    await witness.ok(create("/fuzz"));

    for (let round = 0; round < 150; round++) {
      await afterHandshake(server, chance, round);
      await beforeHandshake(server, chance, round);
      await withoutFrames(server, chance);
      if (round % 10 === 0) expect((await witness.call(ping)).err, `seed ${SEED} round ${round}`).toBe("OK");
    }

    expect(server.isRunning).toBe(true);
    expect(await load(witness)).toEqual(kept);
    const fresh = await Client.open(server.port);
    expect(await fresh.err(create("/fuzz/after", { flags: FLAGS.ephemeral }))).toMatch(/OK|NOAUTH|NONODE/);
    expect(await fresh.err(setData("/kept", "still writable"))).toBe("OK");
    await fresh.ok(setData("/kept", ""));
    expect(await fourLetterWord(server.port, "ruok")).toBe("imok");
    if (TARGET === "rookery") expect(residentBytes(server.pid)).toBeLessThan(500 * MEGABYTE);
    fresh.abandon();

    const before = await load(witness);
    await server.kill();
    await server.start();
    const again = await Client.open(server.port, witness.renewal());
    expect(await load(again), "after a restart too").toEqual(before);
    again.abandon();
  });

  test("connections that come and go leave none behind", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const chance = new Chance(SEED);
    for (let n = 0; n < 300; n++) {
      const connection = await Connection.open(server.port);
      if (chance.below(3) > 0) {
        connection.frame(connectRequest({ timeoutMs: 1000 }));
        if (chance.below(2) === 0) await connection.next();
      }
      connection.destroy();
    }
    const connections = async () => Number(/Connections: (\d+)/.exec(await fourLetterWord(server.port, "srvr"))?.[1]);
    const deadline = Date.now() + 5000;
    while ((await connections()) > 2 && Date.now() < deadline) await client.call(ping);
    expect(await connections(), "this client's and the one that asks").toBeLessThanOrEqual(2);
    client.abandon();
  });
});

const rookeryOnly = test.runIf(TARGET === "rookery");

describe("memory and other clients", () => {
  rookeryOnly(
    "a client that sends reads and never takes the answers costs little memory and nobody's time",
    async ({ throwaway }) => {
      const server = await throwaway();
      const client = await Client.open(server.port);
      await client.ok(create("/big", { data: Buffer.alloc(100_000, 0x61) }));
      const before = residentBytes(server.pid);
      const rude = await Promise.all(Array.from({ length: 5 }, () => rudeClient(server)));
      for (const each of rude) each.send(...Array.from({ length: 3000 }, () => getData("/big")));
      const most = await highestMemory(server, client, 3000);
      expect((most - before) / MEGABYTE, "megabytes more than before, where the answers have 1500").toBeLessThan(350);
      for (const each of rude) each.abandon();
      expect(await client.isServed()).toBe(true);
    },
  );

  rookeryOnly("one that takes them at last gets all of them in order, or was cut off", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.ok(create("/big", { data: Buffer.alloc(100_000, 0x61) }));
    const slow = await rudeClient(server);
    slow.send(...Array.from({ length: 1000 }, () => getData("/big")));
    await highestMemory(server, client, 1000);
    slow.connection.socket.resume();
    let answered = 0;
    try {
      while (answered < 1000) {
        expect((await slow.reply()).err).toBe("OK");
        answered += 1;
      }
    } catch (error) {
      expect(slow.connection.isClosed, `${answered} answers, then ${String(error)}`).toBe(true);
    }
    slow.abandon();
    client.abandon();
  });

  rookeryOnly("a client that watches and never reads does not hold what happened forever", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const path = `/${"long".repeat(2500)}`;
    await client.ok(create(path));
    const rude = await rudeClient(server);
    rude.send(addWatch(path, 0));
    const before = residentBytes(server.pid);
    let most = 0;
    for (let burst = 0; burst < 80; burst++) {
      const replies = await client.pipeline(...Array.from({ length: 100 }, () => setData(path, "x")));
      expect(replies.every(({ err }) => err === "OK")).toBe(true);
      most = Math.max(most, residentBytes(server.pid));
    }
    expect((most - before) / MEGABYTE, "megabytes more than before").toBeLessThan(350);
    rude.abandon();
    client.abandon();
  });

  rookeryOnly("a client that sends large writes as fast as it can costs little memory", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.ok(create("/x"));
    const fast = await Client.open(server.port);
    const before = residentBytes(server.pid);
    const refused = setData("/x", Buffer.alloc(1_000_000), 99);
    for (let n = 0; n < 300; n++) fast.send(refused);
    const most = await highestMemory(server, client, 1500);
    for (let n = 0; n < 300; n++) expect((await fast.reply()).err).toBe("BADVERSION");
    expect((most - before) / MEGABYTE, "megabytes more than before, where the requests have 300").toBeLessThan(250);
    fast.abandon();
    client.abandon();
  });

  test("a client that sends many small writes at once does not keep the others waiting", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.ok(create("/x"));
    const fast = await Client.open(server.port);
    const count = 20_000;
    fast.send(...Array.from({ length: count }, () => setData("/x", "x")));
    let longest = 0;
    for (let n = 0; n < 20; n++) {
      const since = performance.now();
      await client.ok(getData("/x"));
      longest = Math.max(longest, performance.now() - since);
    }
    for (let n = 1; n <= count; n++) expect(((await fast.reply()).value as { version: number }).version).toBe(n);
    expect(longest, "milliseconds for a read").toBeLessThan(2000);
    fast.abandon();
    client.abandon();
  });
});

/** A client whose socket is not read from any more. */
async function rudeClient(server: Server): Promise<Client> {
  const client = await Client.open(server.port);
  client.connection.socket.pause();
  return client;
}

/** The most memory the server holds in a while, in which another client's pings are answered soon. */
async function highestMemory(server: Server, client: Client, forMs: number): Promise<number> {
  let most = 0;
  for (const end = Date.now() + forMs; Date.now() < end; ) {
    await client.call(ping, 2000);
    most = Math.max(most, residentBytes(server.pid));
    await new Promise((later) => setTimeout(later, 25));
  }
  return most;
}

async function store(client: Client): Promise<unknown> {
  await client.ok(create("/kept"));
  for (let n = 0; n < 30; n++) await client.ok(create(`/kept/${n}`, { data: `value ${n}` }));
  await client.ok(create("/kept/e", { flags: FLAGS.ephemeral }));
  return load(client);
}

async function load(client: Client): Promise<unknown> {
  const children = await client.ok(getChildren("/kept"));
  const znodes = [];
  for (const child of children)
    znodes.push(await client.ok(getData(`/kept/${child}`)), await client.ok(getAcl(`/kept/${child}`)));
  return { children, znodes };
}

/** A session sends frames whose lengths are right and whose contents are not; it is then served or closed, in any case not left hanging. */
async function afterHandshake(server: Server, chance: Chance, round: number): Promise<void> {
  const connection = await Connection.open(server.port);
  connection.frame(connectRequest({ timeoutMs: 1000 }));
  const response = await connection.next();
  if (response === "closed") throw new Error(`seed ${SEED} round ${round}: no session`);
  expect(readConnectResponse(response).timeoutMs).toBe(1000);
  const frames: Buffer[] = [];
  for (let n = 0; n < 20; n++) {
    const { type, body } = chance.one(VALID);
    const valid = new Out()
      .int(n + 1)
      .int(type)
      .raw(body)
      .done();
    const payload = chance.below(12) === 0 ? chance.bytes(8 + chance.below(60)) : mutate(chance, valid);
    if (!isDeadly(payload)) frames.push(framed(payload));
  }
  frames.push(framed(new Out().int(-2).int(OP.ping).done()));
  connection.write(Buffer.concat(frames));
  for (;;) {
    const frame = await connection.next();
    if (frame === "closed" || frame.readInt32BE() === -2) break;
  }
  connection.destroy();
}

async function beforeHandshake(server: Server, chance: Chance, round: number): Promise<void> {
  const connection = await Connection.open(server.port);
  const valid = connectRequest({
    timeoutMs: 1000,
    sessionId: chance.below(2) === 0 ? 0n : BigInt(chance.below(1 << 30)),
  });
  const payload = chance.below(4) === 0 ? chance.bytes(chance.below(80)) : mutate(chance, valid);
  connection.frame(payload);
  const response = await connection.next();
  if (response !== "closed") expect([36, 37], `seed ${SEED} round ${round}`).toContain(response.length);
  connection.destroy();
}

async function withoutFrames(server: Server, chance: Chance): Promise<void> {
  const connection = await Connection.open(server.port);
  if (chance.below(2) === 0) {
    connection.frame(connectRequest({ timeoutMs: 1000 }));
    await connection.next();
  }
  const length = chance.below(300);
  await new Promise((sent) => connection.socket.write(chance.bytes(length), sent));
  connection.destroy();
}

/** Whether ZooKeeper itself would die of it: a createTTL that is not one, or limits for the root (case C16). */
function isDeadly(payload: Buffer): boolean {
  return TARGET === "zookeeper" && payload.length >= 8 && payload.readInt32BE(4) === OP.createTtl;
}
