/** Frames and bodies that are too long, too short or not what they claim to be. Specification §1.4 and §15.1, cases F. */

import { describe, expect } from "vitest";
import { Client, type Connection, framed, nameOf } from "../src/client.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import { In, Out } from "../src/jute.ts";
import {
  check,
  checkWatches,
  create,
  createTtl,
  errorName,
  exists,
  FLAGS,
  getAcl,
  getAllChildrenNumber,
  getChildren,
  getChildren2,
  getData,
  getEphemerals,
  malformed,
  multi,
  OP,
  OPEN,
  ping,
  type Request,
  remove,
  setAcl,
  setData,
  setWatches,
  sync,
} from "../src/requests.ts";

const test = testOn("main");

const FRAME_BYTES_MAX = 0xfffff;

describe("after the handshake", () => {
  for (const length of [-1, 0, FRAME_BYTES_MAX + 1, 0x7fffffff, -0x80000000]) {
    test(`F1 a frame of length ${length} closes the connection without an answer, and leaves the session`, async ({
      connect,
      c,
      root,
    }) => {
      const client = await connect();
      await client.ok(create(`${root}/e`, { flags: FLAGS.ephemeral }));
      client.connection.write(new Out().int(length).done());
      expect(await client.connection.untilClosed()).toEqual([]);
      expect(await c.err(exists(`${root}/e`))).toBe("OK");
      const again = await connect(client.renewal());
      expect(again.id).toBe(client.id);
    });
  }

  for (const length of [1, 4, 7]) {
    test(`a frame of ${length} bytes, too short for a header, closes the connection without an answer`, async ({
      connect,
    }) => {
      const client = await connect();
      client.connection.frame(Buffer.alloc(length, 1));
      expect(await client.connection.untilClosed()).toEqual([]);
    });
  }

  test("requests ahead of a bad frame in the same segment are executed", async ({ connect, c, root }) => {
    const client = await connect();
    client.connection.write(Buffer.concat([client.bytesOf(create(`${root}/x`)), new Out().int(-1).done()]));
    await client.connection.untilClosed();
    // A write comes after all writes before it, answered or not; a read need not.
    await c.ok(setData(root, ""));
    expect(await c.err(exists(`${root}/x`))).toBe("OK");
  });

  test("F2 a frame of exactly 1048575 bytes is accepted", async ({ c, root }) => {
    const overhead = 8 + create(`${root}/big`).body.length;
    const data = Buffer.alloc(FRAME_BYTES_MAX - overhead, 0x61);
    const request = create(`${root}/big`, { data });
    expect(8 + request.body.length).toBe(FRAME_BYTES_MAX);
    expect(await c.err(request)).toBe("OK");
    const { data: back } = await c.ok(getData(`${root}/big`));
    expect(back?.length).toBe(data.length);
  });

  test("a reply may be longer than any frame the server accepts", async ({ c, root }) => {
    const name = "n".repeat(20_000);
    for (let i = 0; i < 60; i++) await c.ok(create(`${root}/${name}${i}`));
    const { body } = await c.call(getChildren(root));
    expect(body.length).toBeGreaterThan(FRAME_BYTES_MAX);
  });

  test("F4 a four-letter word after the handshake is a length, and too large a one", async ({ connect }) => {
    const client = await connect();
    client.connection.write(Buffer.from("ruok"));
    expect(await client.connection.untilClosed()).toEqual([]);
  });

  for (const opcode of [999, 0, -1, 10, 23, 99, 108, -2, 0x7fffffff]) {
    test(`F5 opcode ${opcode} is UNIMPLEMENTED with zxid -1, then the connection is closed`, async ({ connect }) => {
      const client = await connect();
      const reply = await client.call(malformed(opcode));
      expect(reply).toMatchObject({ err: "UNIMPLEMENTED", zxid: -1n });
      expect(reply.body.length).toBe(0);
      expect(await client.connection.untilClosed()).toEqual([]);
    });
  }

  test("a second ConnectRequest is opcode 0, hence UNIMPLEMENTED and a close", async ({ connect }) => {
    const client = await connect();
    client.connection.write(framed(Buffer.alloc(45)));
    const input = new In((await client.connection.next()) as Buffer);
    expect([input.int(), input.long(), errorName(input.int())]).toEqual([0, -1n, "UNIMPLEMENTED"]);
    expect(await client.connection.untilClosed()).toEqual([]);
  });

  test("F6 a request whose string is cut short is a MARSHALLINGERROR, and the connection goes on", async ({ c }) => {
    const cut = new Out().int(100).raw(Buffer.from("/a")).done();
    for (const type of Object.values(OP)) {
      if (UNDECODABLE_IS_ELSE.has(type)) continue;
      expect(await c.err(malformed(type, cut)), `opcode ${type}`).toBe("MARSHALLINGERROR");
      expect((await c.call(ping)).err).toBe("OK");
    }
  });

  test("F7 a request without a body is a MARSHALLINGERROR", async ({ c }) => {
    for (const type of Object.values(OP)) {
      if (UNDECODABLE_IS_ELSE.has(type)) continue;
      expect(await c.err(malformed(type)), `opcode ${type}`).toBe("MARSHALLINGERROR");
    }
  });

  test("a string or a buffer with a negative or an absurd length is a MARSHALLINGERROR", async ({ c }) => {
    for (const length of [-2, -0x80000000, 0x7fffffff]) {
      expect(await c.err(malformed(OP.getData, new Out().int(length).int(0).done())), `path of ${length}`).toBe(
        "MARSHALLINGERROR",
      );
      const data = new Out().string("/x").int(length).int(0).done();
      expect(await c.err(malformed(OP.setData, data)), `data of ${length}`).toBe("MARSHALLINGERROR");
    }
  });

  test("a list with an absurd count is a MARSHALLINGERROR", async ({ c }) => {
    for (const count of [0x7fffffff, 1_000_000]) {
      const body = new Out().string("/x").buffer(Buffer.alloc(0)).int(count).done();
      expect(await c.err(malformed(OP.create, body)), `ACL of ${count}`).toBe("MARSHALLINGERROR");
      const watches = new Out().long(0n).int(count).done();
      expect(await c.err(malformed(OP.setWatches, watches)), `watches of ${count}`).toBe("MARSHALLINGERROR");
    }
  });

  test("an undecodable write is answered with the zxid last applied, or one of its own", async ({ c, root }) => {
    for (const type of [OP.create, OP.delete, OP.setData, OP.setAcl, OP.create2, OP.createTtl, OP.multi]) {
      const before = (await c.call(setData(root, ""))).zxid;
      const { err, zxid } = await c.call(malformed(type));
      expect(err).toBe("MARSHALLINGERROR");
      const taken = { zookeeper: type === OP.multi ? [1n] : [0n], rookery: [0n, 1n] };
      expect(differs("undecodable", taken), nameOf(type)).toContain(zxid - before);
    }
  });

  test("F8 bytes after a request are ignored", async ({ c, root }) => {
    const request = getData(root);
    const longer = { ...request, body: Buffer.concat([request.body, Buffer.from("junk")]) };
    expect((await c.call(longer)).err).toBe("OK");
    const write = setData(root, "x");
    expect(await c.err({ ...write, body: Buffer.concat([write.body, Buffer.from("junk")]) })).toBe("OK");
  });

  test("any byte but 0 is true", async ({ c, root }) => {
    const request = getData(root, true);
    request.body[request.body.length - 1] = 0xff;
    await c.ok(request);
    await c.ok(setData(root, "x"));
    expect(await c.events()).toEqual([`changed ${root}`]);
  });

  test("F9 an auth that cannot be decoded closes the connection without an answer", async ({ connect }) => {
    for (const body of ["0000", "", "00000000", "00000000ffffffff000000ff"]) {
      const client = await connect();
      client.send(malformed(OP.auth, body));
      expect(await client.connection.untilClosed(), `auth of ${body}`).toEqual([]);
    }
  });

  test("a sasl request that cannot be decoded, or whose token is null, closes the connection", async ({ connect }) => {
    for (const body of ["", "00", "000000ff", "ffffffff"]) {
      const client = await connect();
      client.send(malformed(OP.sasl, body));
      expect(await client.connection.untilClosed(), `sasl of ${body}`).toEqual([]);
    }
  });

  test("F10 a ping is answered with xid -2 whatever its own", async ({ connect }) => {
    const client = await connect();
    for (const xid of [5, -2, 0, -1]) {
      client.connection.write(client.bytesOf(ping, xid));
      const reply = await client.reply();
      expect([reply.xid, reply.err, reply.body.length]).toEqual([-2, "OK", 0]);
    }
  });

  test("the xid of a reply is the request's, whatever its sign", async ({ c, root }) => {
    for (const xid of [0x7fffffff, -0x80000000, 0, -2, -4, -8, -9, 12]) {
      c.connection.write(c.bytesOf(getData(root), xid));
      expect((await c.reply()).xid).toBe(xid);
    }
  });

  test("a null path is a MARSHALLINGERROR where the server looks into it, and BADARGUMENTS where it is validated", async ({
    c,
  }) => {
    expect(
      await c.errs({
        create: create(null),
        delete: remove(null),
        exists: exists(null),
        getData: getData(null),
        getChildren: getChildren(null),
        setData: setData(null, "x"),
        setAcl: setAcl(null, OPEN),
      }),
    ).toEqual({
      create: "MARSHALLINGERROR",
      delete: "MARSHALLINGERROR",
      exists: "MARSHALLINGERROR",
      getData: "MARSHALLINGERROR",
      getChildren: "MARSHALLINGERROR",
      setData: "BADARGUMENTS",
      setAcl: "BADARGUMENTS",
    });
    expect(await c.isServed()).toBe(true);
  });

  test("a null path elsewhere is a MARSHALLINGERROR where it is looked up, and ordinary where it is only compared", async ({
    c,
  }) => {
    expect(
      await c.errs({
        getACL: getAcl(null),
        getChildren2: getChildren2(null),
        getAllChildrenNumber: getAllChildrenNumber(null),
        "check in a multi": multi([check(null)]),
        "setWatches with a null path": setWatches(0n, { data: [null] }),
        sync: sync(null),
        getEphemerals: getEphemerals(null),
        checkWatches: checkWatches(null, 3),
      }),
    ).toEqual({
      getACL: "MARSHALLINGERROR",
      getChildren2: "MARSHALLINGERROR",
      getAllChildrenNumber: "MARSHALLINGERROR",
      "check in a multi": "MARSHALLINGERROR",
      "setWatches with a null path": "MARSHALLINGERROR",
      sync: "OK",
      getEphemerals: "OK",
      checkWatches: "NOWATCHER",
    });
  });

  test("null inside an ACL: no scheme is an INVALIDACL, no id a MARSHALLINGERROR", async ({ c, root }) => {
    expect(
      await c.errs({
        "no scheme": create(`${root}/a`, { acl: [{ perms: 31, scheme: null, id: "anyone" }] }),
        "no id": create(`${root}/b`, { acl: [{ perms: 31, scheme: "digest", id: null }] }),
      }),
    ).toEqual({ "no scheme": "INVALIDACL", "no id": "MARSHALLINGERROR" });
  });

  test("one connection's bad frames do not disturb another's requests", async ({ connect, c, root }) => {
    for (let i = 0; i < 10; i++) {
      const bad = await connect();
      bad.connection.write(new Out().int(i % 2 === 0 ? -1 : 0x7fffffff).done());
      expect((await c.call(setData(root, `${i}`))).err).toBe("OK");
    }
  });
});

describe("before the handshake", () => {
  const bytes: Record<string, Buffer> = {
    "`GET `": Buffer.from("GET / HTTP/1.1\r\n\r\n"),
    "a frame of 5 junk bytes": framed(Buffer.from("junk!")),
    "an empty frame": framed(Buffer.alloc(0)),
    "telnet's goodbye": Buffer.from("fff4fffd", "hex"),
    "a negative length": Buffer.from("ffffffff", "hex"),
    "a length above the limit": Buffer.from("00100000", "hex"),
    "a ConnectRequest without its password": framed(Buffer.alloc(24)),
    "a password longer than the frame": framed(Buffer.concat([Buffer.alloc(24), Buffer.from("00000040", "hex")])),
    "a request instead of a ConnectRequest": framed(Buffer.concat([Buffer.from("0000000100000003", "hex")])),
    "a TLS ClientHello": Buffer.from("16030100c8010000c40303", "hex"),
  };
  for (const [what, sent] of Object.entries(bytes)) {
    test(`F3 ${what} closes the connection without an answer`, async ({ open }) => {
      const connection: Connection = await open();
      connection.write(sent);
      expect(await connection.untilClosed()).toEqual([]);
    });
  }

  test("a client that leaves in the middle of a frame disturbs nobody", async ({ open, server }) => {
    for (const part of ["00", "0000002d", "0000002d00000000", "7275"]) {
      const connection = await open();
      await new Promise((sent) => connection.socket.write(Buffer.from(part, "hex"), sent));
      connection.destroy();
    }
    const client = (await Client.attempt(server.port)) as Client;
    expect(await client.isServed()).toBe(true);
    client.abandon();
  });
});

describe("deserialization depth", () => {
  test("a multi inside a multi is a MARSHALLINGERROR", async ({ c, root }) => {
    expect(await c.err(multi([multi([create(`${root}/a`)])]))).toBe("MARSHALLINGERROR");
    expect(await c.isServed()).toBe(true);
  });

  test("a createTTL without its ttl is a MARSHALLINGERROR", async ({ c, root }) => {
    const whole: Request<unknown> = createTtl(`${root}/a`, 1000n);
    expect(await c.err(malformed(OP.createTtl, whole.body.subarray(0, -8)))).toBe("MARSHALLINGERROR");
  });
});

/** Opcodes without a body, those that close instead, and those whose fate is a case of its own. */
const UNDECODABLE_IS_ELSE: ReadonlySet<number> = new Set([
  OP.createSession,
  OP.closeSession,
  OP.ping,
  OP.auth,
  OP.sasl,
  OP.whoAmI,
  OP.deleteContainer,
  OP.check,
  OP.reconfig,
]);
