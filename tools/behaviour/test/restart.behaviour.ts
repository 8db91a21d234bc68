/** What survives the end of the process. Specification §12 and §15.7, cases P. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { CONFIGURATIONS } from "../src/configurations.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import {
  anyone,
  closeSession,
  create,
  createContainer,
  createTtl,
  exists,
  FLAGS,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getData,
  getEphemerals,
  multi,
  OPEN,
  ping,
  READ,
  type Request,
  remove,
  type Stat,
  setAcl,
  setData,
} from "../src/requests.ts";
import { fourLetterWord } from "../src/server.ts";

const test = testOn("main");

describe.concurrent("after a kill and a restart", () => {
  test("P1 a session can be renewed, later than its timeout too, and has its ephemerals", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port, { timeoutMs: 4000 });
    await client.ok(create("/e", { flags: FLAGS.ephemeral }));
    await server.kill();
    await new Promise((later) => setTimeout(later, 5000));
    await server.start();
    const again = await Client.open(server.port, client.renewal());
    expect(again.session).toEqual(client.session);
    expect((await again.ok(exists("/e"))).ephemeralOwner).toBe(client.id);
    expect(await again.ok(getEphemerals(null))).toEqual(["/e"]);
    again.abandon();
  });

  test("P2 a session that is not renewed expires about one timeout after the restart", async ({ throwaway }) => {
    const server = await throwaway();
    const lost = await Client.open(server.port, { timeoutMs: 2500 });
    await lost.ok(create("/e", { flags: FLAGS.ephemeral }));
    await server.kill();
    await server.start();
    const since = performance.now();
    const watcher = await Client.open(server.port);
    expect(await watcher.err(exists("/e", true))).toBe("OK");
    expect((await watcher.notification()).event).toBe("deleted /e");
    expect(performance.now() - since).toBeGreaterThan(1500);
    expect(performance.now() - since).toBeLessThan(5000);
    watcher.abandon();
  });

  test("P3 data, Stats, ACLs and sequence counters are what they were", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const acl = [anyone(READ | 16), { perms: 31, scheme: "digest", id: "a:b" }];
    const requests: Request<unknown>[] = [
      create("/a", { data: "x" }),
      create("/a/s", { flags: FLAGS.sequential }),
      create("/a/s", { flags: FLAGS.sequential }),
      remove("/a/s0000000000"),
      setData("/a", "changed"),
      setData("/a", null),
      create("/empty", { data: "" }),
      create("/null", { data: null }),
      create("/closed", { acl }),
      setAcl("/empty", OPEN),
      createContainer("/c"),
      create("/c/x"),
      createTtl("/t", 1_000_000n, { data: "ttl" }),
      multi([create("/m", { data: "multi" }), create("/m/x"), setData("/a", "last")]),
      create("/ünïcode 日本"),
      setData("/a", "y", 99),
    ];
    await client.pipeline(...requests);
    const paths = [
      "/",
      "/a",
      "/a/s0000000001",
      "/empty",
      "/null",
      "/closed",
      "/c",
      "/c/x",
      "/t",
      "/m",
      "/m/x",
      "/ünïcode 日本",
    ];
    const everything = async (by: Client) => {
      const seen: Record<string, unknown> = {};
      for (const path of paths) seen[path] = [await by.ok(getData(path)), (await by.ok(getAcl(path))).acl];
      return { seen, number: await by.ok(getAllChildrenNumber("/")) };
    };
    const before = await everything(client);
    const { zxid } = await client.call(ping);
    await server.kill();
    await server.start();
    const again = await Client.open(server.port, client.renewal());
    expect(await everything(again)).toEqual(before);
    const resumed = differs("epoch", { zookeeper: zxid, rookery: ((zxid >> 32n) + 1n) << 32n });
    expect((await again.call(ping)).zxid, "a renewal takes no zxid").toBe(resumed);
    const next = await again.call(create("/a/s", { flags: FLAGS.sequential }));
    expect(next.value).toEqual({ path: "/a/s0000000002" });
    expect(next.zxid).toBe(resumed + 1n);
    again.abandon();
  });

  test("every answered write of a burst is there, and those unanswered are there in order or not at all", async ({
    throwaway,
  }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const writes = Array.from({ length: 2000 }, (_, n) => create(`/n${String(n).padStart(4, "0")}`));
    client.send(...writes);
    let answered = 0;
    while (answered < 300) {
      expect((await client.reply()).err).toBe("OK");
      answered += 1;
    }
    await server.kill();
    await server.start();
    const again = await Client.open(server.port, client.renewal());
    const children = (await again.ok(getChildren("/"))).filter((name) => name !== "zookeeper");
    expect(children.length).toBeGreaterThanOrEqual(answered);
    expect(children).toEqual(writes.slice(0, children.length).map((_, n) => `n${String(n).padStart(4, "0")}`));
    again.abandon();
  });

  test("closed sessions stay closed, deleted znodes stay deleted, watches and identities are gone", async ({
    throwaway,
  }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const closed = await Client.open(server.port);
    await closed.ok(create("/closed", { flags: FLAGS.ephemeral }));
    await closed.call(closeSession);
    await client.ok(create("/gone"));
    await client.ok(remove("/gone"));
    await client.ok(create("/kept"));
    await client.ok(getData("/kept", true));
    await server.kill();
    await server.start();
    expect(await Client.attempt(server.port, closed.renewal())).toMatchObject({ timeoutMs: 0, sessionId: 0n });
    const again = await Client.open(server.port, client.renewal());
    expect(await again.ok(getChildren("/"))).toEqual(["kept", "zookeeper"]);
    await again.ok(setData("/kept", "x"));
    expect(await again.events()).toEqual([]);
    expect(await fourLetterWord(server.port, "wchs")).toBe("0 connections watching 0 paths\nTotal watches:0\n");
    again.abandon();
  });

  test("a client that saw more than the server holds is still refused, one that saw as much is not", async ({
    throwaway,
  }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const { zxid } = await client.call(create("/a"));
    await server.kill();
    await server.start();
    const held = differs("epoch", { zookeeper: zxid, rookery: ((zxid >> 32n) + 1n) << 32n });
    expect(await Client.attempt(server.port, { lastZxidSeen: held + 1n })).toBe("closed");
    const again = await Client.open(server.port, { ...client.renewal(), lastZxidSeen: zxid });
    expect(await again.isServed()).toBe(true);
    again.abandon();
  });

  test("quotas are counted anew and go on being enforced", async ({ throwaway }) => {
    const server = await throwaway(CONFIGURATIONS.quota);
    const client = await Client.open(server.port);
    for (const request of [
      create("/q", { data: "12" }),
      create("/q/a", { data: "345" }),
      create("/zookeeper/quota/q"),
      create("/zookeeper/quota/q/zookeeper_limits", { data: "count=-1,bytes=-1=;countHardLimit=2" }),
      create("/zookeeper/quota/q/zookeeper_stats", { data: "" }),
    ]) {
      await client.ok(request);
    }
    await server.kill();
    await server.start();
    const again = await Client.open(server.port, client.renewal());
    expect((await again.ok(getData("/zookeeper/quota/q/zookeeper_stats"))).data).toBe("count=2,bytes=5");
    expect(await again.err(create("/q/b"))).toBe("QUOTAEXCEEDED");
    again.abandon();
  });

  test("an orderly stop and start keeps as much, twice over", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.ok(create("/a", { data: "1" }));
    await client.ok(create("/e", { flags: FLAGS.ephemeral }));
    const before = await client.ok(exists("/a"));
    let by = client;
    for (let round = 0; round < 2; round++) {
      await server.stop();
      expect(by.connection.isClosed || (await by.connection.untilClosed()).length === 0).toBe(true);
      await server.start();
      by = await Client.open(server.port, client.renewal());
      expect(await by.ok(exists("/a"))).toEqual(before satisfies Stat);
      expect(await by.err(exists("/e"))).toBe("OK");
    }
    by.abandon();
  });

  test("TTL znodes, when extended types have been switched off", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.ok(createTtl("/t", 1_000_000n, { data: "kept?" }));
    await client.ok(createContainer("/c"));
    await server.kill();
    const { settings } = CONFIGURATIONS.main;
    await server.start({ settings: { ...settings, extendedTypesEnabled: false } });
    const again = await Client.open(server.port, client.renewal());
    expect(await again.err(exists("/t"))).toBe(differs("ttlRestart", { zookeeper: "NONODE", rookery: "OK" }));
    expect(await again.err(exists("/c"))).toBe("OK");
    expect(await again.err(createTtl("/t2", 1000n))).toBe("UNIMPLEMENTED");
    again.abandon();
  });

  test("new sessions have ids that no earlier one had", async ({ throwaway }) => {
    const server = await throwaway();
    const ids = new Set<bigint>();
    for (let round = 0; round < 3; round++) {
      for (let n = 0; n < 3; n++) {
        const client = await Client.open(server.port);
        ids.add(client.id);
        client.abandon();
      }
      await server.kill();
      await server.start();
    }
    expect(ids.size).toBe(9);
  });
});
