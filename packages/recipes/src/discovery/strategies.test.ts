import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HashRing } from "./hash-ring.ts";
import { type ServiceInstance, serviceInstance } from "./instance.ts";
import { consistentHash, leastConnections, random, roundRobin, sticky, weighted } from "./strategies.ts";

const instances = ["a", "b", "c"].map((id) => serviceInstance({ name: "s", id, address: "x" }));
const [a, b, c] = instances as [ServiceInstance, ServiceInstance, ServiceInstance];

describe("strategies", () => {
  it("random: any, by chance", () => {
    let chance = 0;
    const strategy = random(() => chance);
    expect(strategy.choose(instances, undefined)).toBe(a);
    chance = 0.5;
    expect(strategy.choose(instances, undefined)).toBe(b);
    chance = 0.999;
    expect(strategy.choose(instances, undefined)).toBe(c);
  });

  it("round robin: one after the other, also when one goes or comes", () => {
    const strategy = roundRobin();
    const next = (of: readonly ServiceInstance[]) => strategy.choose(of, undefined).id;
    expect([next(instances), next(instances), next(instances), next(instances)]).toEqual(["a", "b", "c", "a"]);
    expect(next([a, c])).toBe("c");
    expect(next(instances)).toBe("a");
  });

  it("sticky: the same until it cannot be used", () => {
    const strategy = sticky(roundRobin());
    expect([instances, instances, [b, c], instances].map((of) => strategy.choose(of, undefined).id)).toEqual([
      "a",
      "a",
      "b",
      "b",
    ]);
  });

  it("weighted: each by its share, and none of weight 0", () => {
    let chance = 0;
    const strategy = weighted(
      ({ id }) => ({ a: 1, b: 0, c: 3 })[id] as number,
      () => chance,
    );
    const counts = { a: 0, b: 0, c: 0 } as Record<string, number>;
    for (let at = 0; at < 100; at++) {
      chance = at / 100;
      const { id } = strategy.choose(instances, undefined);
      counts[id] = (counts[id] as number) + 1;
    }
    expect(counts).toEqual({ a: 25, b: 0, c: 75 });
    chance = 0.5;
    expect(
      weighted(
        () => 0,
        () => chance,
      ).choose(instances, undefined),
    ).toBe(b);
    expect(() => weighted(() => -1).choose(instances, undefined)).toThrow("the weight of s a is -1");
  });

  it("least connections: the one that is used least", () => {
    const strategy = leastConnections();
    const use = () => {
      const chosen = strategy.choose(instances, undefined);
      strategy.onUse?.(chosen);
      return chosen;
    };
    expect([use(), use(), use(), use()].map(({ id }) => id)).toEqual(["a", "b", "c", "a"]);
    strategy.onDone?.(c);
    expect(use()).toBe(c);
    strategy.onDone?.(b);
    expect(use()).toBe(b);
  });

  it("consistent hash: the same for a key, and it must have one", () => {
    const strategy = consistentHash();
    const of = (key: string, from = instances) => strategy.choose(from, key).id;
    const keys = Array.from({ length: 100 }, (_, n) => `key ${n}`);
    const before = keys.map((key) => of(key));
    expect(new Set(before)).toEqual(new Set(["a", "b", "c"]));
    const without = keys.map((key) => of(key, [a, c]));
    for (const [at, id] of before.entries()) if (id !== "b") expect(without[at]).toBe(id);
    expect(() => strategy.choose(instances, undefined)).toThrow("give one to get or use");
  });
});

describe("hash ring", () => {
  const id = (node: string) => node;

  it("moves no key between nodes that stay", () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 10 });
    fc.assert(
      fc.property(names, fc.array(fc.string()), (nodes, keys) => {
        const ring = new HashRing(nodes, { id, points: 16 });
        const [gone, ...left] = nodes as [string, ...string[]];
        const smaller = new HashRing(left, { id, points: 16 });
        for (const key of keys) {
          const owner = ring.get(key) as string;
          if (owner !== gone) expect(smaller.get(key)).toBe(owner);
          // Who stands in is the second in the order of preference.
          else expect(smaller.get(key)).toBe(ring.getMany(key, 2)[1]);
        }
      }),
    );
  });

  it("is the same whatever the order of the nodes", () => {
    const nodes = ["x", "y", "z", "w"];
    const ring = new HashRing(nodes, { id });
    const other = new HashRing([...nodes].reverse(), { id });
    for (let n = 0; n < 200; n++) expect(ring.get(`${n}`)).toBe(other.get(`${n}`));
  });

  it("gives shares by weight, about", () => {
    const ring = new HashRing(["small", "large"], { id, weight: (node) => (node === "large" ? 3 : 1) });
    let large = 0;
    for (let n = 0; n < 4000; n++) if (ring.get(`key ${n}`) === "large") large++;
    expect(large / 4000).toBeGreaterThan(0.65);
    expect(large / 4000).toBeLessThan(0.85);
  });

  it("puts keys where they have always been", () => {
    // Whoever upgrades must find what was stored before.
    const ring = new HashRing(["a", "b", "c"], { id });
    expect(Array.from("0123456789", (key) => ring.get(key)).join("")).toMatchInlineSnapshot(`"bbccaccacb"`);
  });

  it("gives different nodes, at most as many as there are, and none if there are none", () => {
    const ring = new HashRing(["a", "b"], { id });
    expect(ring.getMany("k", 5).sort()).toEqual(["a", "b"]);
    expect(new HashRing([], { id }).get("k")).toBeUndefined();
    expect(new HashRing<string>([], { id }).getMany("k", 1)).toEqual([]);
    expect(() => new HashRing(["a"], { id, points: 0 })).toThrow("points is 0");
    expect(() => new HashRing(["a"], { id, weight: () => 0 })).toThrow("the weight of a is 0");
  });
});
