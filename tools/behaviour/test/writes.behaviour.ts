/** delete, setData, setACL and what they do to a Stat. Specification §4.2, §4.4, §4.5 and §15.3, cases D and S. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { SUPER } from "../src/configurations.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import {
  ADMIN,
  ALL,
  anyone,
  check,
  create,
  create2,
  createContainer,
  DELETE,
  deleteContainer,
  exists,
  FLAGS,
  getAcl,
  getData,
  malformed,
  OP,
  OPEN,
  READ,
  type Request,
  remove,
  type Stat,
  setAcl,
  setData,
  WRITE,
} from "../src/requests.ts";

const test = testOn("main");

describe("delete", () => {
  test("D1 what is not there is NONODE, what cannot be is BADARGUMENTS", async ({ c, root }) => {
    expect(
      await c.errs({
        "missing znode": remove(`${root}/none`),
        "missing parent": remove(`${root}/none/x`),
        "no slash": remove("x"),
        empty: remove(""),
        "trailing slash": remove(`${root}/`),
        "dot component": remove(`${root}/./x`),
        NUL: remove(`${root}/a\0`),
      }),
    ).toEqual({
      "missing znode": "NONODE",
      "missing parent": "NONODE",
      "no slash": "BADARGUMENTS",
      empty: "BADARGUMENTS",
      "trailing slash": "NONODE",
      "dot component": "NONODE",
      NUL: "BADARGUMENTS",
    });
  });

  test("D2 a wrong version comes before children", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    expect(await c.err(remove(root, 7))).toBe("BADVERSION");
    expect(await c.err(remove(root, -2)), "only -1 means any version").toBe("BADVERSION");
  });

  test("D3 a znode with children is NOTEMPTY", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    expect(await c.err(remove(root))).toBe("NOTEMPTY");
    expect(await c.err(remove(root, 0))).toBe("NOTEMPTY");
    await c.ok(remove(`${root}/a`, 0));
    expect(await c.err(remove(root, 0)), "children come and go without moving the version").toBe("OK");
  });

  test("D4 the reserved znodes cannot be deleted, not even by super", async ({ c, connect }) => {
    const expected = {
      "/": "BADARGUMENTS",
      "/zookeeper": "BADARGUMENTS",
      "/zookeeper/quota": "BADARGUMENTS",
      "/zookeeper/config": "BADARGUMENTS",
    };
    const requests = Object.fromEntries(Object.keys(expected).map((path) => [path, remove(path)]));
    expect(await c.errs(requests)).toEqual(expected);
    const superuser = await connect();
    await superuser.authenticate(SUPER);
    expect(await superuser.errs(requests)).toEqual(expected);
  });

  test("D5 a parent that allows no DELETE hides whether the child exists", async ({ c, root }) => {
    await c.ok(create(`${root}/x`));
    await c.ok(setAcl(root, [anyone(ALL & ~DELETE)]));
    expect(
      await c.errs({
        existing: remove(`${root}/x`),
        missing: remove(`${root}/y`),
        "wrong version": remove(`${root}/x`, 9),
      }),
    ).toEqual({ existing: "NOAUTH", missing: "NOAUTH", "wrong version": "NOAUTH" });
  });

  test("D6 the znode's own ACL does not matter", async ({ c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [anyone(0)] }));
    expect(await c.err(remove(`${root}/x`))).toBe("OK");
  });

  test("the parent's pzxid and visible cversion move, its sequence count does not", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    const before = await c.ok(exists(root));
    const { zxid } = await c.call(remove(`${root}/a`));
    expect(await c.ok(exists(root))).toEqual({
      ...before,
      numChildren: 0,
      cversion: before.cversion + 1,
      pzxid: zxid,
    });
    expect((await c.ok(create(`${root}/s`, { flags: FLAGS.sequential }))).path).toBe(`${root}/s0000000001`);
  });
});

describe("setData", () => {
  test("S1 with the version it expects succeeds once", async ({ c, root }) => {
    expect((await c.ok(setData(root, "a", 0))).version).toBe(1);
    expect(await c.err(setData(root, "b", 0))).toBe("BADVERSION");
    expect((await c.ok(setData(root, "c", -1))).version).toBe(2);
    expect(await c.err(setData(root, "d", -2)), "only -1 means any version").toBe("BADVERSION");
    expect(await c.ok(getData(root))).toMatchObject({ data: "c", stat: { version: 2 } });
  });

  test("S2 null data has length 0 and stays null", async ({ c, root }) => {
    expect((await c.ok(setData(root, null))).dataLength).toBe(0);
    expect((await c.ok(getData(root))).data).toBe(null);
  });

  test("S3 what is not there is NONODE, what cannot be is BADARGUMENTS", async ({ c, root }) => {
    expect(
      await c.errs({
        missing: setData(`${root}/none`, ""),
        "no slash": setData("x", ""),
        "trailing slash": setData(`${root}/`, ""),
        "dot component": setData(`${root}/.`, ""),
        "double slash": setData(`${root}//a`, ""),
        empty: setData("", ""),
        null: setData(null, ""),
      }),
    ).toEqual({
      missing: "NONODE",
      "no slash": "BADARGUMENTS",
      "trailing slash": "BADARGUMENTS",
      "dot component": "BADARGUMENTS",
      "double slash": "BADARGUMENTS",
      empty: "BADARGUMENTS",
      null: "BADARGUMENTS",
    });
  });

  test("S4 no WRITE comes before a wrong version", async ({ c, root }) => {
    await c.ok(setAcl(root, [anyone(ALL & ~WRITE)]));
    expect(await c.err(setData(root, "", 99))).toBe("NOAUTH");
  });

  test("S5 the root can be written, and its mzxid moves", async ({ c }) => {
    const { value, zxid } = await c.call(setData("/", "root"));
    expect(value?.mzxid).toBe(zxid);
    expect((await c.ok(getData("/"))).data).toBe("root");
    await c.ok(setData("/", ""));
  });

  test("S6 /zookeeper/config is read-only for users", async ({ c }) => {
    expect(await c.err(setData("/zookeeper/config", "x"))).toBe("NOAUTH");
    expect((await c.ok(getAcl("/zookeeper/config"))).acl).toEqual(["1:world:anyone"]);
  });

  test("S6 what super may do to /zookeeper/config", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    await client.authenticate(SUPER);
    const outcome = await client.err(setData("/zookeeper/config", "junk"));
    client.abandon();
    expect(["OK", "NOAUTH", "BADARGUMENTS"]).toContain(outcome);
    expect(outcome !== "OK").toBe(differs("S6", { zookeeper: false, rookery: true }));
  });

  test("moves mzxid, mtime, version and dataLength, and nothing else", async ({ c, root }) => {
    const before = await c.ok(exists(root));
    const { value, zxid } = await c.call(setData(root, "four"));
    const after = value as Stat;
    expect(after).toEqual({ ...before, mzxid: zxid, mtime: after.mtime, version: 1, dataLength: 4 });
    expect(after.mtime).toBeGreaterThanOrEqual(before.mtime);
    expect(await c.ok(exists(root))).toEqual(after);
  });

  test("a write of the same data is a write", async ({ c, root }) => {
    await c.ok(setData(root, "same"));
    const { value, zxid } = await c.call(setData(root, "same"));
    expect(value).toMatchObject({ version: 2, mzxid: zxid });
  });

  test("data is bytes: what was written comes back", async ({ c, root }) => {
    const data = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await c.ok(setData(root, data));
    const { body } = await c.call(getData(root));
    expect(body.subarray(4, 260).equals(data)).toBe(true);
  });
});

describe("setACL", () => {
  test("S7 moves the aversion only, and its version argument is compared with that", async ({ c, root }) => {
    await c.ok(setData(root, "moves the version"));
    const before = await c.ok(exists(root));
    expect(await c.ok(setAcl(root, OPEN, 0))).toEqual({ ...before, aversion: 1 });
    expect(await c.err(setAcl(root, OPEN, 0))).toBe("BADVERSION");
    expect((await c.ok(setAcl(root, OPEN, -1))).aversion).toBe(2);
  });

  test("S8 a path that is wrong comes before an invalid ACL, which comes before a missing znode", async ({
    c,
    root,
  }) => {
    expect(
      await c.errs({
        "no slash": setAcl("x", []),
        "trailing slash": setAcl(`${root}/`, []),
        missing: setAcl(`${root}/none`, []),
        "missing, null ACL": setAcl(`${root}/none`, null),
        "missing, valid ACL": setAcl(`${root}/none`, OPEN),
      }),
    ).toEqual({
      "no slash": "BADARGUMENTS",
      "trailing slash": "BADARGUMENTS",
      missing: "INVALIDACL",
      "missing, null ACL": "INVALIDACL",
      "missing, valid ACL": "NONODE",
    });
  });

  test("S9 no ADMIN comes before a wrong version", async ({ c, root }) => {
    await c.ok(setAcl(root, [anyone(ALL & ~ADMIN)]));
    expect(await c.err(setAcl(root, OPEN, 99))).toBe("NOAUTH");
    expect(await c.err(setAcl(root, [], 99)), "an invalid ACL comes first").toBe("INVALIDACL");
  });

  test("permission bits are stored as given, unknown ones too", async ({ c, root }) => {
    await c.ok(create(`${root}/a`, { acl: [anyone(255)] }));
    expect((await c.ok(getAcl(`${root}/a`))).acl).toEqual(["255:world:anyone"]);
    await c.ok(create(`${root}/b`, { acl: [anyone(0)] }));
    expect(await c.err(getData(`${root}/b`)), "0 allows nothing").toBe("NOAUTH");
  });
});

describe("zxids", () => {
  test("S12 a failing write takes a zxid, and its reply shows it", async ({ c, root }) => {
    const failing: Record<string, Request<unknown>> = {
      "create existing": create(root),
      "create without parent": create(`${root}/none/x`),
      "create with bad path": create(`${root}/.`),
      "create with bad flags": create(`${root}/x`, { flags: 9 }),
      "create with bad ACL": create(`${root}/x`, { acl: [] }),
      "delete missing": remove(`${root}/none`),
      "delete reserved": remove("/zookeeper"),
      "setData wrong version": setData(root, "", 77),
      "setACL wrong version": setAcl(root, OPEN, 77),
    };
    for (const [what, request] of Object.entries(failing)) {
      const before = (await c.call(setData(root, ""))).zxid;
      const failed = await c.call(request);
      expect(failed.err, what).not.toBe("OK");
      expect(failed.zxid, what).toBe(before + 1n);
    }
  });

  test("reads show the zxid of the last write, whoever made it", async ({ c, connect, root }) => {
    const other = await connect();
    const { zxid } = await other.call(setData(root, "x"));
    expect((await c.call(getData(root))).zxid).toBe(zxid);
    expect((await c.call(exists("/none"))).zxid, "on failure too").toBe(zxid);
  });

  test("opening a session is a write too", async ({ c, connect, root }) => {
    const { zxid } = await c.call(setData(root, "x"));
    await connect();
    expect((await c.call(exists(root))).zxid).toBe(zxid + 1n);
  });
});

describe("the Stat", () => {
  test("of the root and the reserved znodes of a fresh server, R11", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const untouched = { czxid: 0n, mzxid: 0n, ctime: 0n, mtime: 0n, version: 0, ephemeralOwner: 0n, pzxid: 0n };
    const stats: Record<string, Partial<Stat>> = {};
    for (const path of ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"]) {
      stats[path] = await client.ok(exists(path));
    }
    client.abandon();
    expect(stats).toEqual({
      "/": { ...untouched, cversion: -1, aversion: 0, dataLength: 0, numChildren: 1 },
      "/zookeeper": { ...untouched, cversion: -2, aversion: 0, dataLength: 0, numChildren: 2 },
      "/zookeeper/quota": { ...untouched, cversion: 0, aversion: 0, dataLength: 0, numChildren: 0 },
      "/zookeeper/config": { ...untouched, cversion: 0, aversion: -1, dataLength: 0, numChildren: 0 },
    });
  });

  test("the first session of a fresh server has counter 1, its first write 2", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const epoch = differs("epoch", { zookeeper: 0n, rookery: 1n << 32n });
    expect((await client.call(exists("/"))).zxid).toBe(epoch + 1n);
    expect((await client.call(create("/a"))).zxid).toBe(epoch + 2n);
    client.abandon();
  });

  test("the visible cversion counts creates and deletes of children", async ({ c, root }) => {
    const seen: number[] = [];
    for (const request of [
      create(`${root}/a`),
      create(`${root}/b`),
      remove(`${root}/a`),
      create(`${root}/a`),
      create(`${root}/a`),
      remove(`${root}/b`),
    ]) {
      await c.err(request);
      seen.push((await c.ok(exists(root))).cversion);
    }
    expect(seen).toEqual([1, 2, 3, 4, 4, 5]);
  });

  test("grandchildren and children's data do not touch it", async ({ c, root }) => {
    await c.ok(create(`${root}/a`));
    const before = await c.ok(exists(root));
    await c.ok(create(`${root}/a/b`));
    await c.ok(setData(`${root}/a`, "x"));
    await c.ok(setAcl(`${root}/a`, OPEN));
    await c.ok(remove(`${root}/a/b`));
    expect(await c.ok(exists(root))).toEqual(before);
  });

  test("a reply's Stat is that of its own moment in the pipeline", async ({ c, root }) => {
    const replies = await c.pipeline(
      create2(`${root}/a`, { data: "1" }),
      setData(`${root}/a`, "22"),
      exists(`${root}/a`),
      setData(`${root}/a`, "333"),
      create(`${root}/a/b`),
      exists(`${root}/a`),
    );
    const stats = replies.map(({ value }) => (value as { stat?: Stat }).stat ?? (value as Stat));
    expect(stats.map(({ version }) => version)).toEqual([0, 1, 1, 2, undefined, 2]);
    expect(stats.map(({ dataLength }) => dataLength)).toEqual([1, 2, 2, 3, undefined, 3]);
    expect(stats[5]?.numChildren).toBe(1);
  });

  test.todo("S10 version 2^31 - 1 is followed by -2^31: not over the wire, it takes 2^31 writes");
  test.todo("S11 version -2 is followed by 0: not over the wire, it takes 2^32 writes");
});

describe("requests of the server itself", () => {
  test("deleteContainer from a client", async ({ connect, c, root }) => {
    const intruder = await connect();
    await c.ok(createContainer(`${root}/x`));
    const { err } = await intruder.call(deleteContainer(`${root}/x`));
    expect(err).toBe(differs("deleteContainer", { zookeeper: "OK", rookery: "UNIMPLEMENTED" }));
    expect(await c.err(exists(`${root}/x`))).toBe(differs("deleteContainer", { zookeeper: "NONODE", rookery: "OK" }));
    if (err === "UNIMPLEMENTED") expect(await intruder.connection.untilClosed()).toEqual([]);
  });

  test("createSession from a client", async ({ connect }) => {
    const intruder = await connect();
    intruder.send(malformed(OP.createSession, Buffer.alloc(4)));
    const frame = (await intruder.connection.next()) as Buffer;
    if (differs("createSession", { zookeeper: true, rookery: false })) {
      expect(frame.length, "another ConnectResponse").toBe(37);
    } else {
      expect(frame.subarray(4).toString("hex")).toBe("fffffffffffffffffffffffa");
      expect(await intruder.connection.untilClosed()).toEqual([]);
    }
  });

  test("check on its own", async ({ connect, root }) => {
    const client = await connect();
    expect(await client.err(check(root))).toBe("UNIMPLEMENTED");
    expect(await client.connection.untilClosed()).toEqual([]);
  });

  test("READ alone lets nobody write", async ({ c, root }) => {
    await c.ok(setAcl(root, [anyone(READ)]));
    expect(
      await c.errs({
        create: create(`${root}/x`),
        setData: setData(root, "x"),
        setACL: setAcl(root, OPEN),
        delete: remove(`${root}/x`),
      }),
    ).toEqual({ create: "NOAUTH", setData: "NOAUTH", setACL: "NOAUTH", delete: "NOAUTH" });
  });
});
