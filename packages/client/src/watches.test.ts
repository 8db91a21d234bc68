import { EventType } from "@rookery/protocol/client";
import { describe, expect, it } from "vitest";
import { type Watcher, Watches } from "./watches.ts";

function watcher(said: string[], name = ""): Watcher {
  return {
    onEvent: (type, path) => void said.push(`${name}${type} ${path}`),
    onGap: (path, reason) => void said.push(`${name}gap ${path} ${reason}`),
  };
}

describe("Watches", () => {
  it.each([
    ["data", EventType.NodeDataChanged, true],
    ["data", EventType.NodeDeleted, true],
    ["data", EventType.NodeCreated, true],
    ["data", EventType.NodeChildrenChanged, false],
    ["exist", EventType.NodeCreated, true],
    ["exist", EventType.NodeChildrenChanged, false],
    ["child", EventType.NodeChildrenChanged, true],
    ["child", EventType.NodeDeleted, true],
    ["child", EventType.NodeDataChanged, false],
    ["child", 99, false],
  ] as const)("a %s watch is used up by an event of type %i: %s", (kind, type, isUsedUp) => {
    const watches = new Watches();
    const said: string[] = [];
    watches.add(kind, "/a", watcher(said));
    watches.fire(type, "/a");
    watches.fire(type, "/a");
    expect(said).toHaveLength(isUsedUp ? 1 : 0);
    expect(watches.has(kind, "/a")).toBe(!isUsedUp);
  });

  it("tell whoever waits for several kinds once", () => {
    const watches = new Watches();
    const said: string[] = [];
    const one = watcher(said);
    for (const kind of ["data", "exist", "child", "persistent", "recursive"] as const) watches.add(kind, "/a", one);
    watches.fire(EventType.NodeDeleted, "/a");
    expect(said).toEqual(["deleted /a"]);
    expect(watches.size).toBe(2);
  });

  it("tell recursive watches above, up to the root, but nothing of lists of children", () => {
    const watches = new Watches();
    const said: string[] = [];
    for (const path of ["/", "/a", "/a/b", "/a/bc", "/x"]) watches.add("recursive", path, watcher(said, `${path}: `));
    watches.fire(EventType.NodeCreated, "/a/b/c");
    expect(said.splice(0)).toEqual(["/a/b: created /a/b/c", "/a: created /a/b/c", "/: created /a/b/c"]);
    watches.fire(EventType.NodeChildrenChanged, "/a");
    expect(said).toEqual([]);
  });

  it("say when nobody is left for a mark", () => {
    const watches = new Watches();
    const [one, two] = [watcher([]), watcher([])];
    watches.add("data", "/a", one);
    watches.add("data", "/a", two);
    expect(watches.remove("data", "/a", one)).toBe(false);
    expect(watches.remove("data", "/a", one)).toBe(false);
    expect(watches.remove("data", "/a", two)).toBe(true);
    expect(watches.size).toBe(0);
  });

  it("are listed in parts whose bytes are bounded, all of them once", () => {
    const watches = new Watches();
    const paths = Array.from({ length: 500 }, (_, at) => `/é${at}`);
    for (const path of paths) for (const kind of ["data", "persistent"] as const) watches.add(kind, path, watcher([]));
    watches.add("child", `/${"x".repeat(2000)}`, watcher([]));
    const parts = watches.lists(1000);
    for (const { data, exist, child, persistent, recursive } of parts) {
      const all = [...data, ...exist, ...child, ...persistent, ...recursive];
      const bytes = all.reduce((sum, path) => sum + 4 + Buffer.byteLength(path), 0);
      expect(all.length === 1 || bytes <= 1000).toBe(true);
    }
    expect(parts.flatMap(({ data }) => data)).toEqual(paths);
    expect(parts.flatMap(({ persistent }) => persistent)).toEqual(paths);
    expect(parts.flatMap(({ child }) => child)).toHaveLength(1);
    expect(new Watches().lists(1000)).toEqual([]);
  });

  it("end with a gap: those of one shot at an expiry, all at the close", () => {
    const watches = new Watches();
    const said: string[] = [];
    for (const kind of ["data", "child", "recursive"] as const) watches.add(kind, `/${kind}`, watcher(said));
    watches.drop("expired");
    expect(said.splice(0)).toEqual(["gap /data expired", "gap /child expired"]);
    watches.drop("closed");
    expect(said).toEqual(["gap /recursive closed"]);
    expect(watches.size).toBe(0);
  });
});
