import { GENESIS, type LogEntry, type LogPosition } from "@rookery/storage";
import { entriesAfter } from "@rookery/storage/conformance";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { MemoryFiles } from "../test/memory-files.ts";
import { openLog } from "../test/open-log.ts";
import { recordBytes, SEGMENT_HEADER_BYTES } from "./record.ts";

const UNBOUNDED = { entriesMax: Number.POSITIVE_INFINITY, bytesMax: Number.POSITIVE_INFINITY };

/** A log of single batches, as a crash right after the last one leaves it. */
async function crashedLog(batches: readonly number[], payload?: (index: number) => Uint8Array) {
  const files = new MemoryFiles();
  const { log } = await openLog({ files, created: true });
  const entries: LogEntry[] = [];
  for (const size of batches) {
    const batch = entriesAfter(log.last, size, payload);
    entries.push(...batch);
    await log.append(batch, 0);
  }
  const path = files.paths.find((name) => files.bytesOf(name)[0] !== 0) as string;
  const offsets: number[] = [];
  let offset = SEGMENT_HEADER_BYTES;
  for (const entry of entries) {
    offsets.push(offset);
    offset += recordBytes(entry.payload.length);
  }
  return { files: files.clone(), path, entries, offsets, end: offset };
}

async function recover(files: MemoryFiles, applied: LogPosition = GENESIS) {
  const { log, recovered } = await openLog({ files, applied: () => applied });
  const entries = log.last.index >= log.firstIndex ? await log.read(log.firstIndex, UNBOUNDED) : [];
  return { log, recovered, entries };
}

describe("a torn tail", () => {
  let crashed: Awaited<ReturnType<typeof crashedLog>>;
  beforeAll(async () => {
    crashed = await crashedLog([2, 3, 3]);
  });

  it("cut at any byte of the last batch is reported and costs only what was cut", async () => {
    const { path, entries, offsets, end } = crashed;
    for (let cut = offsets[5] as number; cut <= end; cut++) {
      const files = crashed.files.clone();
      files.bytesOf(path).fill(0, cut, end);
      const found = await recover(files);
      const whole = entries.filter((_, at) => (offsets[at + 1] ?? end) <= cut).length;
      // A record that ends in zeros is whole before its last byte was written.
      const kept = found.entries.length;
      expect(kept).toBeGreaterThanOrEqual(whole);
      expect(kept).toBeLessThanOrEqual(whole + 1);
      expect(chains(found.entries)).toEqual(chains(entries.slice(0, kept)));
      const at = (offsets[kept] ?? end) as number;
      if (found.recovered.tornBytes > 0) expect(found.recovered.tornAt).toBe(`${path} at offset ${at}`);
      if (kept === whole && cut > at) expect(found.recovered.tornBytes).toBeGreaterThan(0);
    }
  });

  it("may have later records of the same batch behind the bad one", async () => {
    const files = crashed.files.clone();
    files.bytesOf(crashed.path).fill(0, crashed.offsets[5], crashed.offsets[6]);
    const found = await recover(files);
    expect(found.entries).toHaveLength(5);
    // Up to the padding, which is zeros as the rest of the segment.
    expect(found.recovered.tornBytes).toBeGreaterThan(crashed.end - (crashed.offsets[5] as number) - 8);
  });

  it("is gone after the recovery that found it", async () => {
    const files = crashed.files.clone();
    files.bytesOf(crashed.path).fill(0, (crashed.end as number) - 20, crashed.end);
    await recover(files);
    const again = await recover(files.clone());
    expect(again.recovered.tornBytes).toBe(0);
    expect(again.entries).toHaveLength(7);
  });

  it("is damage when the state has applied it", async () => {
    const files = crashed.files.clone();
    files.bytesOf(crashed.path).fill(0, crashed.offsets[7], crashed.end);
    await expect(recover(files, crashed.entries[7])).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(recover(files, crashed.entries[6])).resolves.toBeDefined();
  });

  it("is damage when an earlier recovery had made it durable", async () => {
    const files = crashed.files.clone();
    await recover(files);
    const path = files.paths.find((name) => name > crashed.path && files.bytesOf(name)[0] !== 0) as string;
    const bytes = files.bytesOf(path);
    bytes.fill(0, SEGMENT_HEADER_BYTES + 60, SEGMENT_HEADER_BYTES + 70);
    await expect(recover(files.clone())).rejects.toMatchObject({ code: "CORRUPT" });
  });
});

describe("a flipped bit before the tail", () => {
  it("is told at every byte, by file, offset and index, and changes nothing", { timeout: 30_000 }, async () => {
    const { files: image, path, offsets } = await crashedLog([1, 2, 2], () => Buffer.from("payload"));
    for (const record of [0, 1, 2]) {
      const start = offsets[record] as number;
      for (let at = start; at < (offsets[record + 1] as number); at++) {
        const files = image.clone();
        const bytes = files.bytesOf(path);
        bytes[at] = (bytes[at] as number) ^ (1 << (at % 8));
        const before = files.clone();
        const error = await recover(files).catch((reason: unknown) => reason);
        expect(error, `byte ${at - start} of record ${record + 1}`).toMatchObject({
          name: "StorageError",
          code: "CORRUPT",
        });
        const { message } = error as Error;
        expect(message).toContain(path);
        expect(message).toContain(`offset ${start}`);
        expect(message).toContain(`entry ${record + 1}`);
        expect(files.paths).toEqual(before.paths);
        for (const name of files.paths) expect(files.bytesOf(name).equals(before.bytesOf(name))).toBe(true);
      }
    }
  });

  it("is told in the header of a segment that holds entries", async () => {
    const { files: image, path } = await crashedLog([1, 1]);
    for (let at = 0; at < 92; at++) {
      if (at >= 60 && at < 64) continue; // Unused, and not covered.
      const files = image.clone();
      const bytes = files.bytesOf(path);
      bytes[at] = (bytes[at] as number) ^ 1;
      await expect(recover(files), `byte ${at}`).rejects.toMatchObject({ code: "CORRUPT" });
    }
  });

  it("is told when a segment in the middle is missing", async () => {
    const { files } = await crashedLog([1, 1, 1, 1, 1, 1], () => Buffer.alloc(5000, 1));
    const used = files.paths.filter((name) => files.bytesOf(name)[0] !== 0);
    expect(used.length).toBeGreaterThan(2);
    await files.remove(used[1] as string);
    await expect(recover(files)).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("is told when the log begins after what the state holds, or contradicts it", async () => {
    const { files, entries } = await crashedLog([3]);
    const contradicted = { ...(entries[1] as LogEntry), chain: 1 };
    await expect(recover(files.clone(), contradicted)).rejects.toMatchObject({ code: "CORRUPT" });
    await expect(recover(files.clone(), { ...contradicted, index: 7 })).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("is found by a read of what recovery had no reason to look at", async () => {
    const { files, path, offsets, entries } = await crashedLog([1, 1, 1, 1, 1, 1], () => Buffer.alloc(5000, 1));
    const applied = entries[5] as LogEntry;
    const bytes = files.bytesOf(path);
    bytes[(offsets[1] as number) + 100] = 9;
    const { log } = await openLog({ files, applied: () => applied });
    await expect(log.read(1, UNBOUNDED)).rejects.toMatchObject({ code: "CORRUPT" });
    expect(await log.read(6, UNBOUNDED)).toHaveLength(1);
  });
});

describe("a payload that looks like a record", () => {
  it("does not turn a torn tail into damage", async () => {
    // The client knows everything but the salt: it repeats the record of a later batch as the log would write it.
    const { files: image, path, offsets, end } = await crashedLog([1, 1, 1]);
    const later = Buffer.from(image.bytesOf(path).subarray(offsets[2], end));
    const files = new MemoryFiles();
    const { log } = await openLog({ files, created: true });
    await log.append(
      entriesAfter(GENESIS, 1, () => Buffer.concat([later, later])),
      0,
    );
    const own = files.paths.find((name) => files.bytesOf(name)[0] !== 0) as string;
    files.bytesOf(own)[SEGMENT_HEADER_BYTES + 8] = 0x55;
    const found = await recover(files.clone());
    expect(found.entries).toHaveLength(0);
    expect(found.recovered.tornBytes).toBeGreaterThan(0);
  });
});

describe("restarts", () => {
  it("do not pile up files", async () => {
    let { files } = await crashedLog([1, 2, 3]);
    for (let life = 0; life < 20; life++) {
      const { log, entries } = await recover(files);
      expect(entries).toHaveLength(6);
      await log.prepare();
      files = files.clone();
      const bytes = files.paths.reduce((sum, name) => sum + files.bytesOf(name).length, 0);
      expect(bytes).toBeLessThan(4 * 16 * 1024);
    }
  });

  it("go on in the same segment after an orderly close, and refuse if it was then cut", async () => {
    const files = new MemoryFiles();
    const first = await openLog({ files, created: true });
    await first.log.append(entriesAfter(GENESIS, 3), 0);
    const clean = await first.log.close();
    if (clean === undefined) throw new Error("an orderly close says where the log ends");
    const count = files.paths.length;
    const image = files.clone();
    const { log } = await openLog({ files, clean });
    await log.append(entriesAfter(log.last, 3), 0);
    expect(files.paths).toHaveLength(count);
    image.bytesOf(image.paths[0] as string).fill(0, clean.offset - 8, clean.offset);
    await expect(openLog({ files: image, clean })).rejects.toMatchObject({ code: "CORRUPT" });
  });
});

describe("any run of operations and power losses", () => {
  type Step =
    | { readonly do: "append"; readonly batches: readonly number[]; readonly bytes: number }
    | { readonly do: "truncate"; readonly back: number; readonly turns: number }
    | { readonly do: "apply"; readonly back: number }
    | { readonly do: "trim" }
    | { readonly do: "wait" }
    | { readonly do: "close" }
    | { readonly do: "crash"; readonly after: number; readonly seed: number };

  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant("append" as const),
        batches: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
        bytes: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3000 }), fc.constant(20_000)),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant("truncate" as const),
        back: fc.integer({ min: 0, max: 30 }),
        turns: fc.integer({ min: 0, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("apply" as const), back: fc.integer({ min: 0, max: 10 }) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("trim" as const, "wait" as const, "close" as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("crash" as const),
        after: fc.integer({ min: 0, max: 12 }),
        seed: fc.integer(),
      }),
    },
  );

  it("loses no acknowledged entry, invents none, and always opens", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 40 }), async (steps) => {
        let files = new MemoryFiles();
        let applied: LogPosition = GENESIS;
        const setup = () => ({ files, applied: () => applied });
        let { log } = await openLog({ ...setup(), created: true });
        /** What the log must hold: entries up to `acked` for sure; those behind may have been lost, or not. */
        let model: LogEntry[] = [];
        let acked = 0;
        let variant = 0;
        const seen = async (): Promise<void> => {
          const last = log.last.index;
          expect(last).toBeGreaterThanOrEqual(acked);
          expect(last).toBeLessThanOrEqual(model.length);
          model.length = last;
          acked = last;
          expect(log.durableIndex).toBe(last);
          if (last < log.firstIndex) return;
          const held = await log.read(log.firstIndex, UNBOUNDED);
          expect(chains(held)).toEqual(chains(model.slice(log.firstIndex - 1)));
        };
        for (const now of steps) {
          if (now.do === "append") {
            for (const count of now.batches) {
              variant++;
              const entries = entriesAfter(log.last, count, () => Buffer.alloc(now.bytes, variant));
              const upTo = (entries.at(-1) as LogEntry).index;
              model.push(...entries);
              const of = log;
              void log.append(entries, acked).then(() => {
                if (of === log) acked = Math.max(acked, Math.min(upTo, log.durableIndex));
              });
              if (count % 3 === 0) await turn();
            }
          } else if (now.do === "truncate") {
            const to = Math.max(applied.index, log.firstIndex - 1, log.last.index - now.back);
            const was = model;
            model = model.slice(0, to);
            acked = Math.min(acked, to);
            const truncated = log.truncate(to);
            for (let waited = 0; waited < now.turns; waited++) await turn();
            // A crash before it is durable may bring the old entries back, so let it finish.
            await truncated;
            expect(was.length).toBeGreaterThanOrEqual(to);
            acked = to;
          } else if (now.do === "apply") {
            const to = log.durableIndex - now.back;
            if (to > applied.index && to <= acked) applied = model[to - 1] as LogEntry;
          } else if (now.do === "trim") {
            await log.trim(applied.index);
          } else if (now.do === "wait") {
            await log.append([], 0);
            acked = log.last.index;
          } else if (now.do === "close") {
            const clean = await log.close();
            acked = model.length;
            ({ log } = await openLog({ ...setup(), ...(clean ? { clean } : {}) }));
            await seen();
          } else {
            for (let turns = 0; turns < now.after; turns++) await turn();
            const chance = generator(now.seed);
            files = files.crash(chance);
            ({ log } = await openLog(setup()));
            await seen();
            if (now.after % 2 === 0) void log.prepare();
          }
        }
        await log.close();
      }),
      { numRuns: 150, seed: 20_261_122 },
    );
  });
});

function chains(entries: readonly LogEntry[]): string[] {
  return entries.map(({ index, chain, payload }) => `${index} ${chain} ${payload.length}`);
}

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

/** Numbers below 1 from a seed: mulberry32. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
