import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { planOf } from "./plan.ts";
import { parse } from "./script.ts";
import { SWARMS } from "./swarms.ts";
import { type Result, run } from "./world.ts";

const scripts = fileURLToPath(new URL("../test/scripts/", import.meta.url));

/** Seeds of a few thousand events. */
const SMALL = [3, 7, 19];

/** What a seed came to, for a message that says how to see it. */
function outcome(seed: number, { violation }: Result, swarm?: string): string {
  if (violation === undefined) return "ok";
  const which = swarm === undefined ? "" : ` --swarm "${swarm}"`;
  return `pnpm simulate --seed ${seed}${which}: ${violation.rule}: ${violation.message}`;
}

describe("ensembles under faults", () => {
  it("keep every rule in each of a fixed set of seeds, which meet everything that members do", () => {
    const met = { elections: 0, bumps: 0, snapshots: 0, reads: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const result = run(planOf(seed));
      expect(outcome(seed, result)).toBe("ok");
      for (const what of Object.keys(met) as (keyof typeof met)[]) met[what] += result[what];
    }
    expect(Math.min(...Object.values(met))).toBeGreaterThan(20);
  }, 120_000);

  it("keep every rule where one thing in particular is likely", () => {
    for (const [name, swarm] of Object.entries(SWARMS)) {
      for (let seed = 1; seed <= 3; seed++) {
        expect(`${name}: ${outcome(seed, run(planOf(seed, swarm)), name)}`).toBe(`${name}: ok`);
      }
    }
  }, 120_000);

  const fresh = Number(process.env.SIMULATE_FRESH_SEEDS ?? 0);
  it.runIf(fresh > 0)(
    `keep every rule in ${fresh} seeds that nobody has run before`,
    () => {
      const first = Date.now();
      for (let seed = first; seed < first + fresh; seed++) expect(outcome(seed, run(planOf(seed)))).toBe("ok");
    },
    3_600_000,
  );

  it("do the same to the last bit when a seed is run again, and when its messages pass as bytes", () => {
    const hashes = SMALL.map((seed) => {
      const plan = planOf(seed);
      const once = run({ ...plan, codec: false }, { hash: true });
      expect(run(planOf(seed), { hash: true })).toEqual(once);
      expect(run({ ...plan, codec: true }, { hash: true })).toEqual(once);
      return once.hash;
    });
    expect(new Set(hashes).size).toBe(hashes.length);
  }, 60_000);
});

describe("what once failed", () => {
  for (const name of readdirSync(scripts)) {
    const text = readFileSync(`${scripts}${name}`, "utf8");
    it(`stays mended: ${name}, ${text.split("\n")[0]?.slice(2)}`, () => {
      const { violation } = run(parse(text));
      expect(violation && `${violation.rule}: ${violation.message}`).toBeUndefined();
    });
  }
});
