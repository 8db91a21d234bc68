/** What reads answer. Specification §4.8 to §4.12 and §15.4, cases R. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { SUPER } from "../src/configurations.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import {
  ADMIN,
  ALL,
  anyone,
  auth,
  CREATE,
  create,
  createContainer,
  DELETE,
  exists,
  FLAGS,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getChildren2,
  getData,
  getEphemerals,
  READ,
  remove,
  setData,
  sync,
  WRITE,
  whoAmI,
} from "../src/requests.ts";

const test = testOn("main");

describe("reads of znodes", () => {
  test("R1 a missing znode is NONODE, and so is a path no znode can have", async ({ c, root }) => {
    const reads = { exists, getData, getChildren, getChildren2, getAllChildrenNumber, getAcl };
    for (const [name, read] of Object.entries(reads)) {
      for (const path of [`${root}/none`, `${root}/none/deeper`, "foo", `${root}/`, `${root}//`, `${root}/.`]) {
        expect(await c.err(read(path)), `${name} of ${path}`).toBe("NONODE");
      }
    }
  });

  test("R2 a znode without READ: nothing can be read but that it is there, if that", async ({ c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [anyone(ALL & ~READ)] }));
    expect(
      await c.errs({
        getData: getData(`${root}/x`),
        getChildren: getChildren(`${root}/x`),
        getChildren2: getChildren2(`${root}/x`),
        getAllChildrenNumber: getAllChildrenNumber(`${root}/x`),
      }),
    ).toEqual({ getData: "NOAUTH", getChildren: "NOAUTH", getChildren2: "NOAUTH", getAllChildrenNumber: "NOAUTH" });
    expect(await c.err(exists(`${root}/x`))).toBe("NOAUTH");
    expect(await c.err(exists(`${root}/y`))).toBe("NONODE");
  });

  test("R3 exists with a NUL in the path is BADARGUMENTS", async ({ c }) => {
    expect(await c.err(exists("/a\0"))).toBe("BADARGUMENTS");
    expect(await c.err(exists("\0"))).toBe("BADARGUMENTS");
  });

  test("R4 the empty path", async ({ c }) => {
    const outcome = await c.errs({ exists: exists(""), getData: getData(""), getChildren: getChildren("") });
    for (const [what, err] of Object.entries(outcome)) {
      expect(differs("R4", { zookeeper: ["OK"], rookery: ["OK", "NONODE", "BADARGUMENTS"] }), what).toContain(err);
    }
  });

  test("getChildren names direct children only, and getChildren2 adds the Stat of the parent", async ({ c, root }) => {
    for (const path of ["/a", "/b", "/a/x", "/ab"]) await c.ok(create(root + path));
    expect(await c.ok(getChildren(root))).toEqual(["a", "ab", "b"]);
    expect(await c.ok(getChildren2(root))).toEqual({
      children: ["a", "ab", "b"],
      stat: await c.ok(exists(root)),
    });
    expect(await c.ok(getChildren(`${root}/b`))).toEqual([]);
  });

  test("R8 getAllChildrenNumber counts all descendants", async ({ c, root }) => {
    for (const path of ["/a", "/a/b", "/a/b/c", "/d"]) await c.ok(create(root + path));
    await c.ok(create(`${root}x`));
    expect(await c.ok(getAllChildrenNumber(root))).toBe(4);
    expect(await c.ok(getAllChildrenNumber(`${root}/a`))).toBe(2);
    expect(await c.ok(getAllChildrenNumber(`${root}/d`))).toBe(0);
    await c.ok(remove(`${root}x`));
  });

  test("R8 of the root it is every znode but the root, those under /zookeeper included", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    expect(await client.ok(getAllChildrenNumber("/"))).toBe(3);
    await client.ok(create("/a"));
    await client.ok(create("/a/b"));
    expect(await client.ok(getAllChildrenNumber("/"))).toBe(5);
    client.abandon();
  });

  test("a thousand children come back, each once", async ({ c, root }) => {
    const names = Array.from({ length: 1000 }, (_, n) => `child-${String(n).padStart(4, "0")}`);
    const made = await c.pipeline(...names.map((name) => create(`${root}/${name}`)));
    expect(made.every(({ err }) => err === "OK")).toBe(true);
    expect(await c.ok(getChildren(root))).toEqual(names);
  });
});

describe("getACL", () => {
  test("R5 either READ or ADMIN allows it, nothing else does", async ({ c, root }) => {
    const outcome: Record<string, string> = {};
    for (const [name, perms] of Object.entries({ READ, ADMIN, WRITE, CREATE, DELETE, "all others": 14 })) {
      await c.ok(create(`${root}/${perms}`, { acl: [anyone(perms)] }));
      outcome[name] = await c.err(getAcl(`${root}/${perms}`));
    }
    expect(outcome).toEqual({
      READ: "OK",
      ADMIN: "OK",
      WRITE: "NOAUTH",
      CREATE: "NOAUTH",
      DELETE: "NOAUTH",
      "all others": "NOAUTH",
    });
  });

  test("R6 without ADMIN the hashes of digest ids are hidden", async ({ c, connect, root }) => {
    const acl = [
      { perms: ALL, scheme: "digest", id: "bob:hash=" },
      { perms: ADMIN, scheme: "ip", id: "10.0.0.0/8" },
      anyone(READ),
    ];
    await c.ok(create(`${root}/x`, { acl }));
    expect((await c.ok(getAcl(`${root}/x`))).acl).toEqual(["31:digest:bob:x", "16:ip:10.0.0.0/8", "1:world:anyone"]);
    const superuser = await connect();
    await superuser.authenticate(SUPER);
    expect((await superuser.ok(getAcl(`${root}/x`))).acl).toEqual([
      "31:digest:bob:hash=",
      "16:ip:10.0.0.0/8",
      "1:world:anyone",
    ]);
  });

  test("its Stat is the znode's", async ({ c, root }) => {
    expect(await c.ok(getAcl(root))).toEqual({ acl: ["31:world:anyone"], stat: await c.ok(exists(root)) });
  });
});

describe("what belongs to a session", () => {
  test("R7 getEphemerals lists the caller's own, by plain prefix", async ({ connect, root }) => {
    const [mine, other] = [await connect(), await connect()];
    await mine.ok(create(`${root}/s1`));
    await mine.ok(create(`${root}/s1/e`, { flags: FLAGS.ephemeral }));
    await mine.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    await other.ok(create(`${root}/other`, { flags: FLAGS.ephemeral }));
    const all = [`${root}/e`, `${root}/s1/e`];
    const listed: Record<string, string[]> = {};
    for (const prefix of [null, "", "/", " ", `${root}/s`, `${root}/s1/e`, root, "/zz", "s"]) {
      listed[`${prefix === null ? "null" : `"${prefix.replace(root, "ROOT")}"`}`] = await mine.ok(
        getEphemerals(prefix),
      );
    }
    expect(listed).toEqual({
      null: all,
      '""': all,
      '"/"': all,
      '" "': all,
      '"ROOT/s"': [`${root}/s1/e`],
      '"ROOT/s1/e"': [`${root}/s1/e`],
      '"ROOT"': all,
      '"/zz"': [],
      '"s"': [],
    });
  });

  test("a session without ephemerals has an empty list, and a deleted one is gone from it", async ({
    connect,
    root,
  }) => {
    const client = await connect();
    expect(await client.ok(getEphemerals(null))).toEqual([]);
    await client.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
    await client.ok(remove(`${root}/e`));
    expect(await client.ok(getEphemerals(null))).toEqual([]);
  });

  test("containers are nobody's ephemerals", async ({ connect, root }) => {
    const client = await connect();
    await client.ok(createContainer(`${root}/c`, { flags: FLAGS.ephemeral }));
    expect(await client.ok(getEphemerals(null))).toEqual([]);
  });

  test("R10 whoAmI tells the address, then who authenticated, without the password", async ({ connect }) => {
    const client = await connect();
    expect(await client.ok(whoAmI)).toEqual(["ip:127.0.0.1"]);
    await client.authenticate("bob:pw");
    expect(await client.ok(whoAmI)).toEqual(["digest:bob", "ip:127.0.0.1"]);
    await client.authenticate("alice:pw");
    expect(await client.ok(whoAmI)).toEqual(["digest:alice", "digest:bob", "ip:127.0.0.1"]);
    const superuser = await connect();
    await superuser.authenticate(SUPER);
    expect(await superuser.ok(whoAmI)).toEqual(["digest:super", "ip:127.0.0.1", "super:"]);
  });

  test("identities belong to the connection: a renewed session starts without", async ({ connect }) => {
    const client = await connect();
    await client.authenticate("bob:pw");
    const again = await connect(client.renewal());
    expect(await again.ok(whoAmI)).toEqual(["ip:127.0.0.1"]);
  });

  test("authenticating twice as the same does not add up", async ({ connect }) => {
    const client = await connect();
    await client.ok(auth("digest", "bob:pw"));
    await client.ok(auth("digest", "bob:pw"));
    expect(await client.ok(whoAmI)).toEqual(["digest:bob", "ip:127.0.0.1"]);
  });
});

describe("sync", () => {
  test("R9 echoes its path, whatever it is", async ({ c }) => {
    for (const path of ["/none", "x", "", null, "/a\0"]) {
      expect(await c.ok(sync(path))).toBe(path);
    }
  });

  test("then a read sees what another client wrote before", async ({ c, connect, root }) => {
    const other = await connect();
    for (let i = 0; i < 20; i++) {
      await other.ok(setData(root, `${i}`));
      const [, read] = await c.pipeline(sync(root), getData(root));
      expect(read?.value).toMatchObject({ data: `${i}` });
    }
  });
});
