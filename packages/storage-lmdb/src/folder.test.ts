import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { GENESIS, type LogEntry, type Space, StorageError } from "@rookery/storage";
import { entriesAfter } from "@rookery/storage/conformance";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openLmdbEngine } from "./index.ts";

let folder: string;
const tables = ["t"];
const segmentBytes = 64 * 1024;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rookery-folder-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Each file and what is in it. */
async function contents(of: string): Promise<string[]> {
  const names = (await readdir(of, { recursive: true })).sort();
  const found: string[] = [];
  for (const name of names) {
    const path = join(of, name);
    const info = await stat(path);
    found.push(info.isFile() ? `${name} ${info.mtimeMs} ${(await readFile(path)).toString("base64")}` : name);
  }
  return found;
}

describe("a folder", () => {
  it("of a newer format is refused and left as it is, byte for byte", async () => {
    await (await openLmdbEngine({ folder, tables, segmentBytes })).close();
    const meta = await readFile(join(folder, "meta"));
    meta.writeUInt32LE(3, 8);
    await writeFile(join(folder, "meta"), meta);
    const before = await contents(folder);
    const error = await openLmdbEngine({ folder, tables, segmentBytes }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "StorageError", code: "NEWER_FORMAT" });
    expect((error as Error).message).toContain(join(folder, "meta"));
    expect(await contents(folder)).toEqual(before);
  });

  it("that is a file, or below one, is unusable", async () => {
    await writeFile(join(folder, "file"), "");
    for (const path of [join(folder, "file"), join(folder, "file", "below")]) {
      const error = await openLmdbEngine({ folder: path, tables }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(StorageError);
      expect(error).toMatchObject({ code: "UNUSABLE" });
      expect((error as Error).message).toContain(join(folder, "file"));
    }
  });

  it("is made with the folders above it", async () => {
    const deep = join(folder, "a", "b");
    await (await openLmdbEngine({ folder: deep, tables, segmentBytes })).close();
    expect(await readdir(deep)).toEqual(["log", "meta", "state"]);
  });

  it("may have a path longer than a socket's", async () => {
    const deep = join(folder, "x".repeat(120));
    await using engine = await openLmdbEngine({ folder: deep, tables, segmentBytes });
    expect(engine.recovery.created).toBe(true);
    await expect(openLmdbEngine({ folder: deep, tables })).rejects.toMatchObject({ code: "LOCKED" });
  });

  it("survives an interrupted creation", async () => {
    await (await openLmdbEngine({ folder, tables, segmentBytes })).close();
    await rm(join(folder, "meta"));
    await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
    expect(engine.recovery.created).toBe(true);
  });

  it("that lost its meta record or its log is damaged, not new", async () => {
    {
      await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
      await engine.log.append(entriesAfter(GENESIS, 3), 0);
    }
    const copy = join(folder, "copy");
    await mkdir(copy);
    for (const name of ["log", "meta", "state"]) await cp(join(folder, name), join(copy, name), { recursive: true });
    await rm(join(copy, "meta"));
    await expect(openLmdbEngine({ folder: copy, tables, segmentBytes })).rejects.toMatchObject({ code: "CORRUPT" });
    await cp(join(folder, "meta"), join(copy, "meta"));
    await rm(join(copy, "log"), { recursive: true });
    await expect(openLmdbEngine({ folder: copy, tables, segmentBytes })).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("that kept its state alone is refused each time, and nothing is made beside it", async () => {
    const engine = await openLmdbEngine({ folder, tables, segmentBytes });
    const [entry] = entriesAfter(GENESIS, 1) as [LogEntry];
    await engine.log.append([entry], 0);
    await engine.state.commit([{ table: 0, key: Buffer.from("k"), value: Buffer.from("v") }], entry);
    await engine.close();
    await rm(join(folder, "meta"));
    await rm(join(folder, "log"), { recursive: true });
    for (let time = 0; time < 2; time++) {
      const error = await openLmdbEngine({ folder, tables, segmentBytes }).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "CORRUPT" });
      expect((error as Error).message).toContain("holds a state up to entry 1 but no meta record");
    }
    expect(await readdir(join(folder, "log"))).toEqual([]);
  });

  it("keeps its meta record when either slot is torn, and is damaged when both are", async () => {
    {
      await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
      for (let epoch = 1; epoch <= 3; epoch++) await engine.writeMeta({ ...engine.meta, acceptedEpoch: epoch });
    }
    const path = join(folder, "meta");
    const whole = await readFile(path);
    for (const slot of [0, 4096]) {
      const torn = Buffer.from(whole);
      torn.fill(0xff, slot + 40, slot + 60);
      await writeFile(path, torn);
      await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
      // The last write was that of the close; the one before it had the same promise.
      expect(engine.meta.acceptedEpoch).toBe(3);
      await engine.close();
      await writeFile(path, whole);
    }
    await writeFile(path, Buffer.alloc(8192, 1));
    await expect(openLmdbEngine({ folder, tables, segmentBytes })).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("made before disks had an identity opens, and gets one at once and for good", async () => {
    {
      await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
      await engine.log.append(entriesAfter(GENESIS, 3), 0);
      await engine.writeMeta({ ...engine.meta, acceptedEpoch: 5 });
    }
    const path = join(folder, "meta");
    for (const clean of [true, false]) {
      await writeFile(path, withoutIdentity(await readFile(path), clean));
      const engine = await openLmdbEngine({ folder, tables, segmentBytes });
      const { nonce } = engine.meta;
      expect(engine.meta).toMatchObject({ acceptedEpoch: 5, founders: [] });
      expect(Number.isSafeInteger(nonce) && nonce > 0).toBe(true);
      const atOnce = await readFile(path);
      await engine.close();
      // As a crash right after the opening would leave it.
      const copy = join(folder, `copy-${clean}`);
      await mkdir(copy);
      for (const name of ["log", "state"]) await cp(join(folder, name), join(copy, name), { recursive: true });
      await writeFile(join(copy, "meta"), atOnce);
      for (const at of [copy, folder]) {
        await using again = await openLmdbEngine({ folder: at, tables, segmentBytes });
        expect(again.meta).toMatchObject({ nonce, acceptedEpoch: 5 });
        expect(again.log.last.index).toBe(3);
      }
    }
  });

  it("is written in the oldest format that can say what it holds", async () => {
    const versions = async (): Promise<number[]> => {
      const bytes = await readFile(join(folder, "meta"));
      return [bytes.readUInt32LE(8), bytes.readUInt32LE(4096 + 8)];
    };
    const engine = await openLmdbEngine({ folder, tables, segmentBytes });
    for (let epoch = 1; epoch <= 2; epoch++) await engine.writeMeta({ ...engine.meta, acceptedEpoch: epoch });
    expect(await versions()).toEqual([1, 1]);
    const installation = await engine.install({ index: 9, epoch: 1, counter: 3, chain: 5 });
    await installation.finish();
    expect(await versions()).toEqual([2, 2]);
    await engine.close();
  });

  it("has room for many founders, and refuses more than its record holds before it writes", async () => {
    const founders = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ sid: n + 1, nonce: 2 ** 53 - 1 - n }));
    {
      await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
      await engine.writeMeta({ ...engine.meta, founders: founders(60) });
      await expect(engine.writeMeta({ ...engine.meta, founders: founders(255) })).rejects.toThrow(/invariant/);
      expect(engine.meta.founders).toHaveLength(60);
      await engine.log.append(entriesAfter(GENESIS, 1), 0);
    }
    await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
    expect(engine.meta.founders).toEqual(founders(60));
  });

  it("counts what it holds", async () => {
    await using engine = await openLmdbEngine({ folder, tables, segmentBytes, spaceIntervalMs: 0 });
    const { stateBytes, logBytes } = engine.sizes();
    expect(stateBytes).toBeGreaterThan(0);
    expect(logBytes).toBeGreaterThanOrEqual(segmentBytes);
  });

  it("is not held open by its timers and sockets", async () => {
    const resources = process.getActiveResourcesInfo().length;
    const engine = await openLmdbEngine({ folder, tables, segmentBytes, spaceIntervalMs: 10 });
    await engine.log.append(entriesAfter(GENESIS, 3), 0);
    await engine.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(resources + 1);
  });
});

describe("trimming", () => {
  it("removes whole segments behind the applied position, and their files", async () => {
    await using engine = await openLmdbEngine({ folder, tables, segmentBytes });
    const { log, state } = engine;
    for (let batch = 0; batch < 20; batch++) {
      await log.append(
        entriesAfter(log.last, 10, () => Buffer.alloc(2000)),
        0,
      );
    }
    const before = (await readdir(join(folder, "log"))).length;
    const applied = (await log.read(150, { entriesMax: 1, bytesMax: 1 }))[0] as LogEntry;
    await state.commit([], applied);
    await log.trim(applied.index);
    expect(log.firstIndex).toBeGreaterThan(100);
    expect(log.firstIndex).toBeLessThanOrEqual(151);
    expect((await readdir(join(folder, "log"))).length).toBeLessThan(before);
    expect(await log.read(log.firstIndex, { entriesMax: 1e9, bytesMax: 1e9 })).toHaveLength(201 - log.firstIndex);
    await engine.close();
    await using reopened = await openLmdbEngine({ folder, tables, segmentBytes });
    expect(reopened.log.firstIndex).toBe(log.firstIndex);
    expect(reopened.recovery.replayEntries).toBe(50);
  });
});

const canMount = ((): boolean => {
  try {
    const at = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at], { stdio: "ignore" });
    execFileSync("umount", [at]);
    execFileSync("rmdir", [at]);
    return true;
  } catch {
    return false;
  }
})();

describe(`a full disk${canMount ? "" : " (NOT RUN: mounting a tmpfs needs rights this process has not)"}`, () => {
  it.runIf(canMount)(
    "refuses writes early, keeps reading, and goes on when there is room",
    { timeout: 30_000 },
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", folder]);
      try {
        const data = join(folder, "data");
        const options = {
          folder: data,
          tables,
          segmentBytes: 1024 * 1024,
          lowBytes: 4 * 1024 * 1024,
          spaceIntervalMs: 5,
        };
        const engine = await openLmdbEngine(options);
        const { log, state } = engine;
        const heard: Space[] = [];
        engine.onSpace = (space) => heard.push(space);
        const failures: StorageError[] = [];
        engine.onFailure = (error) => failures.push(error);
        await log.append(entriesAfter(GENESIS, 10), 0);

        await writeFile(join(folder, "ballast"), Buffer.alloc(14 * 1024 * 1024));
        // Another program's file takes the room; then the log's own segments take what is left above the reserve.
        let refused: unknown;
        for (let tries = 0; tries < 400 && refused === undefined; tries++) {
          await log
            .append(
              entriesAfter(log.last, 20, () => Buffer.alloc(5000, 3)),
              0,
            )
            .catch((error: unknown) => {
              refused = error;
            });
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
        expect(refused).toMatchObject({ code: "FULL" });
        expect(heard[0]).not.toBe("ok");
        await waitFor(() => engine.space === "none");
        const last = log.last;
        expect(log.durableIndex).toBe(last.index);
        expect(await log.read(1, { entriesMax: 5, bytesMax: 1e6 })).toHaveLength(5);
        // The reserve lets the state commit, by which the log may be trimmed.
        await state.commit([{ table: 0, key: Buffer.from("a"), value: Buffer.from("1") }], last);
        expect(Buffer.from(state.get(0, Buffer.from("a")) ?? []).toString()).toBe("1");
        await log.trim(last.index);
        await waitFor(() => engine.space === "ok");
        await log.append(entriesAfter(log.last, 5), 0);

        // Now really full, without warning: a state that cannot grow is a refusal or a failure, never a lie.
        await engine.close();
        const again = await openLmdbEngine(options);
        expect(again.log.last.index).toBe(last.index + 5);
        expect(failures).toEqual([]);
        await again.close();
      } finally {
        execFileSync("umount", ["-l", folder]);
      }
    },
  );

  it.runIf(canMount)(
    "met in the middle of a commit stops the engine and loses nothing committed",
    { timeout: 30_000 },
    async () => {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder]);
      const unhandled: unknown[] = [];
      const onUnhandled = (error: unknown): void => void unhandled.push(error);
      process.on("unhandledRejection", onUnhandled);
      try {
        const data = join(folder, "data");
        // The free room is not looked at again: the disk fills behind the engine's back.
        const options = { folder: data, tables, segmentBytes, lowBytes: 65_536, spaceIntervalMs: 0 };
        const engine = await openLmdbEngine(options);
        const failures: StorageError[] = [];
        engine.onFailure = (error) => failures.push(error);
        await engine.state.commit([{ table: 0, key: Buffer.from("a"), value: Buffer.from("1") }], GENESIS);
        await fill(join(folder, "ballast"));
        const large = { table: 0, key: Buffer.from("b"), value: Buffer.alloc(1_000_000, 1) };
        await expect(engine.state.commit([large], GENESIS)).rejects.toMatchObject({ code: "FAILED" });
        await expect(engine.log.append(entriesAfter(GENESIS, 1), 0)).rejects.toMatchObject({ code: "FAILED" });
        expect(failures).toHaveLength(1);
        await engine.close();
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(unhandled).toEqual([]);
        await rm(join(folder, "ballast"));
        await using again = await openLmdbEngine(options);
        expect(Buffer.from(again.state.get(0, Buffer.from("a")) ?? []).toString()).toBe("1");
        expect(again.state.get(0, Buffer.from("b"))).toBeUndefined();
      } finally {
        process.off("unhandledRejection", onUnhandled);
        execFileSync("umount", ["-l", folder]);
      }
    },
  );
});

/** The record's slots as they were written before there was a nonce. */
function withoutIdentity(record: Buffer, clean: boolean): Buffer {
  const older = Buffer.from(record);
  for (const slot of [older.subarray(0, 4096), older.subarray(4096)]) {
    const body = JSON.parse(slot.toString("utf8", 28, 28 + slot.readUInt32LE(12))) as { meta: object; clean?: object };
    const { nonce: _nonce, founders: _founders, ...meta } = body.meta as { nonce?: number; founders?: object };
    const text = Buffer.from(JSON.stringify(clean ? { ...body, meta } : { meta }));
    slot.writeUInt32LE(text.length, 12);
    slot.fill(0, 28);
    text.copy(slot, 28);
    slot.writeUInt32LE(crc32(Buffer.concat([slot.subarray(0, 24), text])), 24);
  }
  return older;
}

async function fill(path: string): Promise<void> {
  for (let size = 1024 * 1024; size >= 4096; size /= 2) {
    for (;;) {
      try {
        await writeFile(path, Buffer.alloc(size), { flag: "a" });
      } catch {
        break;
      }
    }
  }
}

async function waitFor(done: () => boolean): Promise<void> {
  const until = Date.now() + 5000;
  while (!done()) {
    if (Date.now() > until) throw new Error("waited for five seconds");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
