import { type JuteWriter, OpCode, setWatches2 } from "@rookery/protocol/client";
import { describe, expect, it } from "vitest";
import { ALICE, bytes, Listener, Member, read, readPath, requester } from "../test/member.ts";
import { type Watcher, WatchManager } from "./watches.ts";

const MODE = { persistent: 0, recursive: 1 } as const;
const TYPE = { children: 1, data: 2, any: 3, persistent: 4, recursive: 5 } as const;
const ALICE_ONLY = [{ perms: 31, ...ALICE }];

class Stand {
  readonly member = new Member();
  readonly a = new Listener();

  constructor() {
    this.member.createSession(1n);
  }

  create(path: string, flags = 0): void {
    expect(this.member.do({ op: "create", path, flags }).code).toBe(0);
  }

  set(path: string): void {
    expect(this.member.do({ op: "setData", path, data: bytes("x") }).code).toBe(0);
  }

  delete(path: string): void {
    expect(this.member.do({ op: "delete", path }).code).toBe(0);
  }

  getData(path: string, listener = this.a): number {
    return readPath(this.member, OpCode.getData, path, listener, true).code;
  }

  exists(path: string, listener = this.a): number {
    return readPath(this.member, OpCode.exists, path, listener, true).code;
  }

  getChildren(path: string, listener = this.a): number {
    return readPath(this.member, OpCode.getChildren2, path, listener, true).code;
  }

  add(path: string | null, mode: number, listener = this.a): number {
    return this.pathAnd(OpCode.addWatch, path, mode, listener);
  }

  remove(path: string, type: number, listener = this.a): number {
    return this.pathAnd(OpCode.removeWatches, path, type, listener);
  }

  has(path: string, type: number, listener = this.a): number {
    return this.pathAnd(OpCode.checkWatches, path, type, listener);
  }

  private pathAnd(opcode: number, path: string | null, value: number, listener: Listener): number {
    const write = (out: JuteWriter) => {
      out.string(path);
      out.int(value);
    };
    return read(this.member, opcode, write, listener).code;
  }
}

describe("a one-shot watch", () => {
  it("W1, W2: of an absent znode tells of its creation, once", () => {
    const stand = new Stand();
    expect(stand.exists("/w")).toBe(-101);
    stand.create("/w");
    expect(stand.a.heard()).toEqual(["1 /w"]);
    stand.set("/w");
    expect(stand.a.heard()).toEqual([]);
  });

  it("W3, W4: of data and children tells of a change once and of a child once", () => {
    const stand = new Stand();
    stand.create("/w");
    for (const watch of [stand.getData, stand.getChildren, stand.exists]) watch.call(stand, "/w");
    stand.set("/w");
    expect(stand.a.heard()).toEqual(["3 /w"]);
    stand.create("/w/c");
    expect(stand.a.heard()).toEqual(["4 /w"]);
    stand.create("/w/d");
    expect(stand.a.heard()).toEqual([]);
  });

  it("W5: of children does not tell of their data, but of their going", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.create("/w/c");
    stand.getChildren("/w");
    stand.set("/w/c");
    expect(stand.a.heard()).toEqual([]);
    stand.delete("/w/c");
    expect(stand.a.heard()).toEqual(["4 /w"]);
  });

  it("W6, W7: of data and children tells of a deletion once, then the parent's", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.getData("/w");
    stand.getChildren("/w");
    stand.getChildren("/");
    stand.delete("/w");
    expect(stand.a.heard()).toEqual(["2 /w", "4 /"]);
    expect(stand.member.tree.watches.count).toBe(0);
  });

  it("of children alone tells of the znode's own deletion too", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.getChildren("/w");
    stand.delete("/w");
    expect(stand.a.heard()).toEqual(["2 /w"]);
  });

  it("W8: stays armed through setACL and failures", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.getData("/w");
    stand.member.do({ op: "setAcl", path: "/w", acl: [{ perms: 31, scheme: "world", id: "anyone" }] });
    stand.member.do({ op: "setData", path: "/w", version: 9 });
    stand.member.do({
      op: "multi",
      asks: [
        { op: "setData", path: "/w" },
        { op: "check", path: "/no" },
      ],
    });
    expect(stand.a.heard()).toEqual([]);
    stand.set("/w");
    expect(stand.a.heard()).toEqual(["3 /w"]);
  });

  it("W9: is not set by a getData, getChildren or refused exists that fails", () => {
    const stand = new Stand();
    stand.getData("/w");
    stand.getChildren("/w");
    readPath(stand.member, OpCode.exists, "/w\0", stand.a, true);
    stand.member.do({ op: "create", path: "/p", acl: ALICE_ONLY });
    expect([stand.exists("/p"), stand.getData("/p"), stand.getChildren("/p")]).toEqual([-102, -102, -102]);
    expect(stand.member.tree.watches.count).toBe(0);
  });

  it("set twice tells once", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.getData("/w");
    stand.exists("/w");
    expect(stand.member.tree.watches.count).toBe(1);
    stand.set("/w");
    stand.set("/w");
    expect(stand.a.heard()).toEqual(["3 /w"]);
  });
});

describe("a persistent watch", () => {
  it("W11: tells of the znode and its children, again and again", () => {
    const stand = new Stand();
    stand.add("/p", MODE.persistent);
    for (const path of ["/p", "/p/a", "/p/a/b"]) stand.create(path);
    stand.set("/p");
    stand.set("/p/a");
    for (const path of ["/p/a/b", "/p/a", "/p"]) stand.delete(path);
    expect(stand.a.heard()).toEqual(["1 /p", "4 /p", "3 /p", "4 /p", "2 /p"]);
  });

  it("W13: tells of each operation of a multi, with one zxid", () => {
    const stand = new Stand();
    stand.create("/p");
    stand.add("/p", MODE.persistent);
    stand.member.do({
      op: "multi",
      asks: [
        { op: "create", path: "/p/a" },
        { op: "create", path: "/p/b" },
        { op: "setData", path: "/p/a" },
        { op: "setData", path: "/p" },
      ],
    });
    expect(stand.a.heard()).toEqual(["4 /p", "4 /p", "3 /p"]);
    expect(new Set(stand.a.zxids)).toEqual(new Set([`1/${stand.member.tree.applied.counter}`]));
  });

  it("takes any path, even none, and no mode but two", () => {
    const stand = new Stand();
    expect([stand.add("/no/such", 0), stand.add(null, 0), stand.add("x", 1)]).toEqual([0, 0, 0]);
    expect([stand.add("/p", 2), stand.add("/p", -1)]).toEqual([-5, -5]);
  });
});

describe("a recursive watch", () => {
  it("W12: tells of all below, and never of children as such", () => {
    const stand = new Stand();
    stand.add("/r", MODE.recursive);
    for (const path of ["/r", "/r/a", "/r/a/b", "/rx"]) stand.create(path);
    for (const path of ["/r", "/r/a", "/r/a/b", "/rx"]) stand.set(path);
    for (const path of ["/r/a/b", "/r/a", "/r", "/rx"]) stand.delete(path);
    expect(stand.a.heard()).toEqual([
      "1 /r",
      "1 /r/a",
      "1 /r/a/b",
      "3 /r",
      "3 /r/a",
      "3 /r/a/b",
      "2 /r/a/b",
      "2 /r/a",
      "2 /r",
    ]);
  });

  it("on the root hears of everything, however deep, once", () => {
    const stand = new Stand();
    stand.add("/", MODE.recursive);
    let path = "";
    const expected: string[] = [];
    for (let depth = 0; depth < 300; depth++) {
      path += "/d";
      stand.create(path);
      expected.push(`1 ${path}`);
      if (depth % 50 === 0) stand.add(path, MODE.recursive);
    }
    stand.set(path);
    expect(stand.a.heard()).toEqual([...expected, `3 ${path}`]);
  });
});

describe("watches of several kinds", () => {
  it("W-013: live side by side on one path, and each event comes once", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.add("/", MODE.recursive);
    stand.add("/w", MODE.recursive);
    stand.add("/w", MODE.persistent);
    stand.getData("/w");
    stand.getChildren("/w");
    stand.set("/w");
    stand.set("/w");
    expect(stand.a.heard()).toEqual(["3 /w", "3 /w"]);
    expect(stand.has("/w", TYPE.data)).toBe(-121);
    stand.create("/w/c");
    expect(stand.a.heard()).toEqual(["1 /w/c", "4 /w"]);
    stand.delete("/w/c");
    stand.delete("/w");
    expect(stand.a.heard()).toEqual(["2 /w/c", "4 /w", "2 /w"]);
    expect([stand.has("/w", TYPE.persistent), stand.has("/w", TYPE.recursive)]).toEqual([0, 0]);
  });

  it("tell each connection, those at the path before those above it", () => {
    const stand = new Stand();
    const order: string[] = [];
    const told = (name: string): Watcher => ({ notify: (type, path) => order.push(`${name} ${type} ${path}`) });
    const { watches } = stand.member.tree;
    watches.addPersistentRecursive("/", told("root"));
    watches.addPersistentRecursive("/w", told("above"));
    watches.addChild("/w/x", told("child"));
    watches.addData("/w/x", told("data"));
    stand.create("/w");
    stand.create("/w/x");
    stand.delete("/w/x");
    expect(order).toEqual([
      ...["root 1 /w", "above 1 /w"].reverse(),
      ...["data 1 /w/x", "above 1 /w/x", "root 1 /w/x"],
      ...["above 2 /w/x", "root 2 /w/x", "child 2 /w/x"],
    ]);
  });

  it("W21: hear of each ephemeral when its session closes, with one zxid", () => {
    const stand = new Stand();
    stand.create("/s");
    stand.create("/s/e1", 1);
    stand.create("/s/e2", 1);
    stand.getChildren("/s");
    stand.getData("/s/e1");
    stand.getData("/s/e2");
    stand.member.closeSession(1n);
    expect(stand.a.heard()).toEqual(["2 /s/e1", "4 /s", "2 /s/e2"]);
    expect(new Set(stand.a.zxids).size).toBe(1);
  });
});

describe("what a watcher may see", () => {
  it("W-010: is judged by the znode's list at the event, for deletions by the last it had, and consumes the watch", () => {
    const stand = new Stand();
    const alice = new Listener(ALICE);
    const who = requester(1n, ALICE);
    for (const one of [stand.a, alice]) {
      stand.exists("/w", one);
      stand.add("/w", MODE.recursive, one);
      stand.getChildren("/", one);
    }
    stand.member.do({ op: "create", path: "/w", acl: ALICE_ONLY }, who);
    stand.member.do({ op: "setData", path: "/w" }, who);
    stand.member.do({ op: "create", path: "/w/open" }, who);
    stand.member.do({ op: "delete", path: "/w/open" }, who);
    stand.member.do({ op: "delete", path: "/w" }, who);
    expect(alice.heard()).toEqual(["1 /w", "4 /", "3 /w", "1 /w/open", "2 /w/open", "2 /w"]);
    expect(stand.a.heard()).toEqual(["4 /", "1 /w/open", "2 /w/open"]);
    expect(stand.has("/w", TYPE.data)).toBe(-121);
  });

  it("of children is judged by the parent's list", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.add("/w", MODE.persistent);
    stand.member.do({ op: "setAcl", path: "/w", acl: ALICE_ONLY });
    stand.member.do({ op: "create", path: "/w/c" }, requester(1n, ALICE));
    expect(stand.a.heard()).toEqual([]);
  });
});

describe("setWatches", () => {
  interface Lists {
    readonly zxid?: bigint;
    readonly data?: readonly string[];
    readonly exist?: readonly string[];
    readonly child?: readonly string[];
    readonly persistent?: readonly string[];
    readonly recursive?: readonly string[];
  }
  const replay = (
    stand: Stand,
    { zxid = 0n, data = [], exist = [], child = [], persistent = [], recursive = [] }: Lists,
  ) => {
    const request = {
      relativeZxid: zxid,
      dataWatches: data,
      existWatches: exist,
      childWatches: child,
      persistentWatches: persistent,
      persistentRecursiveWatches: recursive,
    };
    return read(stand.member, OpCode.setWatches2, (out) => setWatches2.encode(out, request as never), stand.a).code;
  };
  const prepared = () => {
    const stand = new Stand();
    for (const path of ["/changed", "/deleted", "/same", "/added", "/lost", "/lost/x"]) stand.create(path);
    const zxid = (1n << 32n) | BigInt(stand.member.tree.applied.counter);
    stand.set("/changed");
    stand.delete("/deleted");
    stand.create("/added/x");
    stand.delete("/lost/x");
    return { stand, zxid };
  };

  it("W14: makes up what a data watch missed and sets the others", () => {
    const { stand, zxid } = prepared();
    expect(replay(stand, { zxid, data: ["/changed", "/deleted", "/same", "/never"] })).toBe(0);
    expect(stand.a.heard()).toEqual(["now 3 /changed", "now 2 /deleted", "now 2 /never"]);
    expect(["/changed", "/deleted", "/same"].map((path) => stand.has(path, TYPE.data))).toEqual([-121, -121, 0]);
  });

  it("W15: tells of what an exist watch waits for if it is there", () => {
    const { stand, zxid } = prepared();
    replay(stand, { zxid, exist: ["/same", "/never"] });
    expect(stand.a.heard()).toEqual(["now 1 /same"]);
    stand.create("/never");
    expect(stand.a.heard()).toEqual(["1 /never"]);
  });

  it("W16: makes up what a child watch missed", () => {
    const { stand, zxid } = prepared();
    replay(stand, { zxid, child: ["/added", "/lost", "/deleted", "/same", "/changed"] });
    expect(stand.a.heard()).toEqual(["now 4 /added", "now 4 /lost", "now 2 /deleted"]);
    expect(["/same", "/changed"].map((path) => stand.has(path, TYPE.children))).toEqual([0, 0]);
  });

  it("W17: compares zxids as signed 64 bits", () => {
    const { stand } = prepared();
    replay(stand, { zxid: 1n << 60n, data: ["/same", "/changed"], child: ["/added"] });
    expect(stand.a.heard()).toEqual([]);
    replay(stand, { zxid: -1n, data: ["/same", "/"], child: ["/added"] });
    expect(stand.a.heard()).toEqual(["now 3 /same", "now 3 /", "now 4 /added"]);
    replay(stand, { zxid: (1n << 32n) - 1n, data: ["/same"] });
    expect(stand.a.heard()).toEqual(["now 3 /same"]);
  });

  it("W18: sets persistent watches without an event", () => {
    const { stand } = prepared();
    replay(stand, { zxid: 0n, persistent: ["/changed", "/deleted"], recursive: ["/added"] });
    expect(stand.a.heard()).toEqual([]);
    stand.create("/changed/x");
    stand.set("/added/x");
    stand.create("/deleted");
    expect(stand.a.heard()).toEqual(["4 /changed", "3 /added/x", "1 /deleted"]);
  });

  it("sets nothing unless all of it can be decoded", () => {
    const { stand } = prepared();
    const write = (lists: number, last: number) => (out: JuteWriter) => {
      out.long(0n);
      for (let list = 0; list < lists; list++) {
        out.int(1);
        out.string("/never");
      }
      out.int(last);
    };
    expect(read(stand.member, OpCode.setWatches, write(2, -1), stand.a).code).toBe(-5);
    expect(() => read(stand.member, OpCode.setWatches, write(2, 5), stand.a)).toThrow("vector of 5");
    expect(stand.member.tree.watches.count).toBe(0);
    expect(stand.a.heard()).toEqual([]);
  });
});

describe("checkWatches and removeWatches", () => {
  const registered = () => {
    const stand = new Stand();
    stand.create("/w");
    stand.getData("/w");
    stand.getChildren("/w");
    stand.add("/w", MODE.persistent);
    stand.add("/w", MODE.recursive);
    return stand;
  };
  const held = (stand: Stand) =>
    Object.entries(TYPE).flatMap(([name, type]) => (stand.has("/w", type) === 0 ? [name] : []));

  it.each([
    [TYPE.children, ["data", "any", "persistent", "recursive"]],
    [TYPE.data, ["children", "any", "persistent", "recursive"]],
    [TYPE.any, []],
    [TYPE.persistent, ["children", "data", "any", "recursive"]],
    [TYPE.recursive, ["children", "data", "any", "persistent"]],
  ])("W19: of type %i leaves the others, and finds nothing the second time", (type, left) => {
    const stand = registered();
    expect(stand.remove("/w", type)).toBe(0);
    expect(held(stand)).toEqual(left);
    expect(stand.remove("/w", type)).toBe(-121);
    expect(stand.a.heard()).toEqual([]);
  });

  it("W20: know five types", () => {
    const stand = registered();
    for (const type of [0, 6, 99, -1]) expect([stand.has("/w", type), stand.remove("/w", type)]).toEqual([-5, -5]);
  });

  it("match the path exactly and the connection that asks", () => {
    const stand = registered();
    stand.create("/w/x");
    expect(stand.has("/w/x", TYPE.recursive)).toBe(-121);
    expect(stand.has("/w", TYPE.any, new Listener())).toBe(-121);
  });

  it("of a persistent watch end both its halves", () => {
    const stand = new Stand();
    stand.create("/w");
    stand.add("/w", MODE.persistent);
    stand.remove("/w", TYPE.persistent);
    stand.create("/w/x");
    stand.set("/w");
    expect(stand.a.heard()).toEqual([]);
    expect(stand.member.tree.watches.count).toBe(0);
  });
});

describe("a watch manager", () => {
  it("keeps nothing of a watcher it forgot", () => {
    const manager = new WatchManager();
    const one: Watcher = { notify: () => {} };
    const other: Watcher = { notify: () => {} };
    for (const watcher of [one, other]) {
      for (const path of ["/", "/a", "/a/b"]) {
        manager.addData(path, watcher);
        manager.addChild(path, watcher);
        manager.addPersistent(path, watcher);
        manager.addPersistentRecursive(path, watcher);
      }
    }
    expect(manager.summary()).toEqual({ watchers: 2, paths: 3, total: 6 });
    manager.forget(one);
    manager.forget(one);
    expect(manager.dataPathsOf(one)).toEqual([]);
    expect(manager.dataPathsOf(other)).toEqual(["/", "/a", "/a/b"]);
    manager.forget(other);
    for (const name of ["data", "child", "held"])
      expect((Reflect.get(manager, name) as Map<unknown, unknown>).size).toBe(0);
    for (const name of ["recursive", "registrations"]) expect(Reflect.get(manager, name)).toBe(0);
  });

  it("goes on telling the others when one leaves upon being told", () => {
    const manager = new WatchManager();
    const told: string[] = [];
    for (const name of ["a", "b", "c"]) {
      const watcher: Watcher = {
        notify: () => {
          told.push(name);
          manager.forget(watcher);
        },
      };
      manager.addPersistentRecursive("/", watcher);
      manager.addPersistent("/x", watcher);
    }
    manager.onDataChanged("/x", undefined as never, 1, 1);
    manager.onDataChanged("/x", undefined as never, 1, 2);
    expect(told).toEqual(["a", "b", "c"]);
    expect(manager.count).toBe(0);
  });

  it("counts what it told", () => {
    const stand = new Stand();
    stand.exists("/w");
    stand.getChildren("/");
    stand.create("/w");
    const { fired } = stand.member.tree.watches;
    expect([fired.created.sum, fired.children.sum, fired.changed.sum]).toEqual([1, 1, 0]);
  });
});
