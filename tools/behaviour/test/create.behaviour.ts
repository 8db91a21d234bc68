/** create, create2, createContainer and createTTL. Specification §4.3, §7.1, §7.2 and §15.2, cases C. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import {
  type Acl,
  ADMIN,
  ALL,
  anyone,
  CREATE,
  create,
  create2,
  createContainer,
  createTtl,
  exists,
  FLAGS,
  getAcl,
  getChildren,
  getChildren2,
  getData,
  READ,
  remove,
  setAcl,
  setData,
} from "../src/requests.ts";

const test = testOn("main");

/** `%010d`. */
const suffix = (counter: number) => String(counter).padStart(10, "0");

describe("a created znode", () => {
  test("C1 is answered with its path, and moves its parent's cversion and pzxid", async ({ c, root }) => {
    const before = await c.ok(exists(root));
    const reply = await c.call(create(`${root}/a`, { data: "x" }));
    expect(reply.value).toEqual({ path: `${root}/a` });
    const after = await c.ok(exists(root));
    expect(after).toEqual({ ...before, cversion: before.cversion + 1, numChildren: 1, pzxid: reply.zxid });
  });

  test("C2 create2 answers the path and the Stat of the new znode", async ({ c, root }) => {
    const from = BigInt(Date.now());
    const { value, zxid } = await c.call(create2(`${root}/a`, { data: "abc" }));
    expect(value).toMatchObject({
      path: `${root}/a`,
      stat: {
        czxid: zxid,
        mzxid: zxid,
        pzxid: zxid,
        version: 0,
        cversion: 0,
        aversion: 0,
        ephemeralOwner: 0n,
        dataLength: 3,
        numChildren: 0,
      },
    });
    const stat = value?.stat;
    expect(stat?.ctime).toBe(stat?.mtime);
    expect(Number(stat?.ctime ?? 0n)).toBeGreaterThanOrEqual(Number(from) - 1000);
    expect(Number(stat?.ctime ?? 0n)).toBeLessThanOrEqual(Date.now() + 1000);
    expect(await c.ok(exists(`${root}/a`))).toEqual(stat);
  });

  test("an ephemeral shows its session as owner", async ({ c, root }) => {
    const { stat } = await c.ok(create2(`${root}/e`, { flags: FLAGS.ephemeral }));
    expect(stat.ephemeralOwner).toBe(c.id);
  });

  test("C24 null data stays null: length -1 in getData, 0 in the Stat", async ({ c, root }) => {
    await c.ok(create(`${root}/null`, { data: null }));
    const { data, stat } = await c.ok(getData(`${root}/null`));
    expect(data).toBe(null);
    expect(stat.dataLength).toBe(0);
    await c.ok(create(`${root}/empty`, { data: "" }));
    expect((await c.ok(getData(`${root}/empty`))).data).toBe("");
  });

  test("C21 cannot be created again", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    expect(
      await c.errs({
        again: create(`${root}/a`),
        "again as ephemeral": create(`${root}/a`, { flags: FLAGS.ephemeral }),
        "again as container": createContainer(`${root}/a`),
        "again with TTL": createTtl(`${root}/a`, 1000n),
      }),
    ).toEqual({
      again: "NODEEXISTS",
      "again as ephemeral": "NODEEXISTS",
      "again as container": "NODEEXISTS",
      "again with TTL": "NODEEXISTS",
    });
  });

  test("C25 may live under /zookeeper and be deleted there", async ({ c, root }) => {
    const path = `/zookeeper${root}`;
    expect(await c.err(create(path))).toBe("OK");
    expect(await c.err(remove(path))).toBe("OK");
  });
});

describe("sequential znodes", () => {
  test("C3 are named by their parent's count of creates", async ({ c, root }) => {
    const made: string[] = [];
    for (const flags of [FLAGS.sequential, FLAGS.ephemeralSequential, FLAGS.sequential]) {
      made.push((await c.ok(create(`${root}/s-`, { flags }))).path);
    }
    expect(made).toEqual([0, 1, 2].map((n) => `${root}/s-${suffix(n)}`));
  });

  test("the count includes children of every kind and prefix, and deletes do not lower it", async ({ c, root }) => {
    await c.ok(create(`${root}/plain`));
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    await c.ok(createContainer(`${root}/c`));
    await c.ok(createTtl(`${root}/t`, 100_000n));
    await c.ok(remove(`${root}/plain`));
    await c.ok(remove(`${root}/e`));
    expect((await c.ok(create(`${root}/a`, { flags: FLAGS.sequential }))).path).toBe(`${root}/a${suffix(4)}`);
    expect((await c.ok(create2(`${root}/b`, { flags: FLAGS.sequential }))).path).toBe(`${root}/b${suffix(5)}`);
  });

  test("failed creates do not advance the count", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    await c.err(create(`${root}/a`));
    await c.err(create(`${root}/./x`));
    await c.err(create(`${root}/s`, { flags: FLAGS.sequential, acl: [] }));
    await c.err(create(`${root}/\u0001`, { flags: FLAGS.sequential }));
    expect((await c.ok(create(`${root}/s`, { flags: FLAGS.sequential }))).path).toBe(`${root}/s${suffix(1)}`);
  });

  test("a parent that is made again counts from 0", async ({ c, root }) => {
    await c.ok(create(`${root}/p`));
    await c.ok(create(`${root}/p/a`));
    await c.ok(remove(`${root}/p/a`));
    await c.ok(remove(`${root}/p`));
    await c.ok(create(`${root}/p`));
    expect((await c.ok(create(`${root}/p/s`, { flags: FLAGS.sequential }))).path).toBe(`${root}/p/s${suffix(0)}`);
  });

  test("pipelined creates take numbers in order", async ({ c, root }) => {
    const requests = Array.from({ length: 200 }, () => create(`${root}/s`, { flags: FLAGS.sequential }));
    const replies = await c.pipeline(...requests);
    expect(replies.map(({ value }) => (value as { path: string }).path)).toEqual(
      requests.map((_, n) => `${root}/s${suffix(n)}`),
    );
  });

  test("C4 may consist of the number alone", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    expect((await c.ok(create(`${root}/`, { flags: FLAGS.sequential }))).path).toBe(`${root}/${suffix(1)}`);
  });

  test("C6 may begin with a dot, or two", async ({ c, root }) => {
    expect((await c.ok(create(`${root}/.`, { flags: FLAGS.sequential }))).path).toBe(`${root}/.${suffix(0)}`);
    expect((await c.ok(create(`${root}/..`, { flags: FLAGS.sequential }))).path).toBe(`${root}/..${suffix(1)}`);
  });

  test("C9 / exists, yet sequentially / makes a child of the root", async ({ c }) => {
    expect(await c.err(create("/"))).toBe("NODEEXISTS");
    const { path } = await c.ok(create("/", { flags: FLAGS.sequential }));
    expect(path).toMatch(/^\/\d{10}$/);
    await c.ok(remove(path));
  });
});

describe("paths", () => {
  test("C5 a trailing slash, no leading slash, a dot component and a NUL are BADARGUMENTS", async ({ c, root }) => {
    expect(
      await c.errs({
        "trailing slash": create(`${root}/`),
        "no slash": create("t"),
        empty: create(""),
        dot: create(`${root}/.`),
        "two dots": create(`${root}/..`),
        NUL: create(`${root}/a\0b`),
        "NUL, no parent": create(`${root}/none/a\0b`),
      }),
    ).toEqual({
      "trailing slash": "BADARGUMENTS",
      "no slash": "BADARGUMENTS",
      empty: "BADARGUMENTS",
      dot: "BADARGUMENTS",
      "two dots": "BADARGUMENTS",
      NUL: "BADARGUMENTS",
      "NUL, no parent": "BADARGUMENTS",
    });
  });

  test("C7 C8 a path that is wrong further up fails for its parent first: NONODE", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    expect(
      await c.errs({
        "dots above": create(`${root}/../q`),
        "double slash": create(`${root}//x`),
        "no leading slash": create(`${root.slice(1)}/x`),
        "double slash below a child": create(`${root}/a//b`),
        "no parent": create(`${root}/none/x`),
      }),
    ).toEqual({
      "dots above": "NONODE",
      "double slash": "NONODE",
      "no leading slash": "NONODE",
      "double slash below a child": "NONODE",
      "no parent": "NONODE",
    });
  });

  test("names of dots and more than dots are ordinary", async ({ c, root }) => {
    expect(
      await c.errs({
        three: create(`${root}/...`),
        leading: create(`${root}/.b`),
        "leading two": create(`${root}/..b`),
        trailing: create(`${root}/b..`),
        inside: create(`${root}/a.b`),
      }),
    ).toEqual({ three: "OK", leading: "OK", "leading two": "OK", trailing: "OK", inside: "OK" });
  });

  test("C28 the characters next to the forbidden ranges are allowed", async ({ c, root }) => {
    const names = ["\ud7ff", "\uf900", "\uffef", "\u00a0", " ", "~", "é", "日本語", "a b", "\\", "?*"];
    const outcome: Record<string, string> = {};
    for (const name of names) outcome[name] = await c.err(create(`${root}/${name}`));
    expect(outcome).toEqual(Object.fromEntries(names.map((name) => [name, "OK"])));
    expect(await c.ok(getChildren(root))).toEqual([...names].sort());
  });

  test("C29 control characters, surrogates, private use and malformed UTF-8 are BADARGUMENTS", async ({ c, root }) => {
    const raw = (hex: string) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(hex, "hex")]);
    const paths: Record<string, string | Buffer> = {
      "U+0001": `${root}/\u0001`,
      "U+001F": `${root}/\u001f`,
      "U+007F": `${root}/\u007f`,
      "U+009F": `${root}/\u009f`,
      "U+E000": `${root}/\ue000`,
      "U+F8FF": `${root}/\uf8ff`,
      "U+FFF0": `${root}/\ufff0`,
      "U+FFFF": `${root}/\uffff`,
      "an emoji in UTF-8": `${root}/🐦`,
      "an emoji in CESU-8": raw("eda0bdedb8a6"),
      "a lone surrogate": raw("eda080"),
      "a stray continuation byte": raw("80"),
      "a cut sequence": raw("e282"),
      "an overlong slash": raw("c0af"),
      "byte FF": raw("ff"),
    };
    const outcome: Record<string, string> = {};
    for (const [what, path] of Object.entries(paths)) outcome[what] = await c.err(create(path));
    expect(outcome).toEqual(Object.fromEntries(Object.keys(paths).map((what) => [what, "BADARGUMENTS"])));
  });

  test("a name may be as long as a frame allows", async ({ c, root }) => {
    const path = `${root}/${"x".repeat(100_000)}`;
    expect((await c.ok(create(path))).path).toBe(path);
    expect(await c.err(exists(path))).toBe("OK");
  });

  test("a path may be a thousand znodes deep", async ({ c, root }) => {
    const paths = Array.from({ length: 1000 }, (_, depth) => root + "/d".repeat(depth + 1));
    const replies = await c.pipeline(...paths.map((path) => create(path)));
    expect(replies.every(({ err }) => err === "OK")).toBe(true);
  });
});

describe("flags", () => {
  test("C10 flags that mean no kind are BADARGUMENTS", async ({ c, root }) => {
    for (const flags of [7, -1, 8, 0x7fffffff, -0x80000000]) {
      expect(await c.err(create(`${root}/x`, { flags })), `create with flags ${flags}`).toBe("BADARGUMENTS");
      expect(await c.err(create2(`${root}/x`, { flags })), `create2 with flags ${flags}`).toBe("BADARGUMENTS");
      expect(await c.err(createContainer(`${root}/x`, { flags })), `createContainer with flags ${flags}`).toBe(
        "BADARGUMENTS",
      );
      expect(await c.err(createTtl(`${root}/x`, 5000n, { flags })), `createTTL with flags ${flags}`).toBe(
        "BADARGUMENTS",
      );
    }
  });

  test("C11 create with a TTL flag has no TTL to go with it: BADARGUMENTS", async ({ c, root }) => {
    for (const flags of [FLAGS.ttl, FLAGS.ttlSequential]) {
      expect(await c.err(create(`${root}/x`, { flags }))).toBe("BADARGUMENTS");
      expect(await c.err(create2(`${root}/x`, { flags }))).toBe("BADARGUMENTS");
    }
  });

  test("C12 create with the container flag makes a persistent znode", async ({ c, root }) => {
    expect((await c.ok(create(`${root}/x`, { flags: FLAGS.container }))).path).toBe(`${root}/x`);
    expect((await c.ok(exists(`${root}/x`))).ephemeralOwner).toBe(0n);
  });

  test("C13 createContainer makes a container whatever its flags say of the kind, and answers path and Stat", async ({
    c,
    root,
  }) => {
    for (const flags of [FLAGS.container, FLAGS.persistent, FLAGS.ephemeral]) {
      const { path, stat } = await c.ok(createContainer(`${root}/${flags}`, { flags }));
      expect(path).toBe(`${root}/${flags}`);
      expect(stat.ephemeralOwner).toBe(0n);
    }
    const { path } = await c.ok(createContainer(`${root}/s`, { flags: FLAGS.sequential }));
    expect(path).toBe(`${root}/s${suffix(3)}`);
  });

  test("C14 a TTL of 1 ms to 2^40 - 1 ms is accepted, and hidden from the Stat", async ({ c, root }) => {
    for (const ttl of [5000n, 1n, 0xffffffffffn]) {
      const { path, stat } = await c.ok(createTtl(`${root}/${ttl}`, ttl));
      expect([path, stat.ephemeralOwner]).toEqual([`${root}/${ttl}`, 0n]);
    }
  });

  test("C15 a TTL of 0, below or of 2^40 is BADARGUMENTS", async ({ c, root }) => {
    for (const ttl of [0n, -1n, 0x10000000000n, -(1n << 63n), (1n << 63n) - 1n]) {
      expect(await c.err(createTtl(`${root}/x`, ttl)), `ttl ${ttl}`).toBe("BADARGUMENTS");
    }
  });

  test("C16 createTTL with the flags of another kind and a ttl is BADARGUMENTS", async ({ c, root }) => {
    for (const flags of [0, 1, 2, 3, 4]) {
      for (const ttl of [0n, 5n]) {
        expect(await c.err(createTtl(`${root}/x`, ttl, { flags })), `flags ${flags} ttl ${ttl}`).toBe("BADARGUMENTS");
      }
    }
  });

  test("C17 createTTL can be sequential", async ({ c, root }) => {
    const { path } = await c.ok(createTtl(`${root}/s`, 5000n, { flags: FLAGS.ttlSequential }));
    expect(path).toBe(`${root}/s${suffix(0)}`);
  });

  test("C16 createTTL with the flags of another kind and a negative ttl", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const outcome = await client.err(createTtl("/x", -1n)).catch(() => "closed");
    const worse = await client.err(createTtl("/x", -1n, { flags: 0 })).catch(() => "closed");
    client.abandon();
    expect(outcome).toBe("BADARGUMENTS");
    expect(worse).toBe(differs("C16", { zookeeper: "closed", rookery: "BADARGUMENTS" }));
    await server.kill();
    const restarted = await server.start().then(
      () => true,
      () => false,
    );
    expect(restarted, "the server starts again").toBe(differs("C16", { zookeeper: false, rookery: true }));
  });
});

describe("ephemerals as parents", () => {
  test("C18 an ephemeral has no children", async ({ c, root }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    for (const flags of [0, 1, 2, 3]) {
      expect(await c.err(create(`${root}/e/x`, { flags })), `flags ${flags}`).toBe("NOCHILDRENFOREPHEMERALS");
    }
    expect(await c.err(createContainer(`${root}/e/x`))).toBe("NOCHILDRENFOREPHEMERALS");
    expect(await c.err(createTtl(`${root}/e/x`, 1000n))).toBe("NOCHILDRENFOREPHEMERALS");
  });

  test("C19 an invalid ACL is found before an ephemeral parent", async ({ c, root }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    expect(await c.err(create(`${root}/e/x`, { acl: [] }))).toBe("INVALIDACL");
  });

  test("C26 an ephemeral may live under a container and under a TTL znode", async ({ c, root }) => {
    await c.ok(createContainer(`${root}/c`));
    await c.ok(createTtl(`${root}/t`, 100_000n));
    expect(
      await c.errs({
        container: create(`${root}/c/e`, { flags: FLAGS.ephemeral }),
        ttl: create(`${root}/t/e`, { flags: FLAGS.ephemeral }),
      }),
    ).toEqual({ container: "OK", ttl: "OK" });
  });

  test("an ephemeral whose session lives cannot be made again by another", async ({ c, connect, root }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    const other = await connect();
    expect(await other.err(create(`${root}/e`, { flags: FLAGS.ephemeral }))).toBe("NODEEXISTS");
    expect(await other.err(setData(`${root}/e`, "x")), "others may write to it").toBe("OK");
    expect(await other.err(remove(`${root}/e`)), "and delete it").toBe("OK");
  });
});

describe("which error comes first", () => {
  const none: readonly Acl[] = [];
  test("C20 an ACL that is null, empty or of an unknown scheme is INVALIDACL", async ({ c, root }) => {
    expect(
      await c.errs({
        null: create(`${root}/a`, { acl: null }),
        empty: create(`${root}/b`, { acl: none }),
        "unknown scheme": create(`${root}/c`, { acl: [{ perms: ALL, scheme: "nobody", id: "x" }] }),
        "empty scheme": create(`${root}/d`, { acl: [{ perms: ALL, scheme: "", id: "" }] }),
        "one bad of two": create(`${root}/e`, { acl: [anyone(ALL), { perms: ALL, scheme: "nobody", id: "x" }] }),
      }),
    ).toEqual({
      null: "INVALIDACL",
      empty: "INVALIDACL",
      "unknown scheme": "INVALIDACL",
      "empty scheme": "INVALIDACL",
      "one bad of two": "INVALIDACL",
    });
  });

  test("C20 exact duplicates in an ACL are dropped, near ones kept, and the order stays", async ({ c, root }) => {
    const acl = [anyone(READ), anyone(ALL), anyone(READ), anyone(ALL), anyone(ADMIN)];
    await c.ok(create(`${root}/a`, { acl }));
    expect((await c.ok(getAcl(`${root}/a`))).acl).toEqual(["1:world:anyone", "31:world:anyone", "16:world:anyone"]);
  });

  test("C22 an invalid ACL comes before a missing parent", async ({ c, root }) => {
    expect(await c.err(create(`${root}/none/x`, { acl: none }))).toBe("INVALIDACL");
  });

  test("C23 a path without a slash comes before an invalid ACL", async ({ c }) => {
    expect(await c.err(create("x", { acl: none }))).toBe("BADARGUMENTS");
  });

  test("an invalid ACL comes before a malformed last component and an existing znode", async ({ c, root }) => {
    expect(await c.err(create(`${root}/.`, { acl: none }))).toBe("INVALIDACL");
    expect(await c.err(create(root, { acl: none }))).toBe("INVALIDACL");
  });

  test("bad flags come before everything else", async ({ c, root }) => {
    expect(await c.err(create("x", { flags: 99, acl: none }))).toBe("BADARGUMENTS");
    expect(await c.err(create(`${root}/none/x`, { flags: 99 }))).toBe("BADARGUMENTS");
  });

  test("C27 a parent that allows no CREATE comes before an existing child and a malformed name", async ({
    c,
    root,
  }) => {
    await c.ok(create(`${root}/p`));
    await c.ok(create(`${root}/p/x`));
    await c.ok(setAcl(`${root}/p`, [anyone(ALL & ~CREATE)]));
    expect(
      await c.errs({
        existing: create(`${root}/p/x`),
        new: create(`${root}/p/y`),
        malformed: create(`${root}/p/.`),
        "invalid ACL": create(`${root}/p/y`, { acl: none }),
      }),
    ).toEqual({ existing: "NOAUTH", new: "NOAUTH", malformed: "NOAUTH", "invalid ACL": "INVALIDACL" });
    expect((await c.ok(getChildren2(`${root}/p`))).children).toEqual(["x"]);
  });

  test("an existing child comes before an ephemeral parent", async ({ c, root }) => {
    await c.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    expect(await c.err(create(`${root}/e/.`))).toBe("BADARGUMENTS");
  });
});

const bare = testOn("bare");

describe("without extended types", () => {
  bare("C11 C14 TTL znodes are UNIMPLEMENTED, and the connection stays open", async ({ c, root }) => {
    expect(
      await c.errs({
        createTTL: createTtl(`${root}/x`, 5000n),
        "createTTL sequential": createTtl(`${root}/x`, 5000n, { flags: FLAGS.ttlSequential }),
        "create with flags 5": create(`${root}/x`, { flags: FLAGS.ttl }),
        "create with flags 6": create(`${root}/x`, { flags: FLAGS.ttlSequential }),
        "an invalid ttl": createTtl(`${root}/x`, 0n),
      }),
    ).toEqual({
      createTTL: "UNIMPLEMENTED",
      "createTTL sequential": "UNIMPLEMENTED",
      "create with flags 5": "UNIMPLEMENTED",
      "create with flags 6": "UNIMPLEMENTED",
      "an invalid ttl": "UNIMPLEMENTED",
    });
    expect(await c.isServed()).toBe(true);
  });

  bare("containers are made all the same", async ({ c, root }) => {
    expect(await c.err(createContainer(`${root}/c`))).toBe("OK");
  });
});
