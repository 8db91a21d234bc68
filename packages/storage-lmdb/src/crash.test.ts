import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compile } from "../test/compile.ts";
import { openLmdbEngine } from "./index.ts";

let folder: string;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rookery-crash-"));
});

afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  await rm(folder, { recursive: true, force: true });
});

function run(program: string, ...args: string[]) {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  children.add(child);
  const lines: string[] = [];
  let rest = "";
  const woken: (() => void)[] = [];
  let ended = false;
  const wake = (): void => {
    for (const resolve of woken.splice(0)) resolve();
  };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() as string;
    lines.push(...parts);
    wake();
  });
  child.on("close", () => {
    ended = true;
    children.delete(child);
    wake();
  });
  const until = async (done: () => boolean): Promise<void> => {
    while (!done() && !ended) {
      await new Promise<void>((resolve) => woken.push(resolve));
    }
  };
  return { child, lines, line: (at: number) => until(() => lines.length > at), end: () => until(() => false) };
}

describe("kill -9 under load", () => {
  let writer: string;
  beforeAll(async () => {
    writer = await compile("writer");
  }, 30_000);

  it("loses no acknowledged entry and no commit, in eighteen rounds", { timeout: 60_000 }, async () => {
    const seed = 4711;
    const random = lcg(seed);
    let acked = 0;
    let chain = 0;
    let committed = 0;
    let replayed = 0;
    for (let round = 0; round < 18; round++) {
      const run_ = run(writer, folder, `${seed + round}`);
      await run_.line(0);
      await Promise.race([run_.end(), new Promise((resolve) => setTimeout(resolve, 20 + random(180)))]);
      run_.child.kill("SIGKILL");
      await run_.end();
      const where = `seed ${seed}, round ${round}`;
      for (const line of run_.lines) {
        const [what, index, value] = line.split(" ") as [string, string, string];
        expect(["open", "ack", "commit"], `${where}: ${line}`).toContain(what);
        if (what === "open") {
          // Every other round is recovered by the next writer itself, with no orderly close between.
          expect(Number(index), where).toBeGreaterThanOrEqual(acked);
          expect(Number(value), where).toBeGreaterThanOrEqual(committed);
        } else if (what === "ack") {
          acked = Number(index);
          chain = Number(value);
        } else {
          committed = Number(index);
        }
      }
      if (round % 2 === 0) continue;
      await using engine = await openLmdbEngine({ folder, tables: ["t"], segmentBytes: 256 * 1024 });
      const { log, state, recovery } = engine;
      replayed += recovery.replayEntries;
      expect(log.last.index, where).toBeGreaterThanOrEqual(acked);
      if (acked > 0) {
        const [entry] = await log.read(acked, { entriesMax: 1, bytesMax: 1 });
        expect(entry?.chain, where).toBe(chain);
      }
      expect(state.applied.index, where).toBeGreaterThanOrEqual(committed);
      const told = (key: string): number => Number(Buffer.from(state.get(0, Buffer.from(key)) ?? []).toString());
      expect([told("a"), told("b")], where).toEqual([state.applied.index, state.applied.index]);
      for (let from = log.firstIndex; from <= log.last.index; ) {
        from += (await log.read(from, { entriesMax: 10_000, bytesMax: 10_000_000 })).length;
      }
    }
    expect(acked).toBeGreaterThan(1000);
    expect(committed).toBeGreaterThan(100);
    expect(replayed).toBeGreaterThan(0);
    const files = await readdir(join(folder, "log"));
    expect(files.length).toBeLessThan(40);
  });
});

describe("kill -9 during installations", () => {
  let installer: string;
  beforeAll(async () => {
    installer = await compile("installer");
  }, 30_000);

  it("leaves one state whole, with its log, in ten rounds", { timeout: 60_000 }, async () => {
    const seed = 815;
    const random = lcg(seed);
    let last = 0;
    let applied = 0;
    let installations = 0;
    for (let round = 0; round < 10; round++) {
      const run_ = run(installer, folder, `${seed + round}`);
      await run_.line(0);
      await Promise.race([run_.end(), new Promise((resolve) => setTimeout(resolve, 20 + random(200)))]);
      run_.child.kill("SIGKILL");
      await run_.end();
      const where = `seed ${seed}, round ${round}`;
      for (const line of run_.lines) {
        const [what, index, value] = line.split(" ") as [string, string, string];
        expect(["open", "ack", "commit", "installed"], `${where}: ${line}`).toContain(what);
        if (what === "open") {
          expect(Number(index), where).toBeGreaterThanOrEqual(last);
          expect(Number(value), where).toBeGreaterThanOrEqual(applied);
        }
        // An installation takes the place of what was acknowledged: it is further on, always.
        if (what === "installed") installations++;
        if (what !== "commit") last = Number(index);
        if (what !== "ack") applied = Number(what === "open" ? value : index);
      }
      if (round % 2 === 0) continue;
      await using engine = await openLmdbEngine({ folder, tables: ["t"], segmentBytes: 64 * 1024 });
      const { log, state } = engine;
      expect(log.last.index, where).toBeGreaterThanOrEqual(last);
      expect(state.applied.index, where).toBeGreaterThanOrEqual(applied);
      const told = new Set<number>();
      let rows = 0;
      state.scan(0, { from: Buffer.from([0]), to: Buffer.from([255]) }, (_key, value) => {
        told.add(Number(String.fromCharCode(...value)));
        rows++;
      });
      expect([rows, [...told]], where).toEqual([200, [state.applied.index]]);
      for (let from = log.firstIndex; from <= log.last.index; ) {
        from += (await log.read(from, { entriesMax: 10_000, bytesMax: 10_000_000 })).length;
      }
      expect((await readdir(folder)).filter((name) => name.startsWith("state"))).toHaveLength(1);
    }
    expect(installations).toBeGreaterThan(5);
  });
});

describe("a second process", () => {
  let holder: string;
  beforeAll(async () => {
    holder = await compile("holder");
  }, 30_000);

  it("is refused with the pid of the first, and let in when that one is killed or closes", {
    timeout: 30_000,
  }, async () => {
    const first = run(holder, folder);
    await first.line(0);
    expect(first.lines).toEqual(["open"]);
    const second = run(holder, folder);
    await second.end();
    expect(second.lines[0]).toMatch(/^LOCKED /);
    expect(second.lines[0]).toContain(`process ${first.child.pid} `);
    expect(second.lines[0]).toContain(folder);
    await expect(openLmdbEngine({ folder, tables: ["t"] })).rejects.toMatchObject({ code: "LOCKED" });

    first.child.kill("SIGKILL");
    await first.end();
    const third = run(holder, folder);
    await third.line(0);
    expect(third.lines).toEqual(["open"]);
    third.child.stdin?.end();
    await third.end();
    expect(third.lines).toEqual(["open", "closed"]);
    expect(await readdir(folder)).toEqual(["log", "meta", "state"]);
    await (await openLmdbEngine({ folder, tables: ["t"] })).close();
  });

  it("is refused through another path to the folder too, and one of many gets in", { timeout: 30_000 }, async () => {
    const attempts = await Promise.allSettled(
      Array.from({ length: 6 }, (_, n) =>
        openLmdbEngine({
          folder: n % 2 ? folder : join(folder, "..", folder.split("/").at(-1) as string),
          tables: ["t"],
        }),
      ),
    );
    const open = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? [attempt.value] : []));
    expect(open).toHaveLength(1);
    for (const attempt of attempts) {
      if (attempt.status === "rejected") expect(attempt.reason).toMatchObject({ code: "LOCKED" });
    }
    await open[0]?.close();
  });
});

function lcg(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return Math.floor((state / 0x8000_0000) * below);
  };
}
