import { copyFile, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GENESIS, type StateChange, type StorageEngine } from "@rookery/storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkDataFile } from "./data-file.ts";
import { realFiles } from "./files.ts";
import { openLmdbEngine } from "./index.ts";

const PAGE = 4096;
const tables = ["small", "large", "empty"];

let folder: string;
let data: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rookery-data-file-"));
  data = join(folder, "data");
  path = join(data, "state", "data.mdb");
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function openData(): Promise<StorageEngine> {
  return openLmdbEngine({ folder: data, tables, segmentBytes: 64 * 1024, spaceIntervalMs: 0 });
}

function put(table: number, n: number, bytes: number): StateChange {
  return { table, key: Buffer.from(`k${String(n).padStart(6, "0")}`), value: Buffer.alloc(bytes, n) };
}

const ROWS = [
  ...Array.from({ length: 3000 }, (_, n) => put(0, n, 60)),
  ...Array.from({ length: 20 }, (_, n) => put(1, n, n * 2000)),
];

/** A state of three levels and overflow pages, whose file may be longer than its pages need. */
async function fill(): Promise<void> {
  const { state, close } = await openData().then((engine) => ({ state: engine.state, close: () => engine.close() }));
  await state.commit(ROWS, GENESIS);
  await close();
}

/** Frees pages in the commit that took them, until the file ends before the last page that LMDB counts. */
async function shorten(): Promise<void> {
  const engine = await openData();
  for (let n = 0; n < 50; n++) {
    const passing = put(1, 999, 200_000 + n * 50_000);
    await engine.state.commit([passing, { ...passing, value: undefined }, put(0, 3000 + n, 60)], GENESIS);
    if (await isShort()) break;
  }
  await engine.close();
  expect(await isShort()).toBe(true);
}

async function isShort(): Promise<boolean> {
  const bytes = await readFile(path);
  const newest = bytes.readBigUInt64LE(PAGE + 152) > bytes.readBigUInt64LE(152) ? PAGE : 0;
  return (Number(bytes.readBigUInt64LE(newest + 144)) + 1) * PAGE > bytes.length;
}

async function holdsAll(): Promise<void> {
  await using engine = await openData();
  for (const { table, key, value } of ROWS) {
    const held = engine.state.get(table, key);
    expect(held?.length).toBe(value?.length);
    expect(held?.[0]).toBe(value?.[0]);
  }
}

describe("LMDB's file", () => {
  it("passes as LMDB left it, missing, or empty", async () => {
    await checkDataFile(realFiles, join(folder, "nowhere"));
    await mkdir(join(folder, "empty"));
    await writeFile(join(folder, "empty", "data.mdb"), "");
    await checkDataFile(realFiles, join(folder, "empty"));
    await (await openData()).close();
    await checkDataFile(realFiles, join(data, "state"));
    await fill();
    await checkDataFile(realFiles, join(data, "state"));
    await holdsAll();
  });

  it("passes when it ends before pages that were freed before they were written", async () => {
    await fill();
    await shorten();
    await holdsAll();
  });

  it("is refused from the first page on that is in use and cut off, and whole until then", async () => {
    await fill();
    await shorten();
    const whole = join(folder, "whole");
    await copyFile(path, whole);
    let passes = Math.ceil((await readFile(path)).length / PAGE);
    const total = passes;
    const cutTo = async (pages: number): Promise<string> => {
      await copyFile(whole, path);
      await truncate(path, pages * PAGE);
      return checkDataFile(realFiles, join(data, "state")).then(
        () => "passes",
        ({ code, message }) => `${code} ${message}`,
      );
    };
    // Pages behind the last one in use may go.
    while ((await cutTo(passes - 1)) === "passes") passes--;
    for (const pages of [passes - 1, passes - 2, passes >> 1, 20, 4, 3, 2]) {
      const refusal = await cutTo(pages);
      expect(refusal).toContain(`CORRUPT ${path} is damaged`);
      expect(refusal).toContain("the file was cut");
    }
    expect(total - passes).toBeLessThan(200);
    expect(await cutTo(passes)).toBe("passes");
    await holdsAll();
  });

  it("is refused when the end of a large value is cut off and every tree is whole", async () => {
    await fill();
    const engine = await openData();
    const value = Buffer.alloc(1_000_000, 1);
    value.write("THE END!", value.length - 8);
    // Commits after the value find room in front of it: the trees' roots move there, and its end comes last.
    const passing = Array.from({ length: 3000 }, (_, n) => put(2, n, 60));
    await engine.state.commit(passing, GENESIS);
    await engine.state.commit([{ table: 1, key: Buffer.from("z"), value }], GENESIS);
    await engine.state.commit(
      passing.map((change) => ({ ...change, value: undefined })),
      GENESIS,
    );
    for (let n = 0; n < 12; n++) await engine.state.commit([put(0, n, 60)], GENESIS);
    await engine.close();
    const whole = await readFile(path);
    const pages = Math.floor(whole.lastIndexOf("THE END!") / PAGE) + 1;
    const newest = whole.readBigUInt64LE(PAGE + 152) > whole.readBigUInt64LE(152) ? PAGE : 0;
    for (const tree of [48, 96]) expect(Number(whole.readBigUInt64LE(newest + tree + 40))).toBeLessThan(pages - 1);
    await truncate(path, (pages - 1) * PAGE);
    await expect(checkDataFile(realFiles, join(data, "state"))).rejects.toMatchObject({ code: "CORRUPT" });
    await writeFile(path, whole.subarray(0, pages * PAGE));
    await checkDataFile(realFiles, join(data, "state"));
    await holdsAll();
  });

  it("is refused when it ends within its first two pages or they are not what LMDB writes", async () => {
    await fill();
    const whole = await readFile(path);
    for (const size of [1, 100, PAGE - 1, PAGE, PAGE + 100]) {
      await writeFile(path, whole.subarray(0, size));
      await expect(checkDataFile(realFiles, join(data, "state")), `${size} bytes`).rejects.toMatchObject({
        code: "CORRUPT",
      });
    }
    // Kind of page, magic, version and page size of either; what else they say is covered by no checksum.
    for (const at of [18, 24, 28, 48, PAGE + 18, PAGE + 27, PAGE + 28, PAGE + 49]) {
      const damaged = Buffer.from(whole);
      damaged.writeUInt8((damaged[at] as number) ^ 0xff, at);
      await writeFile(path, damaged);
      await expect(checkDataFile(realFiles, join(data, "state")), `byte ${at}`).rejects.toMatchObject({
        code: "CORRUPT",
      });
    }
  });

  it("is refused when the pages of a file that ends early are not those that belong there", async () => {
    await fill();
    await shorten();
    const whole = await readFile(path);
    const newest = whole.readBigUInt64LE(PAGE + 152) > whole.readBigUInt64LE(152) ? PAGE : 0;
    const root = Number(whole.readBigUInt64LE(newest + 96 + 40));
    const damages: ((page: Buffer) => void)[] = [
      (page) => page.fill(0),
      (page) => page.fill(0xff, 20, 60),
      (page) => page.writeUInt16LE(4, 18),
    ];
    for (const damage of damages) {
      const bytes = Buffer.from(whole);
      damage(bytes.subarray(root * PAGE, (root + 1) * PAGE));
      await writeFile(path, bytes);
      await expect(checkDataFile(realFiles, join(data, "state"))).rejects.toMatchObject({ code: "CORRUPT" });
    }
  });

  it("that is cut keeps the engine closed, in words, and nothing is changed", async () => {
    await fill();
    await truncate(path, 30 * PAGE);
    const meta = await readFile(join(data, "meta"));
    const error = await openData().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: "StorageError", code: "CORRUPT" });
    expect((error as Error).message).toContain(path);
    expect((await readFile(join(data, "meta"))).equals(meta)).toBe(true);
    expect((await readFile(path)).length).toBe(30 * PAGE);
  });
});
