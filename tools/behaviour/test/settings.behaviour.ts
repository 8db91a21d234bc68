/** Settings that change what clients see. Specification §17. */

import { createHash } from "node:crypto";
import { describe, expect } from "vitest";
import { Connection, connectRequest } from "../src/client.ts";
import { testOn } from "../src/fixtures.ts";
import {
  anyone,
  create,
  exists,
  getAcl,
  getData,
  OPEN,
  type Request,
  remove,
  type Stat,
  setAcl,
  setData,
} from "../src/requests.ts";

const test = testOn("unusual");

describe("settings", () => {
  test("jute.maxbuffer is the longest frame, inclusive", async ({ connect, c, root }) => {
    const request = (bytes: number): Request<unknown> => {
      const overhead = 8 + setData(root, "").body.length;
      return setData(root, Buffer.alloc(bytes - overhead));
    };
    expect(await c.err(request(4096))).toBe("OK");
    const client = await connect();
    client.send(request(4097));
    expect(await client.connection.untilClosed()).toEqual([]);
  });

  test("skipACL=yes allows everything to everyone, and ACLs are stored all the same", async ({ c, root }) => {
    await c.ok(create(`${root}/x`, { acl: [anyone(0)] }));
    expect(
      await c.errs({
        getData: getData(`${root}/x`),
        setData: setData(`${root}/x`, "x"),
        create: create(`${root}/x/y`),
        delete: remove(`${root}/x/y`),
        getACL: getAcl(`${root}/x`),
        setACL: setAcl(`${root}/x`, OPEN),
        "invalid ACL": create(`${root}/y`, { acl: [] }),
      }),
    ).toEqual({
      getData: "OK",
      setData: "OK",
      create: "OK",
      delete: "OK",
      getACL: "OK",
      setACL: "OK",
      "invalid ACL": "INVALIDACL",
    });
  });

  test("DigestAuthenticationProvider.digestAlg is the hash of digest ids", async ({ c, root }) => {
    await c.authenticate("bob:pw");
    await c.ok(create(`${root}/x`, { acl: [{ perms: 31, scheme: "auth", id: "" }] }));
    const hash = createHash("sha256").update("bob:pw").digest("base64");
    expect((await c.ok(getAcl(`${root}/x`))).acl).toEqual([`31:digest:bob:${hash}`]);
  });

  test("a globalOutstandingLimit of 5 slows a pipeline and loses nothing of it", async ({ connect, c, root }) => {
    const other = await connect();
    const writes = Array.from({ length: 500 }, () => setData(root, "x"));
    const [mine, others] = await Promise.all([c.pipeline(...writes), other.pipeline(...writes)]);
    const versions = [...mine, ...others].map(({ value }) => (value as Stat).version);
    expect(new Set(versions).size).toBe(1000);
    expect((await c.ok(exists(root))).version).toBe(1000);
  });

  test("maxCnxns bounds the connections of all addresses together", async ({ open, server }) => {
    const connections: Connection[] = [];
    let refused = 0;
    for (let n = 0; n < 16; n++) {
      const connection = await open();
      connection.frame(connectRequest({ timeoutMs: 1000 }));
      if ((await connection.next()) === "closed") refused += 1;
      else connections.push(connection);
    }
    expect(connections.length).toBeLessThanOrEqual(12);
    expect(connections.length).toBeGreaterThanOrEqual(8);
    expect(refused).toBe(16 - connections.length);
    for (const connection of connections) connection.destroy();
    expect(await (await Connection.open(server.port)).isClosed).toBe(false);
  });
});
