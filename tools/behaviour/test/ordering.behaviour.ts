/** What comes before what. Specification §3.2, §3.5 and §13. */

import { describe, expect } from "vitest";
import { Client } from "../src/client.ts";
import { testOn } from "../src/fixtures.ts";
import {
  check,
  create,
  exists,
  FLAGS,
  getChildren,
  getData,
  multi,
  ping,
  type Request,
  remove,
  type Stat,
  setData,
  sync,
  whoAmI,
} from "../src/requests.ts";

const test = testOn("main");

const version = async (c: Client, path: string) => (await c.ok(exists(path))).version;

describe("replies", () => {
  test("come in the order of the requests, reads, writes, failures and pings mixed", async ({ c, root }) => {
    const kinds: ((n: number) => Request<unknown>)[] = [
      (n) => create(`${root}/${n}`),
      () => getData(root),
      () => ping,
      (n) => setData(`${root}/${n - 3}`, "x"),
      () => exists(`${root}/none`),
      () => sync(root),
      (n) => multi([check(root), setData(root, `${n}`)]),
      () => getChildren(root),
      () => setData(root, "x", 999_999),
      () => whoAmI,
      (n) => remove(`${root}/${n - 10}`),
    ];
    const requests = Array.from({ length: 1100 }, (_, n) => (kinds[n % kinds.length] as (n: number) => Request)(n));
    const replies = await c.pipeline(...requests);
    expect(replies.length).toBe(1100);
    const errs = new Set(replies.map(({ err }, n) => `${n % kinds.length}:${err}`));
    expect([...errs].sort()).toEqual(
      ["0:OK", "1:OK", "2:OK", "3:OK", "4:NONODE", "5:OK", "6:OK", "7:OK", "8:BADVERSION", "9:OK", "10:OK"].sort(),
    );
  });

  test("of one connection never show a zxid lower than one shown before", async ({ c, connect, root }) => {
    const other = await connect();
    other.send(...Array.from({ length: 300 }, (_, n) => setData(root, `${n}`)));
    let last = 0n;
    for (let n = 0; n < 300; n++) {
      const requests: Request<unknown>[] = [ping, getData(root), setData(root, "mine")];
      const { zxid } = await c.call(requests[n % 3] as Request<unknown>);
      expect(zxid).toBeGreaterThanOrEqual(last);
      last = zxid;
    }
    for (let n = 0; n < 300; n++) await other.reply();
  });

  test("to writes show zxids one by one", async ({ c, root }) => {
    const replies = await c.pipeline(...Array.from({ length: 100 }, () => setData(root, "x")));
    const first = replies[0]?.zxid ?? 0n;
    expect(replies.map(({ zxid }) => zxid)).toEqual(replies.map((_, n) => first + BigInt(n)));
  });

  test("of many megabytes to one pipeline come all, to a client that does nothing else and is alone", async ({
    throwaway,
  }) => {
    const server = await throwaway();
    const client = await Client.open(server.port);
    const data = "x".repeat(100_000);
    await client.ok(create("/big", { data }));
    const replies = await client.pipeline(...Array.from({ length: 300 }, () => getData("/big")));
    expect(replies.every(({ value }) => (value as { data: string }).data === data)).toBe(true);
    client.abandon();
  });

  test("more than the server takes at a time come nevertheless, all and in order", async ({ c, root }) => {
    const requests = Array.from({ length: 5000 }, () => setData(root, "x"));
    const replies = await c.pipeline(...requests);
    expect(replies.map(({ value }) => (value as Stat).version)).toEqual(requests.map((_, n) => n + 1));
  });
});

describe("effects", () => {
  test("a read sees the writes sent before it in the same segment, and none sent after", async ({ c, root }) => {
    const replies = await c.pipeline(
      setData(root, "1"),
      getData(root),
      setData(root, "2"),
      setData(root, "3"),
      getData(root),
      create(`${root}/a`),
      getChildren(root),
      remove(`${root}/a`),
      getChildren(root),
    );
    expect(replies[1]?.value).toMatchObject({ data: "1" });
    expect(replies[4]?.value).toMatchObject({ data: "3" });
    expect(replies[6]?.value).toEqual(["a"]);
    expect(replies[8]?.value).toEqual([]);
  });

  test("a write that was answered is seen by every client's next read", async ({ c, connect, root }) => {
    const other = await connect();
    for (let n = 1; n <= 50; n++) {
      await (n % 2 === 0 ? c : other).ok(setData(root, `${n}`));
      expect(await version(n % 2 === 0 ? other : c, root)).toBe(n);
    }
  });

  test("of many clients that write with the same version one succeeds", async ({ connect, root }) => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect()));
    for (let round = 0; round < 10; round++) {
      const errs = await Promise.all(clients.map((client) => client.err(setData(root, "mine", round))));
      expect(errs.sort()).toEqual([...Array(9).fill("BADVERSION"), "OK"]);
    }
  });

  test("of many clients that create the same znode one succeeds", async ({ connect, root }) => {
    const clients = await Promise.all(Array.from({ length: 10 }, () => connect()));
    const errs = await Promise.all(
      clients.map((client) => client.err(create(`${root}/lock`, { flags: FLAGS.ephemeral }))),
    );
    expect(errs.sort()).toEqual([...Array(9).fill("NODEEXISTS"), "OK"]);
  });

  test("sequential creates of many clients get all different names without a gap", async ({ connect, c, root }) => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect()));
    const sequential = Array.from({ length: 40 }, () => create(`${root}/s`, { flags: FLAGS.sequential }));
    const replies = (await Promise.all(clients.map((client) => client.pipeline(...sequential)))).flat();
    const names = replies.map(({ value }) => (value as { path: string }).path.slice(-10)).sort();
    expect(names).toEqual(Array.from({ length: 200 }, (_, n) => String(n).padStart(10, "0")));
    expect((await c.ok(getChildren(root))).length).toBe(200);
  });

  test("increments by version lose none", async ({ connect, root }) => {
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect()));
    await clients[0]?.ok(setData(root, "0"));
    await Promise.all(
      clients.map(async (client) => {
        for (let done = 0; done < 25; ) {
          const { data, stat } = await client.ok(getData(root));
          if ((await client.err(setData(root, `${Number(data) + 1}`, stat.version))) === "OK") done += 1;
        }
      }),
    );
    expect((await (clients[0] as Client).ok(getData(root))).data).toBe("100");
  });
});
