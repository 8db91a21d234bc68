import { cp, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { LogEntry, LogPosition, StateChange, StorageEngine, StorageError } from "@rookery/storage";
import { entriesAfter } from "@rookery/storage/conformance";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Step, SteppingFiles } from "../test/stepping-files.ts";
import { openLmdbEngine } from "./index.ts";

let folder: string;
let data: string;
let files: SteppingFiles;
const tables = ["t", "u"];
const segmentBytes = 64 * 1024;
const target: LogPosition = { index: 500, epoch: 3, counter: 7, chain: 99 };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rookery-installation-"));
  data = join(folder, "data");
  files = new SteppingFiles();
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function openData(at = data): Promise<StorageEngine> {
  return openLmdbEngine({ folder: at, tables, segmentBytes, spaceIntervalMs: 0, files });
}

function row(table: number, key: string, value: string): StateChange {
  return { table, key: Buffer.from(key), value: Buffer.from(value) };
}

const NEW_ROWS = Array.from({ length: 300 }, (_, n) => row(0, `k${1000 + n}`, "new"));

/** Several segments of log, and a state of other rows. */
async function lagging(): Promise<StorageEngine> {
  const engine = await openData();
  const { log, state } = engine;
  for (let batch = 0; batch < 8; batch++) {
    await log.append(
      entriesAfter(log.last, 5, () => Buffer.alloc(5000, 1)),
      0,
    );
  }
  const applied = (await log.read(20, { entriesMax: 1, bytesMax: 1 }))[0] as LogEntry;
  await state.commit(
    [row(0, "a", "old"), ...NEW_ROWS.slice(0, 100).map(({ key }) => ({ ...row(1, "", "old"), key }))],
    applied,
  );
  await engine.writeMeta({ ...engine.meta, acceptedEpoch: 2, acceptedLeader: 3 });
  return engine;
}

async function install(engine: StorageEngine, position = target, rows = NEW_ROWS): Promise<void> {
  const installation = await engine.install(position);
  await installation.put(rows.slice(0, 200));
  await installation.put(rows.slice(200));
  await installation.finish();
}

/** Which of the two it is, having looked at everything. */
async function judge({ log, state, meta }: StorageEngine): Promise<"old" | "new"> {
  const count = (table: number, value: string): number => {
    let found = 0;
    state.scan(table, { from: Buffer.from([0]), to: Buffer.from([255]) }, (_key, held) => {
      expect(String.fromCharCode(...held)).toBe(value);
      found++;
    });
    return found;
  };
  expect(meta).toMatchObject({ acceptedEpoch: 2, acceptedLeader: 3 });
  if (state.applied.index === 20) {
    expect([count(0, "old"), count(1, "old")]).toEqual([1, 100]);
    expect([log.firstIndex, log.last.index, log.durableIndex]).toEqual([1, 40, 40]);
    expect(await log.read(1, { entriesMax: 1e6, bytesMax: 1e9 })).toHaveLength(40);
    return "old";
  }
  expect(state.applied).toEqual(target);
  expect([count(0, "new"), count(1, "new")]).toEqual([300, 0]);
  expect(log.last).toEqual(target);
  expect([log.firstIndex, log.durableIndex]).toEqual([501, 500]);
  return "new";
}

/** The record is written through the name it was made under, as long as it is open. */
function isRecord(path: string): boolean {
  return /^meta(\.tmp)?$/.test(basename(path));
}

/** The folder as a crash at this moment leaves it, sockets aside. */
async function copyTo(to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(data)) {
    if (name.startsWith("lock")) continue;
    await cp(join(data, name), join(to, name), { recursive: true });
  }
}

interface Crash {
  readonly at: string;
  readonly step: string;
}

/** Runs `act` and keeps a copy of the folder before each change of it, and with each write of the record torn. */
async function crashesOf(act: () => Promise<void>): Promise<Crash[]> {
  const crashes: Crash[] = [];
  const keep = async ({ what, path, bytes, position }: Step): Promise<void> => {
    const step = `${what} ${isRecord(path) ? "meta" : path.slice(data.length + 1)}`;
    // A spare in the making is of no interest, and it is written in many pieces.
    if (path.endsWith(".tmp") && what === "write" && !isRecord(path)) return;
    const at = join(folder, `crash-${crashes.length}`);
    crashes.push({ at, step: `before ${step}` });
    await copyTo(at);
    if (what === "write" && isRecord(path) && bytes && position !== undefined) {
      const torn = join(folder, `crash-${crashes.length}`);
      crashes.push({ at: torn, step: `in ${step}` });
      await copyTo(torn);
      const file = await open(join(torn, "meta"), "r+");
      await file.write(bytes, 0, 60, position);
      await file.close();
    }
    if (what === "removeFolder" && (await readdir(path).catch(() => [])).length > 0) {
      const half = join(folder, `crash-${crashes.length}`);
      crashes.push({ at: half, step: `in ${step}` });
      await copyTo(half);
      await rm(join(half, basename(path), "data.mdb"));
    }
  };
  files.onStep = keep;
  await act();
  files.onStep = undefined;
  await files.settled();
  return crashes;
}

describe("a crash during an installation", () => {
  it("leaves the old or the new whole, at every step, and goes on from there", { timeout: 60_000 }, async () => {
    const engine = await lagging();
    const crashes = await crashesOf(async () => {
      await install(engine);
      await engine.close();
    });
    const seen: string[] = [];
    for (const { at, step } of crashes) {
      const opened = await openData(at);
      const found = await judge(opened);
      seen.push(`${found} ${step}`);
      const names = await readdir(at);
      expect(names.sort(), step).toEqual(["lock", "log", "meta", found === "old" ? "state" : "state.1"].sort());
      const entries = entriesAfter(opened.log.last, 3);
      await opened.log.append(entries, 0);
      await opened.state.commit([row(1, "later", "1")], entries[0] as LogEntry);
      await opened.close();
      const again = await openData(at);
      expect(again.log.last.index, step).toBe(entries[2]?.index);
      expect(again.state.applied.index, step).toBe(entries[0]?.index);
      await again.close();
    }
    // The one write of the record decides, and everything it names is on the medium before it.
    const flip = seen.findIndex((line) => line.startsWith("new"));
    expect(seen[flip - 1]).toBe("old in write meta");
    expect(seen.slice(0, flip).every((line) => line.startsWith("old"))).toBe(true);
    expect(seen.slice(flip).every((line) => line.startsWith("new"))).toBe(true);
    const before = seen.slice(0, flip).map((line) => line.replace(/^old (before|in) /, ""));
    expect(before.slice(-5)).toEqual([
      join("syncFile state.1", "data.mdb"),
      "syncFolder state.1",
      "syncFolder ",
      "write meta",
      "write meta",
    ]);
    // What it replaced goes when both slots of the record name the new.
    const after = seen.slice(flip).map((line) => line.replace(/^new (before|in) /, ""));
    const record = after.lastIndexOf(
      "write meta",
      after.findIndex((line) => line.startsWith("remove")),
    );
    expect(record).toBeGreaterThan(0);
    expect(after).toContain("removeFolder state");
    expect(after.filter((line) => line.startsWith("remove log")).length).toBeGreaterThan(2);
  });

  it("is survived again while the first one is being recovered from", { timeout: 60_000 }, async () => {
    const engine = await lagging();
    const crashes = await crashesOf(() => install(engine));
    await engine.close();
    // Right after the record: the segment is not there yet, and all of the old is.
    const flipped = crashes.findIndex(({ step }) => step === "in write meta") + 1;
    const first = crashes[flipped] as Crash;
    await rm(data, { recursive: true });
    await cp(first.at, data, { recursive: true });
    for (const { at } of crashes) await rm(at, { recursive: true });
    const during = await crashesOf(async () => {
      const opened = await openData();
      expect(await judge(opened)).toBe("new");
      await opened.close();
    });
    expect(during.length).toBeGreaterThan(8);
    for (const { at, step } of during) {
      if (step.startsWith("before")) {
        // Should the slot in force be damaged too, what the other one names is still there.
        const other = `${at}-other`;
        await cp(at, other, { recursive: true });
        const record = await readFile(join(other, "meta"));
        const inForce = record.readBigUInt64LE(16) > record.readBigUInt64LE(4096 + 16) ? 0 : 4096;
        record.fill(0xff, inForce + 40, inForce + 60);
        await writeFile(join(other, "meta"), record);
        const opened = await openData(other);
        expect(["old", "new"], step).toContain(await judge(opened));
        await opened.close();
      }
      const opened = await openData(at);
      expect(await judge(opened), step).toBe("new");
      await opened.close();
    }
  });

  it("costs nothing when one slot of the record is damaged, once what it replaced begins to go", async () => {
    const engine = await lagging();
    const crashes = await crashesOf(() => install(engine));
    await engine.close();
    const { at } = crashes.find(({ step }) => step.startsWith("before remove log")) as Crash;
    const whole = await readFile(join(at, "meta"));
    for (const slot of [0, 4096]) {
      const torn = Buffer.from(whole);
      torn.fill(0xff, slot + 40, slot + 60);
      await writeFile(join(at, "meta"), torn);
      const opened = await openData(at);
      expect(await judge(opened)).toBe("new");
      await opened.close();
    }
  });

  it("is damage when the segment that it begun the log with is gone later", async () => {
    const engine = await lagging();
    await install(engine);
    await engine.close();
    await rm(join(data, "log"), { recursive: true });
    await expect(openData()).rejects.toMatchObject({ code: "CORRUPT" });
  });
});

describe("an installation", () => {
  it("ends the engine when the record cannot be written, and what the medium has is left to the next opening", async () => {
    for (const reached of [false, true]) {
      await rm(data, { recursive: true, force: true });
      const engine = await lagging();
      const heard: StorageError[] = [];
      engine.onFailure = (error) => heard.push(error);
      files.onStep = async ({ what, path, bytes, position }) => {
        if (what !== "write" || !isRecord(path)) return;
        files.onStep = undefined;
        if (reached && bytes && position !== undefined) {
          const file = await open(join(data, "meta"), "r+");
          await file.write(bytes, 0, bytes.length, position);
          await file.close();
        }
        throw Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
      };
      const installation = await engine.install(target);
      await installation.put(NEW_ROWS);
      await expect(installation.finish()).rejects.toMatchObject({ code: "FAILED" });
      await installation.abort();
      await engine.close();
      expect(heard).toHaveLength(1);
      const opened = await openData();
      expect(await judge(opened)).toBe(reached ? "new" : "old");
      await opened.close();
    }
  });

  it("makes a folder of the next number each time, and leaves one", async () => {
    const engine = await lagging();
    for (const index of [100, 200, 300]) await install(engine, { ...target, index });
    const aborted = await engine.install(target);
    await aborted.put(NEW_ROWS);
    expect(await readdir(data)).toContain("state.4");
    await aborted.abort();
    expect(await readdir(data)).not.toContain("state.4");
    await install(engine);
    expect(await judge(engine)).toBe("new");
    await engine.close();
    expect(await readdir(data)).toEqual(["log", "meta", "state.4"]);
  });

  it("keeps a folder whose state has open snapshots until they are closed", async () => {
    const engine = await lagging();
    const snapshot = engine.state.snapshot();
    await install(engine);
    expect(await readdir(data)).toContain("state");
    expect(Buffer.from(snapshot.get(0, Buffer.from("a")) ?? []).toString()).toBe("old");
    let removed = (): void => {};
    const gone = new Promise<void>((resolve) => {
      removed = resolve;
    });
    files.onStep = async ({ what, path }) => {
      if (what === "removeFolder" && path === join(data, "state")) removed();
    };
    snapshot.close();
    await gone;
    await engine.close();
    expect(await readdir(data)).toEqual(["log", "meta", "state.1"]);
  });

  it("is not taken for a new member when the record is lost", async () => {
    const engine = await lagging();
    await install(engine);
    await engine.close();
    await rm(join(data, "meta"));
    const error = await openData().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "CORRUPT" });
    expect((error as Error).message).toContain("state.1");
    expect(await readdir(data)).toContain("state.1");
  });
});
