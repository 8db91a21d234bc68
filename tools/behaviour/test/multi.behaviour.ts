/** multi and multiRead. Specification §5 and §15.5, cases M. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import { Out } from "../src/jute.ts";
import {
  ALL,
  anyone,
  check,
  create,
  create2,
  createContainer,
  createTtl,
  exists,
  FLAGS,
  getChildren,
  getChildren2,
  getData,
  malformed,
  multi,
  multiBody,
  multiRead,
  OP,
  OPEN,
  READ,
  remove,
  type Slot,
  setAcl,
  setData,
  sync,
} from "../src/requests.ts";

const test = testOn("main");

/** The types and errors of a multi's results: what a failed one consists of. */
const outcome = (slots: readonly Slot[]) => slots.map(({ type, err }) => (err === "OK" && type !== -1 ? type : err));

describe("a multi that succeeds", () => {
  test("M1 may have no operations: the answer is the terminator, and a zxid is taken", async ({ c, root }) => {
    const before = (await c.call(setData(root, ""))).zxid;
    const reply = await c.call(multi([]));
    expect(reply).toMatchObject({ err: "OK", value: [], zxid: before + 1n });
    expect(reply.body.toString("hex")).toBe("ffffffff01ffffffff");
  });

  test("M2 sees the effects of its own operations, and answers each with its own type", async ({ c, root }) => {
    const path = `${root}/x`;
    const slots = await c.ok(
      multi([create(path), check(path, 0), setData(path, "y", 0), check(path, 1), remove(path, 1)]),
    );
    expect(outcome(slots)).toEqual([1, 13, 5, 13, 2]);
    expect(slots[0]?.path).toBe(path);
    expect(slots[2]?.stat?.version).toBe(1);
    expect(await c.err(exists(path))).toBe("NONODE");
  });

  test("M3 numbers its sequential creates one after the other", async ({ c, root }) => {
    const sequential = create(`${root}/s`, { flags: FLAGS.sequential });
    const slots = await c.ok(multi([sequential, sequential, sequential]));
    expect(slots.map(({ path }) => path)).toEqual([0, 1, 2].map((n) => `${root}/s000000000${n}`));
  });

  test("has one zxid and one time for all", async ({ c, root }) => {
    const { value, zxid } = await c.call(multi([create2(`${root}/a`), create2(`${root}/b`), setData(root, "x")]));
    const stats = (value ?? []).map(({ stat }) => stat);
    expect(stats.map((stat) => stat?.mzxid)).toEqual([zxid, zxid, zxid]);
    expect(new Set(stats.map((stat) => stat?.mtime)).size).toBe(1);
  });

  test("answers the Stats of their moment, not of the end", async ({ c, root }) => {
    const slots = await c.ok(
      multi([create2(`${root}/a`), create(`${root}/a/b`), setData(`${root}/a`, "1"), setData(`${root}/a`, "22")]),
    );
    expect(slots[0]?.stat).toMatchObject({ version: 0, numChildren: 0, dataLength: 0 });
    expect(slots[2]?.stat).toMatchObject({ version: 1, numChildren: 1, dataLength: 1 });
    expect(slots[3]?.stat).toMatchObject({ version: 2, numChildren: 1, dataLength: 2 });
  });

  test("M8 M9 answers create2, createContainer and createTTL with type 15 and a Stat", async ({ c, root }) => {
    const { value: slots = [], zxid } = await c.call(
      multi([create2(`${root}/a`), createContainer(`${root}/b`), createTtl(`${root}/c`, 100_000n)]),
    );
    expect(outcome(slots)).toEqual([15, 15, 15]);
    expect(slots.map(({ path, stat }) => [path, stat?.czxid])).toEqual([
      [`${root}/a`, zxid],
      [`${root}/b`, zxid],
      [`${root}/c`, zxid],
    ]);
  });

  test("a create with the container flag inside it makes a container, result type 15", async ({ c, root }) => {
    const slots = await c.ok(multi([create(`${root}/a`, { flags: FLAGS.container })]));
    expect(outcome(slots)).toEqual([15]);
  });

  test("its operations may be any number", async ({ c, root }) => {
    const operations = Array.from({ length: 2000 }, (_, n) => create(`${root}/n${n}`));
    expect(outcome(await c.ok(multi(operations)))).toEqual(operations.map(() => 1));
    const removals = operations.map((_, n) => remove(`${root}/n${n}`));
    expect(outcome(await c.ok(multi(removals)))).toEqual(operations.map(() => 2));
  });

  test("the parent's pzxid and cversion move as by single operations", async ({ c, root }) => {
    const before = await c.ok(exists(root));
    const { zxid } = await c.call(multi([create(`${root}/a`), create(`${root}/b`), remove(`${root}/a`)]));
    expect(await c.ok(exists(root))).toEqual({
      ...before,
      numChildren: 1,
      cversion: before.cversion + 3,
      pzxid: zxid,
    });
  });
});

describe("a multi that fails", () => {
  test("M4 answers OK in its header, and in the slots 0, the error, and RUNTIMEINCONSISTENCY", async ({ c, root }) => {
    const reply = await c.call(multi([create(`${root}/a`), setData(root, "x", 9), create(`${root}/b`), check(root)]));
    expect(reply.err).toBe("OK");
    expect(reply.value).toEqual([
      { type: -1, err: "OK" },
      { type: -1, err: "BADVERSION" },
      { type: -1, err: "RUNTIMEINCONSISTENCY" },
      { type: -1, err: "RUNTIMEINCONSISTENCY" },
    ]);
    expect(await c.ok(getChildren(root)), "nothing is applied").toEqual([]);
  });

  test("M5 when the first fails, no slot says 0", async ({ c, root }) => {
    const slots = await c.ok(multi([check(root, 9), create(`${root}/a`)]));
    expect(outcome(slots)).toEqual(["BADVERSION", "RUNTIMEINCONSISTENCY"]);
  });

  test("M6 when the last fails, all before say 0", async ({ c, root }) => {
    expect(outcome(await c.ok(multi([create(`${root}/a`), remove(`${root}/none`)])))).toEqual(["OK", "NONODE"]);
  });

  test("M7 takes no sequence number", async ({ c, root }) => {
    const sequential = create(`${root}/s`, { flags: FLAGS.sequential });
    await c.ok(multi([sequential, sequential, check(root, 9)]));
    expect((await c.ok(sequential)).path).toBe(`${root}/s0000000000`);
    expect((await c.ok(exists(root))).cversion).toBe(1);
  });

  test("takes a zxid", async ({ c, root }) => {
    const before = (await c.call(setData(root, ""))).zxid;
    expect((await c.call(multi([check(root, 99)]))).zxid).toBe(before + 1n);
  });

  test("leaves no trace that a request pipelined behind it could see", async ({ c, root }) => {
    const replies = await c.pipeline(
      multi([create(`${root}/a`), setData(root, "x"), check(`${root}/none`)]),
      create(`${root}/a/b`),
      create(`${root}/a`),
      setData(root, "y", 0),
    );
    expect(replies.map(({ err }) => err)).toEqual(["OK", "NONODE", "OK", "OK"]);
  });

  test("sees the effects of requests pipelined ahead of it", async ({ c, root }) => {
    const [, , third] = await c.pipeline(
      create(`${root}/a`),
      setData(`${root}/a`, "x"),
      multi([check(`${root}/a`, 1), create(`${root}/a/b`), remove(`${root}/a`)]),
    );
    expect(outcome(third?.value as Slot[])).toEqual(["OK", "OK", "NOTEMPTY"]);
  });

  test("M10 M11 M12 fails as the single operations would, each after those before it", async ({ c, root }) => {
    const x = `${root}/x`;
    const outcomes = {
      "child of an ephemeral": await c.ok(multi([create(x, { flags: FLAGS.ephemeral }), create(`${x}/y`)])),
      "create twice": await c.ok(multi([create(x), create(x)])),
      "delete twice": await c.ok(multi([create(x), remove(x), remove(x)])),
      "delete a parent": await c.ok(multi([create(x), create(`${x}/y`), remove(x)])),
      "version moved by itself": await c.ok(multi([setData(root, "x", 0), setData(root, "y", 0)])),
      "parent removed by itself": await c.ok(multi([create(x), remove(x), create(`${x}/y`)])),
    };
    expect(Object.fromEntries(Object.entries(outcomes).map(([what, slots]) => [what, outcome(slots)]))).toEqual({
      "child of an ephemeral": ["OK", "NOCHILDRENFOREPHEMERALS"],
      "create twice": ["OK", "NODEEXISTS"],
      "delete twice": ["OK", "OK", "NONODE"],
      "delete a parent": ["OK", "OK", "NOTEMPTY"],
      "version moved by itself": ["OK", "BADVERSION"],
      "parent removed by itself": ["OK", "OK", "NONODE"],
    });
    expect(await c.err(exists(x))).toBe("NONODE");
  });

  test("M13 an invalid ACL fails its own slot", async ({ c, root }) => {
    expect(outcome(await c.ok(multi([create(`${root}/a`, { acl: [] }), create(`${root}/b`)])))).toEqual([
      "INVALIDACL",
      "RUNTIMEINCONSISTENCY",
    ]);
  });

  test("bad paths and bad TTLs fail their own slots", async ({ c, root }) => {
    const failing = {
      "bad path": create(`${root}/.`),
      "delete of a reserved znode": remove("/zookeeper"),
      "setData of no path": setData("x", ""),
      "check of no path": check("x"),
      "check of nothing": check(`${root}/none`),
      "ttl 0": createTtl(`${root}/t`, 0n),
    };
    const outcomes: Record<string, unknown> = {};
    for (const [what, request] of Object.entries(failing)) {
      outcomes[what] = outcome(await c.ok(multi([check(root), request, check(root)])));
    }
    const fails = (err: string) => ["OK", err, "RUNTIMEINCONSISTENCY"];
    expect(outcomes).toEqual({
      "bad path": fails("BADARGUMENTS"),
      "delete of a reserved znode": fails("BADARGUMENTS"),
      "setData of no path": fails("BADARGUMENTS"),
      "check of no path": fails("BADARGUMENTS"),
      "check of nothing": fails("NONODE"),
      "ttl 0": fails("BADARGUMENTS"),
    });
  });

  test("M19 check needs READ", async ({ c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [anyone(ALL & ~READ)] }));
    expect(outcome(await c.ok(multi([check(`${root}/x`, 99)])))).toEqual(["NOAUTH"]);
    await c.ok(create(`${root}/y`, { acl: [anyone(READ)] }));
    expect(outcome(await c.ok(multi([check(`${root}/y`, 0), check(`${root}/y`, -1)])))).toEqual([13, 13]);
  });

  test("permissions are judged on what the multi itself has made", async ({ c, root }) => {
    const x = `${root}/x`;
    expect(outcome(await c.ok(multi([create(x, { acl: [anyone(READ)] }), create(`${x}/y`)])))).toEqual([
      "OK",
      "NOAUTH",
    ]);
    expect(outcome(await c.ok(multi([create(x, { acl: [anyone(READ)] }), setData(x, "")])))).toEqual(["OK", "NOAUTH"]);
  });
});

describe("a multi that is not one", () => {
  test("M14 with reads, setACL, sync or anything else inside is a MARSHALLINGERROR", async ({ c, root }) => {
    const inside = {
      exists: [exists(root)],
      getData: [getData(root)],
      getChildren: [getChildren(root)],
      "create and getData": [create(`${root}/a`), getData(root)],
      "getData and create": [getData(root), create(`${root}/a`)],
      setACL: [setAcl(root, OPEN)],
      sync: [sync(root)],
      "opcode 999": [malformed(999)],
      "opcode 0": [malformed(0)],
    };
    for (const [what, operations] of Object.entries(inside)) {
      const reply = await c.call(multi(operations));
      expect([reply.err, reply.body.length], what).toEqual(["MARSHALLINGERROR", 0]);
    }
    expect(await c.ok(getChildren(root))).toEqual([]);
  });

  test("M15 without its terminator, or cut short, is a MARSHALLINGERROR", async ({ c, root }) => {
    const whole = multi([create(`${root}/a`), create(`${root}/b`)]).body;
    const lengths = [0, 1, 8, 9, 20, whole.length - 9, whole.length - 1];
    for (const length of lengths) {
      const reply = await c.call(malformed(OP.multi, whole.subarray(0, length)));
      expect([reply.err, reply.body.length], `${length} of ${whole.length} bytes`).toEqual(["MARSHALLINGERROR", 0]);
    }
    expect(await c.ok(getChildren(root))).toEqual([]);
  });

  test("M20 with flags that mean no kind is a MARSHALLINGERROR as a whole", async ({ c, root }) => {
    const reply = await c.call(multi([create(`${root}/a`), create(`${root}/b`, { flags: 9 })]));
    expect([reply.err, reply.body.length]).toEqual(["MARSHALLINGERROR", 0]);
    expect(await c.ok(getChildren(root))).toEqual([]);
  });

  test("the err field of the operations' headers is ignored", async ({ c, root }) => {
    const { type, body } = create(`${root}/a`);
    const request = malformed(
      OP.multi,
      new Out().int(type).bool(false).int(77).raw(body).int(-1).bool(true).int(0).done(),
    );
    expect(await c.err(request)).toBe("OK");
    expect(await c.err(exists(`${root}/a`))).toBe("OK");
  });

  test("a createTTL inside a multi with another kind's flags", async ({ throwaway }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const reply = await client.call(multi([createTtl("/x", -1n, { flags: 0 })]));
    const got = reply.err === "OK" ? outcome(reply.value ?? []) : reply.err;
    client.abandon();
    expect(differs("M-ttl", { zookeeper: [[1]], rookery: [[1], ["BADARGUMENTS"], "MARSHALLINGERROR"] })).toContainEqual(
      got,
    );
  });
});

describe("multiRead", () => {
  test("M16 answers each read, and goes on after a failed one", async ({ c, root }) => {
    await c.ok(setData(root, "data"));
    await c.ok(create(`${root}/a`));
    const slots = await c.ok(
      multiRead([
        getData(root),
        getChildren(root),
        getData(`${root}/none`),
        getChildren(`${root}/none`),
        getChildren(`${root}/a`),
      ]),
    );
    expect(outcome(slots)).toEqual([4, 8, "NONODE", "NONODE", 8]);
    expect(slots[0]).toMatchObject({ data: "data", stat: await c.ok(exists(root)) });
    expect(slots[1]?.children).toEqual(["a"]);
    expect(slots[4]?.children).toEqual([]);
  });

  test("may have no operations", async ({ c }) => {
    expect(await c.ok(multiRead([]))).toEqual([]);
  });

  test("takes no zxid", async ({ c, root }) => {
    const before = (await c.call(setData(root, ""))).zxid;
    expect((await c.call(multiRead([getData(root)]))).zxid).toBe(before);
  });

  test("checks READ for each operation", async ({ c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [anyone(0)] }));
    expect(outcome(await c.ok(multiRead([getData(`${root}/x`), getChildren(`${root}/x`), getData(root)])))).toEqual([
      "NOAUTH",
      "NOAUTH",
      4,
    ]);
  });

  test("M17 sets no watch, whatever its flags say", async ({ c, root }) => {
    await c.ok(multiRead([getData(root, true), getChildren(root, true)]));
    await c.ok(setData(root, "x"));
    await c.ok(create(`${root}/a`));
    expect(await c.events()).toEqual([]);
  });

  test("M18 with anything but getData and getChildren is a MARSHALLINGERROR that carries a body", async ({
    c,
    root,
  }) => {
    const inside = { create: create(`${root}/a`), exists: exists(root), getChildren2: getChildren2(root) };
    for (const [what, operation] of Object.entries(inside)) {
      const reply = await c.call(multiRead([operation]));
      expect(reply.err, what).toBe("MARSHALLINGERROR");
    }
    expect((await c.call(multiRead([create(`${root}/a`)]))).body.toString("hex")).toBe("ffffffff01ffffffff");
    expect(await c.ok(getChildren(root))).toEqual([]);
  });

  test("cut short is a MARSHALLINGERROR", async ({ c, root }) => {
    expect(await c.err(malformed(OP.multiRead, multiBody([getData(root)])))).toBe("MARSHALLINGERROR");
    expect(await c.err(malformed(OP.multiRead))).toBe("MARSHALLINGERROR");
  });
});
