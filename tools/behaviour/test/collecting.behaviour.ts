/** What the server does by its own clock: containers, TTL znodes, idle connections. Specification §2.4 and §7.4. */

import { describe, expect } from "vitest";
import { Client, connectRequest } from "../src/client.ts";
import { testOn } from "../src/fixtures.ts";
import {
  addWatch,
  create,
  createContainer,
  createTtl,
  exists,
  FLAGS,
  getChildren,
  multi,
  OPEN,
  remove,
  setAcl,
  setData,
  WATCH_MODE,
} from "../src/requests.ts";

const test = testOn("brisk");
const bare = testOn("bare");

const soon = (ms: number) => new Promise((later) => setTimeout(later, ms));

describe.concurrent("containers", () => {
  test("go when their last child has gone, as by a delete", async ({ c, root }) => {
    await c.ok(createContainer(`${root}/c`));
    await c.ok(create(`${root}/c/x`));
    await c.pipeline(exists(`${root}/c`, true), getChildren(root, true));
    const before = (await c.call(remove(`${root}/c/x`))).zxid;
    const [deleted, children] = [await c.notification(), await c.notification()];
    expect([deleted.event, children.event]).toEqual([`deleted ${root}/c`, `children ${root}`]);
    expect(deleted.zxid).toBeGreaterThan(before);
    expect(children.zxid).toBe(deleted.zxid);
    expect(await c.ok(exists(root))).toMatchObject({ pzxid: deleted.zxid, numChildren: 0 });
    expect(await c.err(create(`${root}/c/y`))).toBe("NONODE");
  });

  test("stay while they have a child", async ({ c, root }) => {
    await c.ok(createContainer(`${root}/c`));
    await c.ok(create(`${root}/c/x`));
    await c.ok(create(`${root}/c/y`));
    await c.ok(remove(`${root}/c/x`));
    await soon(2200);
    expect(await c.err(exists(`${root}/c`))).toBe("OK");
  });

  test("that never had a child stay a while, then go", async ({ c, root }) => {
    await c.ok(createContainer(`${root}/c`));
    await c.ok(exists(`${root}/c`, true));
    const since = performance.now();
    expect((await c.notification()).event).toBe(`deleted ${root}/c`);
    expect(performance.now() - since).toBeGreaterThan(2500);
  });

  test("made inside a multi go as well", async ({ c, root }) => {
    await c.ok(multi([create(`${root}/c`, { flags: FLAGS.container }), create(`${root}/c/x`), remove(`${root}/c/x`)]));
    await c.ok(addWatch(`${root}/c`, WATCH_MODE.persistent));
    expect((await c.notification()).event).toBe(`deleted ${root}/c`);
  });

  test("with an ephemeral child go after its session", async ({ connect, c, root }) => {
    const owner = await connect();
    await c.ok(createContainer(`${root}/c`));
    await owner.ok(create(`${root}/c/e`, { flags: FLAGS.ephemeral }));
    await c.ok(exists(`${root}/c`, true));
    await owner.close();
    expect((await c.notification()).event).toBe(`deleted ${root}/c`);
  });

  test("persistent znodes made with the container flag do not go", async ({ c, root }) => {
    await c.ok(create(`${root}/p`, { flags: FLAGS.container }));
    await c.ok(create(`${root}/p/x`));
    await c.ok(remove(`${root}/p/x`));
    await soon(2200);
    expect(await c.err(exists(`${root}/p`))).toBe("OK");
  });
});

describe.concurrent("TTL znodes", () => {
  test("go when nobody has written them for their time", async ({ c, root }) => {
    await c.ok(createTtl(`${root}/t`, 1000n));
    await c.pipeline(exists(`${root}/t`, true), getChildren(root, true));
    const since = performance.now();
    expect((await c.notification()).event).toBe(`deleted ${root}/t`);
    expect(performance.now() - since).toBeGreaterThan(900);
    expect((await c.notification()).event).toBe(`children ${root}`);
  });

  test("stay while they are written", async ({ c, root }) => {
    await c.ok(createTtl(`${root}/t`, 1500n));
    for (let n = 0; n < 6; n++) {
      await soon(500);
      await c.ok(setData(`${root}/t`, `${n}`));
    }
    await c.ok(exists(`${root}/t`, true));
    expect((await c.notification()).event).toBe(`deleted ${root}/t`);
  });

  test("are not kept by setACL", async ({ c, root }) => {
    await c.ok(createTtl(`${root}/t`, 1200n));
    await c.ok(addWatch(`${root}/t`, WATCH_MODE.persistent));
    const since = performance.now();
    for (let n = 0; n < 2; n++) {
      await soon(500);
      await c.ok(setAcl(`${root}/t`, OPEN));
    }
    expect((await c.notification()).event).toBe(`deleted ${root}/t`);
    expect(performance.now() - since).toBeLessThan(3000);
  });

  test("stay while they have a child, and go at once when it has gone", async ({ c, root }) => {
    await c.ok(createTtl(`${root}/t`, 1n));
    await c.err(create(`${root}/t/x`));
    await soon(2000);
    expect(await c.err(exists(`${root}/t`, true))).toBe("OK");
    await c.ok(remove(`${root}/t/x`));
    expect((await c.notification()).event).toBe(`deleted ${root}/t`);
  });
});

describe.concurrent("connections", () => {
  test("H16 a connection that never speaks is closed", async ({ open }) => {
    const connection = await open();
    const since = performance.now();
    expect(await connection.untilClosed(12_000)).toEqual([]);
    expect(performance.now() - since).toBeGreaterThan(1900);
    expect(performance.now() - since, "the limit is 2 s, rounded up, and twice that at most").toBeLessThan(6000);
  });

  test("H16 so is one that stops in the middle of its ConnectRequest", async ({ open }) => {
    const connection = await open();
    connection.write(Buffer.from("0000002d00000000", "hex"));
    expect(await connection.untilClosed(12_000)).toEqual([]);
  });

  bare("H15 one connection more than the limit of its address is closed at once", async ({ open, server }) => {
    const connections = [];
    for (let n = 0; n < 5; n++) {
      const connection = await open();
      connection.frame(connectRequest());
      expect(await connection.next()).not.toBe("closed");
      connections.push(connection);
    }
    const more = await open();
    more.frame(connectRequest());
    expect(await more.untilClosed()).toEqual([]);
    connections[0]?.destroy();
    let opened: unknown = "closed";
    for (let tries = 0; tries < 40 && opened === "closed"; tries++) {
      await soon(50);
      opened = await Client.attempt(server.port).catch(() => "closed");
    }
    expect(opened, "a place that becomes free is given again").toBeInstanceOf(Client);
    if (opened instanceof Client) await opened.close();
  });
});
