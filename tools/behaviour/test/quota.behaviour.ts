/** Quotas. Specification §7.6 and §15.7, cases Q. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import {
  create,
  createContainer,
  createTtl,
  exists,
  FLAGS,
  getData,
  multi,
  reconfig,
  remove,
  setData,
} from "../src/requests.ts";

const test = testOn("quota");
const unenforced = testOn("main");

/** Sets a quota as the command line client does: ordinary znodes under /zookeeper/quota. */
async function limit(c: Client, root: string, limits: string): Promise<void> {
  await c.ok(create(`/zookeeper/quota${root}`));
  await c.ok(create(`/zookeeper/quota${root}/zookeeper_limits`, { data: limits }));
  await c.ok(create(`/zookeeper/quota${root}/zookeeper_stats`, { data: "count=0,bytes=0" }));
}

const usage = async (c: Client, root: string) => (await c.ok(getData(`/zookeeper/quota${root}/zookeeper_stats`))).data;

describe("an enforced quota", () => {
  test("Q1 a hard limit of nodes refuses one more, whatever its kind", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;countHardLimit=3");
    await c.ok(create(`${root}/a`));
    await c.ok(create(`${root}/b`));
    expect(
      await c.errs({
        create: create(`${root}/c`),
        ephemeral: create(`${root}/c`, { flags: FLAGS.ephemeral }),
        container: createContainer(`${root}/c`),
        ttl: createTtl(`${root}/c`, 1000n),
        deeper: create(`${root}/a/c`),
      }),
    ).toEqual({
      create: "QUOTAEXCEEDED",
      ephemeral: "QUOTAEXCEEDED",
      container: "QUOTAEXCEEDED",
      ttl: "QUOTAEXCEEDED",
      deeper: "QUOTAEXCEEDED",
    });
    await c.ok(remove(`${root}/a`));
    expect(await c.err(create(`${root}/c`)), "what is deleted makes room").toBe("OK");
  });

  test("Q2 a hard limit of bytes allows exactly that many", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;byteHardLimit=12");
    expect(await c.err(create(`${root}/a`, { data: "x".repeat(12) }))).toBe("OK");
    expect(await c.err(create(`${root}/b`, { data: "x" }))).toBe("QUOTAEXCEEDED");
    expect(await c.err(create(`${root}/b`))).toBe("OK");
    expect(await c.err(setData(`${root}/a`, "x".repeat(13)))).toBe("QUOTAEXCEEDED");
    expect(await c.err(setData(`${root}/a`, "y".repeat(12)))).toBe("OK");
    expect(await c.err(setData(`${root}/a`, "y"))).toBe("OK");
    expect(await c.err(setData(root, "y".repeat(11))), "the znode's own bytes count").toBe("OK");
    expect(await c.err(setData(root, "y".repeat(12)))).toBe("QUOTAEXCEEDED");
  });

  test("Q2 shrinking to what is still too much is refused, a change of equal length is not looked at", async ({
    c,
    root,
  }) => {
    await c.ok(create(`${root}/a`, { data: "x".repeat(20) }));
    await limit(c, root, "count=-1,bytes=-1=;byteHardLimit=12");
    expect(await c.err(setData(`${root}/a`, "x".repeat(17)))).toBe("QUOTAEXCEEDED");
    expect(await c.err(setData(`${root}/a`, "y".repeat(20)))).toBe("OK");
    expect(await c.err(setData(`${root}/a`, "y".repeat(12)))).toBe("OK");
  });

  test("Q3 comes before a wrong version, and after an existing znode", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;byteHardLimit=3;countHardLimit=2");
    await c.ok(create(`${root}/a`));
    expect(
      await c.errs({
        version: setData(`${root}/a`, "four", 99),
        existing: create(`${root}/a`),
        new: create(`${root}/b`),
      }),
    ).toEqual({ version: "QUOTAEXCEEDED", existing: "NODEEXISTS", new: "QUOTAEXCEEDED" });
  });

  test("Q4 soft limits refuse nothing", async ({ c, root }) => {
    await limit(c, root, "count=1,bytes=1");
    expect(await c.err(create(`${root}/a`, { data: "long" }))).toBe("OK");
    expect(await c.err(setData(`${root}/a`, "longer"))).toBe("OK");
  });

  test("Q4 a hard limit takes the soft one's place", async ({ c, root }) => {
    await limit(c, root, "count=1,bytes=-1=;countHardLimit=2");
    expect(await c.err(create(`${root}/a`))).toBe("OK");
    expect(await c.err(create(`${root}/b`))).toBe("QUOTAEXCEEDED");
  });

  test("Q5 the stats are a count of what is there, whatever is written when they are created", async ({ c, root }) => {
    await c.ok(create(`${root}/a`, { data: "12345" }));
    await c.ok(setData(root, "12"));
    await c.ok(create(`/zookeeper/quota${root}`));
    await c.ok(create(`/zookeeper/quota${root}/zookeeper_limits`, { data: "count=5,bytes=100" }));
    await c.ok(create(`/zookeeper/quota${root}/zookeeper_stats`, { data: "junk" }));
    expect(await usage(c, root)).toBe("count=2,bytes=7");
  });

  test("Q6 the stats follow the subtree, without event, version or zxid", async ({ connect, c, root }) => {
    await limit(c, root, "count=10,bytes=100");
    const a = await connect();
    const stats = `/zookeeper/quota${root}/zookeeper_stats`;
    const before = await a.ok(getData(stats, true));
    expect(before.data).toBe("count=1,bytes=0");
    await c.ok(create(`${root}/a`, { data: "123" }));
    await c.ok(create(`${root}/a/b`, { data: "4" }));
    await c.ok(setData(`${root}/a`, "12345"));
    const after = await a.ok(getData(stats));
    expect(after.data).toBe("count=3,bytes=6");
    await c.ok(remove(`${root}/a/b`));
    expect(await usage(c, root)).toBe("count=2,bytes=5");
    expect({ ...after.stat, dataLength: 0 }).toEqual({ ...before.stat, dataLength: 0 });
    expect(await a.events()).toEqual([]);
  });

  test("Q7 ends with the deletion of its limits", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;countHardLimit=1");
    expect(await c.err(create(`${root}/a`))).toBe("QUOTAEXCEEDED");
    await c.ok(remove(`/zookeeper/quota${root}/zookeeper_limits`));
    expect(await c.err(create(`${root}/a`))).toBe("OK");
  });

  test("a change of the limits counts at once", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;countHardLimit=1");
    expect(await c.err(create(`${root}/a`))).toBe("QUOTAEXCEEDED");
    await c.ok(setData(`/zookeeper/quota${root}/zookeeper_limits`, "count=-1,bytes=-1=;countHardLimit=2"));
    expect(await c.err(create(`${root}/a`))).toBe("OK");
    expect(await c.err(create(`${root}/b`))).toBe("QUOTAEXCEEDED");
  });

  test("without stats nothing is refused", async ({ c, root }) => {
    await c.ok(create(`/zookeeper/quota${root}`));
    await c.ok(create(`/zookeeper/quota${root}/zookeeper_limits`, { data: "count=-1,bytes=-1=;countHardLimit=1" }));
    expect(await c.err(create(`${root}/a`))).toBe("OK");
  });

  test("Q8 limits that cannot be read make writes a MARSHALLINGERROR", async ({ c, root }) => {
    await limit(c, root, "garbage");
    expect(await c.err(create(`${root}/a`))).toBe("MARSHALLINGERROR");
    await c.ok(remove(`/zookeeper/quota${root}/zookeeper_limits`));
    expect(await c.err(create(`${root}/a`))).toBe("OK");
  });

  test("the longest of nested quotas counts alone", async ({ c, root }) => {
    await c.ok(create(`${root}/in`));
    await limit(c, root, "count=-1,bytes=-1=;countHardLimit=2");
    await limit(c, `${root}/in`, "count=-1,bytes=-1=;countHardLimit=5");
    expect(await c.err(create(`${root}/in/a`))).toBe("OK");
    expect(await c.err(create(`${root}/in/b`))).toBe("OK");
    expect(await c.err(create(`${root}/out`))).toBe("QUOTAEXCEEDED");
  });

  test("a quota on a path does not count for a longer name", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;countHardLimit=1");
    expect(await c.err(create(`${root}-other`))).toBe("OK");
    expect(await c.err(create(`${root}-other/x`))).toBe("OK");
  });

  test("M21 operations of one multi may go beyond together", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;countHardLimit=2");
    const slots = await c.ok(multi([create(`${root}/a`), create(`${root}/b`), create(`${root}/c`)]));
    expect(slots.map(({ err }) => err)).toEqual(["OK", "OK", "OK"]);
    const refused = await c.ok(multi([create(`${root}/d`), create(`${root}/e`)]));
    expect(refused.map(({ err }) => err)).toEqual(["QUOTAEXCEEDED", "RUNTIMEINCONSISTENCY"]);
    expect(await usage(c, root)).toBe("count=4,bytes=0");
  });

  test("limits for the root itself", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const outcome = await client
      .err(create("/zookeeper/quota/zookeeper_limits", { data: "count=1,bytes=1" }))
      .catch(() => "closed");
    client.abandon();
    expect(outcome === "closed" ? "closed" : "answered").toBe(
      differs("root-quota", { zookeeper: "closed", rookery: "answered" }),
    );
    if (outcome !== "closed") expect(outcome).not.toBe("OK");
  });
});

describe("a quota that is not enforced", () => {
  unenforced("counts, and refuses nothing", async ({ c, root }) => {
    await limit(c, root, "count=-1,bytes=-1=;countHardLimit=1;byteHardLimit=1");
    expect(await c.err(create(`${root}/a`, { data: "long" }))).toBe("OK");
    expect(await usage(c, root)).toBe("count=2,bytes=4");
    expect(await c.err(exists(`/zookeeper/quota${root}/zookeeper_limits`))).toBe("OK");
  });
});

describe("reconfig of a single server", () => {
  unenforced("E3 is RECONFIGDISABLED where it is not enabled", async ({ c }) => {
    expect(await c.err(reconfig({ joining: "server.2=localhost:1:2;3" }))).toBe("RECONFIGDISABLED");
    expect(await c.err(reconfig({}))).toBe("RECONFIGDISABLED");
  });

  test("E3 is UNIMPLEMENTED where it is, and the connection stays", async ({ c }) => {
    expect(await c.err(reconfig({ joining: "server.2=localhost:1:2;3" }))).toBe("UNIMPLEMENTED");
    expect(await c.isServed()).toBe(true);
  });
});
