/** Watches: what triggers them, in which order, and how they are taken up again. Specification §6 and §15.6, cases W. */

import { describe, expect } from "vitest";
import { testOn } from "../src/fixtures.ts";
import {
  ALL,
  addWatch,
  anyone,
  check,
  checkWatches,
  closeSession,
  create,
  createContainer,
  createTtl,
  exists,
  FLAGS,
  getChildren,
  getChildren2,
  getData,
  multi,
  OPEN,
  ping,
  READ,
  remove,
  removeWatches,
  setAcl,
  setData,
  setWatches,
  setWatches2,
  sync,
  WATCH_MODE,
  WATCHER,
} from "../src/requests.ts";
import { fourLetterWord } from "../src/server.ts";

const test = testOn("main");

describe("one-shot watches", () => {
  test("W1 W2 exists on a missing znode tells of its creation, once", async ({ connect, c, root }) => {
    const a = await connect();
    const w = `${root}/w`;
    expect(await a.err(exists(w, true))).toBe("NONODE");
    await c.ok(create(w));
    expect(await a.events()).toEqual([`created ${w}`]);
    await c.ok(setData(w, "x"));
    await c.ok(remove(w));
    expect(await a.events()).toEqual([]);
  });

  test("W3 data, children and exists watches on one znode tell once of a change of data", async ({
    connect,
    c,
    root,
  }) => {
    const a = await connect();
    await a.pipeline(getData(root, true), getChildren(root, true), exists(root, true));
    await c.ok(setData(root, "x"));
    expect(await a.events()).toEqual([`changed ${root}`]);
    await c.ok(setData(root, "y"));
    expect(await a.events()).toEqual([]);
    await c.ok(create(`${root}/x`));
    expect(await a.events(), "the child watch is still armed").toEqual([`children ${root}`]);
  });

  test("W4 and of a new child", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getData(root, true), getChildren(root, true), exists(root, true));
    await c.ok(create(`${root}/x`));
    expect(await a.events()).toEqual([`children ${root}`]);
    await c.ok(setData(root, "x"));
    expect(await a.events(), "the data watch is still armed").toEqual([`changed ${root}`]);
  });

  test("W5 a child watch is about the coming and going of children, not about their data", async ({
    connect,
    c,
    root,
  }) => {
    const a = await connect();
    await c.ok(create(`${root}/x`));
    await a.ok(getChildren2(root, true));
    await c.ok(setData(`${root}/x`, "data"));
    await c.ok(create(`${root}/x/grandchild`));
    await c.ok(remove(`${root}/x/grandchild`));
    expect(await a.events()).toEqual([]);
    await c.ok(remove(`${root}/x`));
    expect(await a.events()).toEqual([`children ${root}`]);
  });

  test("W6 data and child watches on a znode tell once of its deletion", async ({ connect, c, root }) => {
    const a = await connect();
    await c.ok(create(`${root}/w`));
    await a.pipeline(getData(`${root}/w`, true), getChildren(`${root}/w`, true), exists(`${root}/w`, true));
    await c.ok(remove(`${root}/w`));
    expect(await a.events()).toEqual([`deleted ${root}/w`]);
    await c.ok(create(`${root}/w`));
    expect(await a.events(), "both are used up").toEqual([]);
  });

  test("a child watch alone tells of its znode's deletion", async ({ connect, c, root }) => {
    const a = await connect();
    await c.ok(create(`${root}/w`));
    await a.ok(getChildren(`${root}/w`, true));
    await c.ok(remove(`${root}/w`));
    expect(await a.events()).toEqual([`deleted ${root}/w`]);
  });

  test("W7 the deletion is told before the parent's change of children", async ({ connect, c, root }) => {
    const a = await connect();
    await c.ok(create(`${root}/w`));
    await a.pipeline(getChildren(root, true), getData(`${root}/w`, true));
    await c.ok(remove(`${root}/w`));
    expect(await a.events()).toEqual([`deleted ${root}/w`, `children ${root}`]);
  });

  test("the creation is told before the parent's change of children", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getChildren(root, true), exists(`${root}/w`, true));
    await c.ok(create(`${root}/w`));
    expect(await a.events()).toEqual([`created ${root}/w`, `children ${root}`]);
  });

  test("W8 setACL, reads, check and sync trigger nothing", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getData(root, true), getChildren(root, true), exists(root, true));
    await c.pipeline(setAcl(root, OPEN), getData(root), getChildren(root), sync(root), multi([check(root)]));
    expect(await a.events()).toEqual([]);
    await c.ok(setData(root, "x"));
    expect(await a.events(), "still armed").toEqual([`changed ${root}`]);
  });

  test("failed writes and failed multis trigger nothing", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getData(root, true), getChildren(root, true), exists(`${root}/x`, true));
    await c.pipeline(
      setData(root, "x", 9),
      create(`${root}/x`, { acl: [] }),
      remove(`${root}/x`),
      multi([create(`${root}/x`), setData(root, "x"), check(root, 99)]),
    );
    expect(await a.events()).toEqual([]);
  });

  test("W9 getData and getChildren of a missing znode leave no watch", async ({ connect, c, root }) => {
    const a = await connect();
    const w = `${root}/w`;
    await a.pipeline(getData(w, true), getChildren(w, true), getChildren2(w, true));
    await c.ok(create(w));
    await c.ok(remove(w));
    expect(await a.events()).toEqual([]);
  });

  test("a read refused for its permission leaves no watch", async ({ connect, c, root }) => {
    const a = await connect();
    const w = `${root}/w`;
    await c.ok(create(w, { acl: [anyone(ALL & ~READ)] }));
    await a.pipeline(getData(w, true), getChildren(w, true));
    await c.ok(setAcl(w, OPEN));
    await c.ok(setData(w, "x"));
    await c.ok(create(`${w}/x`));
    expect(await a.events()).toEqual([]);
  });

  test("watching twice tells once, and each client is told on its own", async ({ connect, c, root }) => {
    const [a, b] = [await connect(), await connect()];
    await a.pipeline(getData(root, true), getData(root, true), exists(root, true));
    await b.ok(getData(root, true));
    await c.ok(setData(root, "x"));
    expect(await a.events()).toEqual([`changed ${root}`]);
    expect(await b.events()).toEqual([`changed ${root}`]);
  });

  test("a read without the watch flag leaves the watch there is", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getData(root, true), getData(root, false));
    await c.ok(setData(root, "x"));
    expect(await a.events()).toEqual([`changed ${root}`]);
  });

  test("containers and TTL znodes trigger as others do", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(exists(`${root}/c`, true), exists(`${root}/t`, true), getChildren(root, true));
    await c.ok(createContainer(`${root}/c`));
    await c.ok(createTtl(`${root}/t`, 100_000n));
    expect(await a.events()).toEqual([`created ${root}/c`, `children ${root}`, `created ${root}/t`]);
  });

  test("the root and the reserved znodes can be watched", async ({ connect, c, root }) => {
    const a = await connect();
    const path = `/zookeeper${root}`;
    await a.pipeline(getChildren("/zookeeper", true), getData("/", true));
    await c.ok(create(path));
    await c.ok(setData("/", "x"));
    await c.ok(setData("/", ""));
    expect(await a.events()).toEqual(["children /zookeeper", "changed /"]);
    await c.ok(remove(path));
  });
});

describe("the notification", () => {
  test("is of state 3 and shows the zxid of the change", async ({ connect, c, root }) => {
    const a = await connect();
    await a.ok(getData(root, true));
    const { zxid } = await c.call(setData(root, "x"));
    expect(await a.notifications()).toEqual([{ event: `changed ${root}`, state: 3, zxid }]);
  });

  test("W10 of a client's own write comes before the reply to it", async ({ c, root }) => {
    await c.ok(getData(root, true));
    await c.call(setData(root, "x"));
    expect(c.seen()).toEqual([`changed ${root}`]);
    await c.err(exists(`${root}/w`, true));
    await c.ok(getChildren(root, true));
    await c.call(create(`${root}/w`));
    expect(c.seen()).toEqual([`created ${root}/w`, `children ${root}`]);
  });

  test("of each of many pipelined writes comes before the write's reply", async ({ c, root }) => {
    await c.ok(addWatch(root, WATCH_MODE.persistent));
    const writes = Array.from({ length: 50 }, (_, n) => setData(root, `${n}`));
    c.send(...writes);
    for (const _ of writes) {
      await c.reply();
      expect(c.seen()).toEqual([`changed ${root}`]);
    }
  });

  test("comes before the reply to any read that sees the change", async ({ connect, c, root }) => {
    const a = await connect();
    for (let i = 0; i < 30; i++) {
      await a.ok(getData(root, true));
      c.send(setData(root, `${i}`));
      for (;;) {
        const { data } = await a.ok(getData(root));
        const told = a.seen().length;
        if (data === `${i}`) {
          expect(told).toBe(1);
          break;
        }
        expect(told).toBe(0);
      }
      await c.reply();
    }
  });

  test("of a multi all come before its reply, in the order of its operations", async ({ c, root }) => {
    await c.ok(addWatch(root, WATCH_MODE.recursive));
    await c.ok(getChildren(root, true));
    const { zxid } = await c.call(
      multi([
        create(`${root}/a`),
        setData(`${root}/a`, "x"),
        create(`${root}/a/b`),
        setData(root, "y"),
        remove(`${root}/a/b`),
      ]),
    );
    const events = [
      `created ${root}/a`,
      `children ${root}`,
      `changed ${root}/a`,
      `created ${root}/a/b`,
      `changed ${root}`,
      `deleted ${root}/a/b`,
    ];
    expect(c.seen()).toEqual(events);
    expect(zxid).toBeGreaterThan(0n);
  });

  test("is not sent to who may not read the znode", async ({ connect, c, root }) => {
    const a = await connect();
    const w = `${root}/w`;
    await c.authenticate("bob:pw");
    await c.ok(create(w));
    await a.pipeline(getData(w, true), getChildren(w, true));
    const onlyBob = [{ perms: ALL, scheme: "auth", id: "" }];
    await c.ok(setAcl(w, onlyBob));
    await c.ok(setData(w, "secret"));
    await c.ok(create(`${w}/x`));
    expect(await a.events(), "a may not know").toEqual([]);
    await c.ok(setAcl(w, OPEN));
    await c.ok(setData(w, "public"));
    expect(await a.events(), "the one-shot watches are used up all the same").toEqual([]);
  });

  test("of a deletion is not sent to who could not read what is deleted", async ({ connect, c, root }) => {
    const a = await connect();
    const w = `${root}/w`;
    await c.authenticate("bob:pw");
    await a.err(exists(w, true));
    await a.ok(addWatch(root, WATCH_MODE.recursive));
    await c.ok(create(w, { acl: [{ perms: ALL, scheme: "auth", id: "" }] }));
    await c.ok(remove(w));
    expect(await a.events()).toEqual([]);
    await c.ok(create(w));
    expect(await a.events()).toEqual([`created ${w}`]);
  });
});

describe("persistent watches", () => {
  test("W11 tell of every change of a znode and of its children", async ({ connect, c, root }) => {
    const a = await connect();
    const p = `${root}/p`;
    expect(await a.ok(addWatch(p, WATCH_MODE.persistent))).toBe(0);
    await c.ok(create(p));
    await c.ok(create(`${p}/a`));
    await c.ok(create(`${p}/a/b`));
    await c.ok(setData(p, "x"));
    await c.ok(setData(`${p}/a`, "x"));
    await c.ok(remove(`${p}/a/b`));
    await c.ok(remove(`${p}/a`));
    await c.ok(remove(p));
    expect(await a.events()).toEqual([
      `created ${p}`,
      `children ${p}`,
      `changed ${p}`,
      `children ${p}`,
      `deleted ${p}`,
    ]);
    await c.ok(create(p));
    expect(await a.events(), "and go on after its deletion").toEqual([`created ${p}`]);
  });

  test("W12 recursive ones tell of every descendant, never of children", async ({ connect, c, root }) => {
    const a = await connect();
    const r = `${root}/r`;
    await a.ok(addWatch(r, WATCH_MODE.recursive));
    for (const path of [r, `${r}/a`, `${r}/a/b`]) await c.ok(create(path));
    for (const path of [r, `${r}/a`, `${r}/a/b`]) await c.ok(setData(path, "x"));
    for (const path of [`${r}/a/b`, `${r}/a`, r]) await c.ok(remove(path));
    await c.ok(create(`${r}x`));
    expect(await a.events()).toEqual([
      `created ${r}`,
      `created ${r}/a`,
      `created ${r}/a/b`,
      `changed ${r}`,
      `changed ${r}/a`,
      `changed ${r}/a/b`,
      `deleted ${r}/a/b`,
      `deleted ${r}/a`,
      `deleted ${r}`,
    ]);
  });

  test("a recursive watch on the root tells of everything", async ({ connect, c, root }) => {
    const a = await connect();
    await a.ok(addWatch("/", WATCH_MODE.recursive));
    await c.ok(create(`${root}/a`));
    await c.ok(setData("/", ""));
    expect(await a.events()).toEqual([`created ${root}/a`, "changed /"]);
  });

  test("W13 each operation of a multi triggers on its own", async ({ connect, c, root }) => {
    const a = await connect();
    await a.ok(addWatch(root, WATCH_MODE.persistent));
    await c.ok(multi([create(`${root}/a`), create(`${root}/b`), setData(`${root}/a`, "x")]));
    expect(await a.events()).toEqual([`children ${root}`, `children ${root}`]);
  });

  test("one client gets one copy, however many of its watches match", async ({ connect, c, root }) => {
    const a = await connect();
    const x = `${root}/x`;
    await c.ok(create(x));
    await a.pipeline(
      addWatch(x, WATCH_MODE.persistent),
      addWatch(x, WATCH_MODE.recursive),
      addWatch(root, WATCH_MODE.recursive),
      getData(x, true),
      exists(x, true),
    );
    await c.ok(setData(x, "1"));
    await c.ok(remove(x));
    expect(await a.events()).toEqual([`changed ${x}`, `deleted ${x}`]);
  });

  test("modes on one path live side by side", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getChildren(root, true), addWatch(root, WATCH_MODE.recursive));
    await c.ok(create(`${root}/a`));
    expect(await a.events()).toEqual([`created ${root}/a`, `children ${root}`]);
    await a.ok(addWatch(root, WATCH_MODE.persistent));
    await c.ok(create(`${root}/b`));
    expect(await a.events()).toEqual([`created ${root}/b`, `children ${root}`]);
  });

  test("W23 a mode that is neither is a MARSHALLINGERROR", async ({ c, root }) => {
    for (const mode of [2, -1, 3, 0x7fffffff]) expect(await c.err(addWatch(root, mode))).toBe("MARSHALLINGERROR");
    await c.ok(setData(root, "x"));
    expect(await c.events()).toEqual([]);
  });

  test("the path need neither exist nor be valid", async ({ c, root }) => {
    expect(
      await c.errs({
        missing: addWatch(`${root}/none/none`, 0),
        "no slash": addWatch("x", 0),
        "trailing slash": addWatch(`${root}/`, 0),
        empty: addWatch("", 0),
      }),
    ).toEqual({ missing: "OK", "no slash": "OK", "trailing slash": "OK", empty: "OK" });
    expect(await c.isServed()).toBe(true);
  });

  test("need no permission, and tell nothing to who has none", async ({ connect, c, root }) => {
    const a = await connect();
    const w = `${root}/w`;
    await c.authenticate("bob:pw");
    await c.ok(create(w, { acl: [{ perms: ALL, scheme: "auth", id: "" }] }));
    expect(await a.err(addWatch(w, WATCH_MODE.persistent))).toBe("OK");
    await c.ok(setData(w, "x"));
    expect(await a.events()).toEqual([]);
    await a.authenticate("bob:pw");
    await c.ok(setData(w, "y"));
    expect(await a.events(), "the watch stays, and the identity counts when it fires").toEqual([`changed ${w}`]);
  });
});

describe("setWatches", () => {
  test("W14 data: tells what changed or went since, and watches the rest", async ({ connect, c, root }) => {
    const a = await connect();
    for (const name of ["changed", "gone", "same", "remade"]) await c.ok(create(`${root}/${name}`));
    const { zxid } = await c.call(ping);
    await c.ok(setData(`${root}/changed`, "x"));
    await c.ok(remove(`${root}/gone`));
    await c.ok(remove(`${root}/remade`));
    await c.ok(create(`${root}/remade`));
    const data = ["changed", "gone", "same", "never", "remade"].map((name) => `${root}/${name}`);
    await a.ok(setWatches(zxid, { data }));
    expect(a.seen()).toEqual([
      `changed ${root}/changed`,
      `deleted ${root}/gone`,
      `deleted ${root}/never`,
      `changed ${root}/remade`,
    ]);
    for (const name of ["changed", "same", "remade"]) await c.ok(setData(`${root}/${name}`, "later"));
    await c.ok(create(`${root}/gone`));
    expect(await a.events(), "only what was not told is watched").toEqual([`changed ${root}/same`]);
  });

  test("W15 exist: tells of what exists, and watches what does not", async ({ connect, c, root }) => {
    const a = await connect();
    await c.ok(create(`${root}/there`));
    const { zxid } = await c.call(ping);
    await a.ok(setWatches(zxid, { exist: [`${root}/there`, `${root}/missing`] }));
    expect(a.seen()).toEqual([`created ${root}/there`]);
    await c.ok(create(`${root}/missing`));
    await c.ok(setData(`${root}/there`, "x"));
    expect(await a.events()).toEqual([`created ${root}/missing`]);
  });

  test("W16 child: tells whose children changed or who went, and watches the rest", async ({ connect, c, root }) => {
    const a = await connect();
    for (const name of ["more", "less", "less/x", "gone", "same"]) await c.ok(create(`${root}/${name}`));
    const { zxid } = await c.call(ping);
    await c.ok(create(`${root}/more/x`));
    await c.ok(remove(`${root}/less/x`));
    await c.ok(remove(`${root}/gone`));
    await c.ok(setData(`${root}/same`, "data does not count"));
    await a.ok(setWatches(zxid, { child: ["more", "less", "gone", "same"].map((name) => `${root}/${name}`) }));
    expect(a.seen()).toEqual([`children ${root}/more`, `children ${root}/less`, `deleted ${root}/gone`]);
    await c.ok(create(`${root}/same/x`));
    await c.ok(create(`${root}/more/y`));
    expect(await a.events()).toEqual([`children ${root}/same`]);
  });

  test("W17 a zxid beyond all changes tells nothing, one before tells all that exists", async ({
    connect,
    c,
    root,
  }) => {
    const a = await connect();
    await c.ok(create(`${root}/x`));
    const lists = { data: [`${root}/x`], child: [`${root}/x`] };
    await a.ok(setWatches(1n << 60n, lists));
    expect(a.seen()).toEqual([]);
    const b = await connect();
    await b.ok(setWatches(-1n, lists));
    expect(b.seen()).toEqual([`changed ${root}/x`, `children ${root}/x`]);
  });

  test("the events it tells at once have zxid -1 and come before its reply", async ({ connect, c, root }) => {
    const a = await connect();
    await c.ok(setData(root, "x"));
    a.send(setWatches(0n, { data: [root, `${root}/gone`], exist: [root], child: [root] }));
    await a.reply();
    const events = [`changed ${root}`, `deleted ${root}/gone`, `created ${root}`, `children ${root}`];
    expect(await a.notifications()).toEqual(events.map((event) => ({ event, state: 3, zxid: -1n })));
  });

  test("its reply is a header with the xid of the request", async ({ c, root }) => {
    for (const xid of [-8, 4711]) {
      c.connection.write(c.bytesOf(setWatches(1n << 60n, { data: [root] }), xid));
      const reply = await c.reply();
      expect([reply.xid, reply.err, reply.body.length]).toEqual([xid, "OK", 0]);
    }
  });

  test("a list that is null is a MARSHALLINGERROR", async ({ c }) => {
    expect(
      await c.errs({
        data: setWatches(0n, { data: null }),
        exist: setWatches(0n, { exist: null }),
        child: setWatches(0n, { child: null }),
        persistent: setWatches2(0n, { persistent: null }),
        recursive: setWatches2(0n, { recursive: null }),
      }),
    ).toEqual({
      data: "MARSHALLINGERROR",
      exist: "MARSHALLINGERROR",
      child: "MARSHALLINGERROR",
      persistent: "MARSHALLINGERROR",
      recursive: "MARSHALLINGERROR",
    });
  });

  test("W18 setWatches2 takes up persistent watches, and tells nothing of the past", async ({ connect, c, root }) => {
    const a = await connect();
    await c.ok(create(`${root}/p`));
    await c.ok(create(`${root}/r`));
    await a.ok(setWatches2(0n, { persistent: [`${root}/p`], recursive: [`${root}/r`] }));
    expect(a.seen()).toEqual([]);
    for (const name of ["p", "r"]) {
      await c.ok(setData(`${root}/${name}`, "x"));
      await c.ok(create(`${root}/${name}/x`));
      await c.ok(setData(`${root}/${name}`, "y"));
    }
    expect(await a.events()).toEqual([
      `changed ${root}/p`,
      `children ${root}/p`,
      `changed ${root}/p`,
      `changed ${root}/r`,
      `created ${root}/r/x`,
      `changed ${root}/r`,
    ]);
  });

  test("setWatches2 does for the other lists what setWatches does", async ({ connect, c, root }) => {
    const a = await connect();
    await c.ok(setData(root, "x"));
    await a.ok(setWatches2(0n, { data: [root], exist: [`${root}/x`], child: [root] }));
    expect(a.seen()).toEqual([`changed ${root}`, `children ${root}`]);
    await c.ok(create(`${root}/x`));
    expect(await a.events()).toEqual([`created ${root}/x`]);
  });

  test("W22 a renewed session has no watches until it sets them again", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getData(root, true), addWatch(root, WATCH_MODE.recursive));
    const again = await connect(a.renewal());
    await c.ok(setData(root, "x"));
    expect(await again.events()).toEqual([]);
    await again.ok(setWatches2(0n, { data: [root], recursive: [root] }));
    expect(again.seen()).toEqual([`changed ${root}`]);
    await c.ok(setData(root, "y"));
    expect(await again.events()).toEqual([`changed ${root}`]);
  });
});

describe("removing and checking watches", () => {
  test("W19 what matches is found and removed silently, what does not is NOWATCHER", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(getData(root, true), getChildren(root, true));
    const all = (request: typeof checkWatches) => ({
      children: request(root, WATCHER.children),
      data: request(root, WATCHER.data),
      any: request(root, WATCHER.any),
      persistent: request(root, WATCHER.persistent),
      recursive: request(root, WATCHER.recursive),
    });
    expect(await a.errs(all(checkWatches))).toEqual({
      children: "OK",
      data: "OK",
      any: "OK",
      persistent: "NOWATCHER",
      recursive: "NOWATCHER",
    });
    expect(await a.err(removeWatches(root, WATCHER.data))).toBe("OK");
    expect(await a.err(removeWatches(root, WATCHER.data))).toBe("NOWATCHER");
    await c.ok(setData(root, "x"));
    expect(await a.events()).toEqual([]);
    await c.ok(create(`${root}/x`));
    expect(await a.events(), "the child watch stayed").toEqual([`children ${root}`]);
  });

  test("W19 type any removes every kind", async ({ connect, c, root }) => {
    const a = await connect();
    await a.pipeline(
      getData(root, true),
      getChildren(root, true),
      addWatch(root, WATCH_MODE.persistent),
      addWatch(root, WATCH_MODE.recursive),
    );
    expect(await a.err(removeWatches(root, WATCHER.any))).toBe("OK");
    expect(await a.err(checkWatches(root, WATCHER.any))).toBe("NOWATCHER");
    await c.ok(setData(root, "x"));
    await c.ok(create(`${root}/x`));
    expect(await a.events()).toEqual([]);
  });

  test("each type removes its own kind and no other", async ({ connect, c, root }) => {
    const a = await connect();
    const watch = () => a.pipeline(getData(root, true), getChildren(root, true), addWatch(root, 0), addWatch(root, 1));
    const left: Record<string, Record<string, string>> = {};
    for (const [name, type] of Object.entries(WATCHER)) {
      await watch();
      expect(await a.err(removeWatches(root, type)), name).toBe("OK");
      left[name] = await a.errs(
        Object.fromEntries(Object.entries(WATCHER).map(([other, code]) => [other, checkWatches(root, code)])),
      );
      await a.err(removeWatches(root, WATCHER.any));
    }
    const [yes, no] = ["OK", "NOWATCHER"];
    expect(left).toEqual({
      children: { children: no, data: yes, any: yes, persistent: yes, recursive: yes },
      data: { children: yes, data: no, any: yes, persistent: yes, recursive: yes },
      any: { children: no, data: no, any: no, persistent: no, recursive: no },
      persistent: { children: yes, data: yes, any: yes, persistent: no, recursive: yes },
      recursive: { children: yes, data: yes, any: yes, persistent: yes, recursive: no },
    });
    await c.ok(setData(root, "x"));
    expect(await a.events()).toEqual([]);
  });

  test("an exists watch on a missing znode counts as a data watch", async ({ connect, c, root }) => {
    const a = await connect();
    await a.err(exists(`${root}/w`, true));
    expect(await a.err(removeWatches(`${root}/w`, WATCHER.data))).toBe("OK");
    await c.ok(create(`${root}/w`));
    expect(await a.events()).toEqual([]);
  });

  test("a recursive watch is found at its own path only", async ({ connect, root, c }) => {
    const a = await connect();
    await a.ok(addWatch(root, WATCH_MODE.recursive));
    expect(await a.err(removeWatches(`${root}/x`, WATCHER.recursive))).toBe("NOWATCHER");
    expect(await a.err(removeWatches(`${root}/x`, WATCHER.any))).toBe("NOWATCHER");
    await c.ok(create(`${root}/x`));
    expect(await a.events()).toEqual([`created ${root}/x`]);
  });

  test("another client's watches are not found", async ({ connect, root, c }) => {
    const a = await connect();
    await a.ok(getData(root, true));
    expect(await c.err(checkWatches(root, WATCHER.data))).toBe("NOWATCHER");
    expect(await c.err(removeWatches(root, WATCHER.any))).toBe("NOWATCHER");
    await c.ok(setData(root, "x"));
    expect(await a.events()).toEqual([`changed ${root}`]);
  });

  test("W20 a type that is none is a MARSHALLINGERROR", async ({ c, root }) => {
    for (const type of [0, 99, -1, 6]) {
      expect(await c.err(checkWatches(root, type)), `check ${type}`).toBe("MARSHALLINGERROR");
      expect(await c.err(removeWatches(root, type)), `remove ${type}`).toBe("MARSHALLINGERROR");
    }
  });
});

describe("the end of a session", () => {
  test("W21 tells of each of its ephemerals, all with the zxid of the close", async ({ connect, c, root }) => {
    const owner = await connect();
    const names = ["e1", "e2", "e3"];
    for (const name of names) await owner.ok(create(`${root}/${name}`, { flags: FLAGS.ephemeral }));
    for (const name of names) await c.ok(getData(`${root}/${name}`, true));
    await c.ok(getChildren(root, true));
    const { zxid } = await owner.call(closeSession);
    const notifications = await c.notifications();
    expect(notifications.map(({ event }) => event).sort()).toEqual([
      `children ${root}`,
      ...names.map((name) => `deleted ${root}/${name}`),
    ]);
    expect(notifications[0]?.event, "a deletion first, then the parent's children").toMatch(/^deleted /);
    expect(notifications[1]?.event).toBe(`children ${root}`);
    expect(new Set(notifications.map((each) => each.zxid))).toEqual(new Set([zxid]));
  });

  test("W21 to a persistent watch on the parent, once for each ephemeral", async ({ connect, c, root }) => {
    const owner = await connect();
    for (const name of ["e1", "e2"]) await owner.ok(create(`${root}/${name}`, { flags: FLAGS.ephemeral }));
    await c.ok(addWatch(root, WATCH_MODE.persistent));
    await owner.call(closeSession);
    expect(await c.events()).toEqual([`children ${root}`, `children ${root}`]);
    expect(await c.ok(getChildren(root))).toEqual([]);
  });

  test("drops its watches with it", async ({ connect, c, root, server }) => {
    const a = await connect();
    await a.ok(getData(root, true));
    const watchedBy = async () => (await fourLetterWord(server.port, "wchp")).includes(`${root}\n`);
    expect(await watchedBy()).toBe(true);
    await a.call(closeSession);
    await a.connection.untilClosed();
    await c.call(ping);
    expect(await watchedBy()).toBe(false);
  });
});
