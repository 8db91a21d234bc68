/** Authentication and ACLs. Specification §4.13, §8 and §15.7, cases A. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { digestOf, SUPER } from "../src/configurations.ts";
import { differs } from "../src/differences.ts";
import { testOn } from "../src/fixtures.ts";
import {
  type Acl,
  ADMIN,
  ALL,
  anyone,
  auth,
  CREATE,
  create,
  DELETE,
  getAcl,
  getChildren,
  getData,
  OPEN,
  ping,
  READ,
  remove,
  sasl,
  setAcl,
  setData,
  WRITE,
  whoAmI,
} from "../src/requests.ts";
import { fourLetterWord } from "../src/server.ts";

const test = testOn("main");

const entry = (scheme: string, id: string, perms = ALL): Acl => ({ perms, scheme, id });

describe("authenticating", () => {
  for (const [what, request] of Object.entries({
    "an unknown scheme": auth("nobody", "x"),
    "the scheme world": auth("world", "anyone"),
    "the scheme auth": auth("auth", ""),
    "the scheme super": auth("super", "super:secret"),
    "the scheme sasl": auth("sasl", "x"),
    "no scheme": auth(null, "x"),
    "the scheme digest without data": auth("digest", null),
  })) {
    test(`A1 with ${what} is AUTHFAILED, then the connection is closed`, async ({ connect }) => {
      const client = await connect();
      const reply = await client.call(request);
      expect(reply).toMatchObject({ err: "AUTHFAILED", zxid: 0n });
      expect(reply.body.length).toBe(0);
      expect(await client.connection.untilClosed()).toEqual([]);
    });
  }

  test("A2 is answered with the xid of the request, zxid 0 and no body", async ({ c }) => {
    for (const xid of [77, -4]) {
      c.connection.write(c.bytesOf(auth("digest", "bob:pw"), xid));
      const reply = await c.reply();
      expect([reply.xid, reply.zxid, reply.err, reply.body.length]).toEqual([xid, 0n, "OK", 0]);
    }
  });

  test("with any digest succeeds, whatever the password, even without a colon", async ({ connect }) => {
    for (const credentials of ["bob:pw", "bob:", ":pw", "nocolon", "a:b:c"]) {
      const client = await connect();
      expect(await client.err(auth("digest", credentials)), credentials).toBe("OK");
    }
  });

  test("with ip succeeds and changes nothing", async ({ c }) => {
    expect(await c.err(auth("ip", ""))).toBe("OK");
    expect(await c.ok(whoAmI)).toEqual(["ip:127.0.0.1"]);
  });

  test("A6 behind pipelined writes, and when it is answered", async ({ connect, root }) => {
    const client = await connect();
    const creates = Array.from({ length: 50 }, (_, n) => create(`${root}/${n}`));
    const bytes = [...creates.map((request) => client.bytesOf(request)), client.bytesOf(auth("digest", "bob:pw"), -4)];
    client.connection.write(Buffer.concat(bytes));
    const xids: number[] = [];
    for (const _ of bytes) xids.push(((await client.connection.next()) as Buffer).readInt32BE());
    const writes = creates.map((_, n) => n + 1);
    expect(xids.filter((xid) => xid !== -4)).toEqual(writes);
    if (differs("A6", { zookeeper: false, rookery: true })) expect(xids).toEqual([...writes, -4]);
  });

  test("A7 counts for the requests behind it in the same segment", async ({ connect, c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [entry("digest", digestOf("bob:pw"))] }));
    const client = await connect();
    expect(await client.err(getData(`${root}/x`))).toBe("NOAUTH");
    const bytes = [client.bytesOf(auth("digest", "bob:pw"), -4), client.bytesOf(getData(`${root}/x`))];
    client.connection.write(Buffer.concat(bytes));
    await client.reply();
    expect((await client.reply()).err).toBe("OK");
  });

  test("sasl on a server without it is answered with a null token, and the connection stays", async ({ c }) => {
    const reply = await c.call(sasl(Buffer.alloc(0)));
    expect(reply).toMatchObject({ err: "OK", value: null, zxid: 0n });
    expect(await c.isServed()).toBe(true);
  });
});

describe("ACLs when they are written", () => {
  test("A3 auth stands for the caller's authenticated identities, and is INVALIDACL without any", async ({
    connect,
    root,
  }) => {
    const client = await connect();
    const acl = [entry("auth", "whatever", READ | WRITE)];
    expect(await client.err(create(`${root}/x`, { acl }))).toBe("INVALIDACL");
    await client.authenticate("bob:pw");
    await client.authenticate("alice:pw");
    await client.ok(create(`${root}/x`, { acl: [...acl, entry("auth", "", ADMIN)] }));
    const { acl: stored } = await client.ok(getAcl(`${root}/x`));
    expect(stored.slice(0, 2).sort()).toEqual([`3:digest:${digestOf("alice:pw")}`, `3:digest:${digestOf("bob:pw")}`]);
    expect(stored.slice(2).sort()).toEqual([`16:digest:${digestOf("alice:pw")}`, `16:digest:${digestOf("bob:pw")}`]);
  });

  test("A3 auth of a super user stands for the digest identity only", async ({ connect, root }) => {
    const superuser = await connect();
    await superuser.authenticate(SUPER);
    await superuser.ok(create(`${root}/x`, { acl: [entry("auth", "")] }));
    expect((await superuser.ok(getAcl(`${root}/x`))).acl).toEqual([`31:digest:${digestOf(SUPER)}`]);
  });

  test("A4 ids that no one can have are INVALIDACL", async ({ c, root }) => {
    const invalid = [
      entry("world", "foo"),
      entry("world", ""),
      entry("digest", "a"),
      entry("digest", "a:"),
      entry("digest", "a:b:c"),
      entry("digest", ""),
      entry("ip", "1.2.3"),
      entry("ip", "1.2.3.4/33"),
      entry("ip", "1.2.3.4/-1"),
      entry("ip", "1.2.3.256"),
      entry("ip", "host"),
      entry("ip", ""),
      entry("super", ""),
      entry("sasl", "x"),
      entry("x509", "CN=x"),
      entry("nobody", "x"),
    ];
    const outcome: Record<string, string> = {};
    for (const each of invalid)
      outcome[`${each.scheme}:${each.id}`] = await c.err(create(`${root}/x`, { acl: [each] }));
    expect(outcome).toEqual(Object.fromEntries(Object.keys(outcome).map((id) => [id, "INVALIDACL"])));
  });

  test("A5 ids that someone can have are stored as given", async ({ c, root }) => {
    await c.authenticate("bob:pw");
    const valid = [
      entry("digest", "a:b"),
      entry("digest", ":b"),
      entry("ip", "1.2.3.4"),
      entry("ip", "1.2.3.4/24"),
      entry("ip", "1.2.3.4/0"),
      entry("ip", "1.2.3.4/32"),
    ];
    for (const [n, each] of valid.entries()) {
      await c.ok(create(`${root}/${n}`, { acl: [each, anyone(ADMIN)] }));
      expect((await c.ok(getAcl(`${root}/${n}`))).acl[0]).toBe(`31:${each.scheme}:${each.id}`);
    }
    expect(await c.err(create(`${root}/auth`, { acl: [entry("auth", "zzz")] }))).toBe("OK");
  });

  test("IPv6 addresses in ACLs", async ({ c, root }) => {
    const outcome: Record<string, string> = {};
    for (const id of ["::1", "2001:db8::/32", "2001:db8:0:0:0:0:0:1", "::1/129", ":::", "12345::"]) {
      outcome[id] = await c.err(setAcl(root, [entry("ip", id), anyone(ALL)]));
    }
    expect(outcome).toEqual({
      "::1": "OK",
      "2001:db8::/32": "OK",
      "2001:db8:0:0:0:0:0:1": "OK",
      "::1/129": "INVALIDACL",
      ":::": "INVALIDACL",
      "12345::": "INVALIDACL",
    });
  });
});

describe("ACLs when they are checked", () => {
  test("each permission allows its own operations and no others", async ({ c, root }) => {
    const allowed: Record<string, string[]> = {};
    for (const [name, perms] of Object.entries({ READ, WRITE, CREATE, DELETE, ADMIN })) {
      const x = `${root}/${name}`;
      await c.ok(create(x));
      await c.ok(create(`${x}/child`));
      await c.ok(setAcl(x, [anyone(perms)]));
      const outcome = await c.errs({
        getData: getData(x),
        getChildren: getChildren(x),
        setData: setData(x, "x"),
        create: create(`${x}/new`),
        delete: remove(`${x}/child`),
        getACL: getAcl(x),
        setACL: setAcl(x, OPEN),
      });
      allowed[name] = Object.keys(outcome).filter((operation) => outcome[operation] === "OK");
    }
    expect(allowed).toEqual({
      READ: ["getData", "getChildren", "getACL"],
      WRITE: ["setData"],
      CREATE: ["create"],
      DELETE: ["delete"],
      ADMIN: ["getACL", "setACL"],
    });
  });

  test("digest: the right user and password, nobody else", async ({ connect, c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [entry("digest", digestOf("bob:pw"))] }));
    const outcome: Record<string, string> = {};
    for (const credentials of ["bob:pw", "bob:no", "alice:pw", "bob:pw:"]) {
      const client = await connect();
      await client.authenticate(credentials);
      outcome[credentials] = await client.err(getData(`${root}/x`));
    }
    expect(outcome).toEqual({ "bob:pw": "OK", "bob:no": "NOAUTH", "alice:pw": "NOAUTH", "bob:pw:": "NOAUTH" });
    expect(digestOf("bob:pw")).toBe("bob:ikIaKsbtGweaHnb/jKn7OHqbunM=");
  });

  test("several identities add up", async ({ connect, c, root }) => {
    await c.ok(create(`${root}/a`, { acl: [entry("digest", digestOf("alice:pw"))] }));
    await c.ok(create(`${root}/b`, { acl: [entry("digest", digestOf("bob:pw"))] }));
    const client = await connect();
    await client.authenticate("alice:pw");
    await client.authenticate("bob:pw");
    expect(await client.errs({ a: getData(`${root}/a`), b: getData(`${root}/b`) })).toEqual({ a: "OK", b: "OK" });
  });

  test("several entries add up, each for its own permissions", async ({ connect, c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [anyone(READ), entry("digest", digestOf("bob:pw"), WRITE)] }));
    const client = await connect();
    expect(await client.errs({ read: getData(`${root}/x`), write: setData(`${root}/x`, "") })).toEqual({
      read: "OK",
      write: "NOAUTH",
    });
    await client.authenticate("bob:pw");
    expect(await client.err(setData(`${root}/x`, ""))).toBe("OK");
  });

  test("ip: the address and the network of the client", async ({ c, root }) => {
    const outcome: Record<string, string> = {};
    for (const id of [
      "127.0.0.1",
      "127.0.0.1/32",
      "127.0.0.0/8",
      "127.255.0.1/8",
      "0.0.0.0/0",
      "127.0.0.2",
      "127.0.0.2/31",
      "128.0.0.1/8",
    ]) {
      const path = `${root}/${id.replace("/", "-")}`;
      await c.ok(create(path, { acl: [entry("ip", id)] }));
      outcome[id] = await c.err(getData(path));
    }
    expect(outcome).toEqual({
      "127.0.0.1": "OK",
      "127.0.0.1/32": "OK",
      "127.0.0.0/8": "OK",
      "127.255.0.1/8": "OK",
      "0.0.0.0/0": "OK",
      "127.0.0.2": "NOAUTH",
      "127.0.0.2/31": "NOAUTH",
      "128.0.0.1/8": "NOAUTH",
    });
  });

  test("super may do everything", async ({ connect, c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [anyone(0)] }));
    const superuser = await connect();
    await superuser.authenticate(SUPER);
    expect(
      await superuser.errs({
        getData: getData(`${root}/x`),
        setData: setData(`${root}/x`, ""),
        create: create(`${root}/x/y`),
        delete: remove(`${root}/x/y`),
        setACL: setAcl(`${root}/x`, OPEN),
      }),
    ).toEqual({ getData: "OK", setData: "OK", create: "OK", delete: "OK", setACL: "OK" });
    const pretender = await connect();
    await pretender.authenticate("super:wrong");
    await superuser.ok(setAcl(`${root}/x`, [anyone(0)]));
    expect(await pretender.err(getData(`${root}/x`))).toBe("NOAUTH");
  });

  test("nothing is inherited: a closed parent hides no child", async ({ c, root }) => {
    await c.ok(create(`${root}/p`));
    await c.ok(create(`${root}/p/x`, { data: "seen" }));
    await c.ok(setAcl(`${root}/p`, [anyone(ADMIN)]));
    expect((await c.ok(getData(`${root}/p/x`))).data).toBe("seen");
  });
});

const strict = testOn("strict");

describe("where authentication is required", () => {
  for (const [what, request] of Object.entries({ create: create("/x"), ping, getData: getData("/"), whoAmI })) {
    strict(
      `A8 ${what} without it is SESSIONCLOSEDREQUIRESASLAUTH, then the connection is closed`,
      async ({ connect }) => {
        const client = await connect();
        client.send(request);
        const frame = (await client.connection.next()) as Buffer;
        expect(frame.length).toBe(16);
        expect(frame.subarray(4).toString("hex"), "zxid 0, error -124").toBe("0000000000000000ffffff84");
        expect(await client.connection.untilClosed()).toEqual([]);
      },
    );
  }

  strict("A8 auth is answered, and everything is served after it", async ({ connect }) => {
    const client = await connect();
    expect(await client.err(auth("digest", "bob:pw"))).toBe("OK");
    expect(await client.err(getData("/"))).toBe("OK");
  });

  strict("A8 the right scheme is required: ip is not enough", async ({ connect }) => {
    const client = await connect();
    expect(await client.err(auth("ip", ""))).toBe("OK");
    expect(await client.err(getData("/"))).toBe("SESSIONCLOSEDREQUIRESASLAUTH");
  });

  strict("four-letter words need none", async ({ server }) => {
    expect(await fourLetterWord(server.port, "ruok")).toBe("imok");
    expect(await Client.attempt(server.port)).toBeInstanceOf(Client);
  });
});
