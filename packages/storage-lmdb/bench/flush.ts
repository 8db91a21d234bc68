/** Ways to make bytes durable in a preallocated file, in turn on the same disk. Decides `realFiles`. Run: see README.md. */
import * as fs from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const folder = mkdtempSync(join(process.argv[2] ?? process.cwd(), "bench-flush-"));
const FILE_BYTES = 32 * 1024 * 1024;
const { O_RDWR, O_DSYNC } = fs.constants;

function prepare(name: string, flags: number): number {
  const path = join(folder, name);
  fs.writeFileSync(path, Buffer.alloc(FILE_BYTES), { flush: true } as fs.WriteFileOptions);
  return fs.openSync(path, flags);
}

const plain = prepare("plain", O_RDWR);
const synced = prepare("synced", O_RDWR | O_DSYNC);
const bytes = Buffer.alloc(1024 * 1024, 7);

type Way = (length: number, at: number, done: () => void) => void;
const ways: { readonly [name: string]: Way } = {
  "write + fdatasync, both on the pool": (length, at, done) =>
    fs.write(plain, bytes, 0, length, at, () => fs.fdatasync(plain, () => done())),
  "writeSync + fdatasync on the pool": (length, at, done) => {
    fs.writeSync(plain, bytes, 0, length, at);
    fs.fdatasync(plain, () => done());
  },
  "O_DSYNC write on the pool": (length, at, done) => fs.write(synced, bytes, 0, length, at, () => done()),
  "O_DSYNC writev on the pool": (length, at, done) => fs.writev(synced, [bytes.subarray(0, length)], at, () => done()),
};

for (const length of [256, 32 * 1024, 256 * 1024, 1024 * 1024]) {
  const times = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < (length > 100_000 ? 200 : 1000); round++) {
    const at = (round * length) % (FILE_BYTES - length);
    for (const [name, way] of Object.entries(ways)) {
      const began = performance.now();
      await new Promise<void>((resolve) => way(length, at, resolve));
      times.get(name)?.push(performance.now() - began);
    }
  }
  for (const [name, taken] of times) {
    const sorted = taken.toSorted((a, b) => a - b);
    const part = (of: number): string => (sorted[Math.floor(sorted.length * of)] as number).toFixed(3);
    console.log(
      `${String(length).padStart(7)} bytes, ${name.padEnd(36)} p50 ${part(0.5)} p90 ${part(0.9)} p99 ${part(0.99)} ms`,
    );
  }
}
fs.closeSync(plain);
fs.closeSync(synced);
rmSync(folder, { recursive: true });
