/**
 * Looks at LMDB's file before LMDB maps it: a page that the file does not hold is met as a signal that ends the process.
 *
 * Layout, of lmdb-js 3.5 (data version 2, 64 bits, little-endian). A page begins with its number u64, a transaction u64,
 * u16 pad, flags u16, lower u16, upper u16; then come u16 offsets of its nodes, counted from behind those 24 bytes. Pages 0
 * and 1 are meta pages, of which the one with the higher transaction counts:
 *   24 magic u32   28 version u32   48 free-page tree   96 main tree   144 last page u64   152 transaction u64
 * A tree has its page size (in the first of the two) at 0 as u32, depth u16 at 6, overflow pages u64 at 24, root u64 at 40.
 * A node: low and high half of the data's length, or of a child's page number, u16 each; flags u16 (in a branch the page
 * number's top); key length u16; key; data.
 */
import { join } from "node:path";
import { StorageError } from "@rookery/storage";
import type { File, Files } from "./files.ts";

const PAGE_HEADER_BYTES = 24;
const META_BYTES = 160;
const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const FREE_TREE = 48;
const MAIN_TREE = 96;
const BRANCH = 0x01;
const LEAF = 0x02;
const META = 0x08;
const BIG_DATA = 0x01;
const SUB_TREE = 0x02;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/**
 * Checks `data.mdb` in `folder`: both meta pages are what LMDB writes, and the file holds every page in use. One that is
 * missing or empty passes: there is nothing in it to lead astray.
 * Reads 8 KiB, unless the file is shorter than its pages are many. LMDB leaves it so when the last ones were freed before they
 * were written; then every tree is walked, and leaves that refer to no further pages are not read.
 * @throws {@link StorageError} `CORRUPT`
 */
export async function checkDataFile(files: Files, folder: string): Promise<void> {
  const path = join(folder, "data.mdb");
  let size: number;
  try {
    size = await files.size(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (size === 0) return;
  const file = files.openSync(path);
  try {
    check(file, path, size);
  } finally {
    await file.close();
  }
}

function check(file: File, path: string, size: number): void {
  const first = metaPage(file, path, 0, 0);
  const pageBytes = first.readUInt32LE(FREE_TREE);
  if (pageBytes < 256 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) {
    throw damaged(path, `its first page says that pages have ${pageBytes} bytes`);
  }
  const second = metaPage(file, path, pageBytes, 1);
  if (second.readUInt32LE(FREE_TREE) !== pageBytes)
    throw damaged(path, "its two meta pages differ in the size of pages");
  const meta = second.readBigUInt64LE(152) > first.readBigUInt64LE(152) ? second : first;
  const pages = Number(meta.readBigUInt64LE(144)) + 1;
  if (pages * pageBytes <= size) return;
  const walk = { file, path, size, pageBytes, pages, visited: 0 };
  walkTree(walk, meta, FREE_TREE);
  walkTree(walk, meta, MAIN_TREE);
}

function metaPage(file: File, path: string, offset: number, number: number): Buffer {
  const bytes = Buffer.alloc(META_BYTES);
  if (file.readSync(bytes, offset) < META_BYTES) throw damaged(path, `it ends within page ${number}`);
  if (
    (bytes.readUInt16LE(18) & META) === 0 ||
    bytes.readUInt32LE(24) !== MAGIC ||
    (bytes.readUInt32LE(28) & 0xffff) !== DATA_VERSION
  ) {
    throw damaged(path, `page ${number} is not a meta page of LMDB's data version ${DATA_VERSION}`);
  }
  return bytes;
}

interface Walk {
  readonly file: File;
  readonly path: string;
  readonly size: number;
  readonly pageBytes: number;
  readonly pages: number;
  visited: number;
}

/** Visits the pages of the tree described at `at`, and of those within it. */
function walkTree(walk: Walk, bytes: Buffer, at: number): void {
  const depth = bytes.readUInt16LE(at + 6);
  const overflows = bytes.readBigUInt64LE(at + 24) > 0n;
  const root = bytes.readBigUInt64LE(at + 40);
  if (root === NO_PAGE) return;
  // The main tree's leaves describe the tables; those of the others need a look only when they refer to overflow pages.
  const leaves = at === MAIN_TREE || overflows;
  const open: { readonly page: number; readonly level: number }[] = [{ page: Number(root), level: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { page, level } = next;
    mustHold(walk, page, 1);
    if (level === depth && !leaves) continue;
    const content = readPage(walk, page);
    const flags = content.readUInt16LE(18);
    if ((flags & (level === depth ? LEAF : BRANCH)) === 0 || content.readBigUInt64LE(0) !== BigInt(page)) {
      throw damaged(walk.path, `page ${page} is not the one that belongs there`);
    }
    for (const node of nodes(walk, content, page)) {
      const low = content.readUInt32LE(node);
      const nodeFlags = content.readUInt16LE(node + 4);
      if (level < depth) {
        open.push({ page: low + nodeFlags * 2 ** 32, level: level + 1 });
        continue;
      }
      const data = node + 8 + content.readUInt16LE(node + 6);
      const needs = (nodeFlags & BIG_DATA) !== 0 ? 24 : (nodeFlags & SUB_TREE) !== 0 ? 48 : 0;
      if (data + needs > content.length) throw damaged(walk.path, `page ${page} is not what was written`);
      if ((nodeFlags & BIG_DATA) !== 0) {
        mustHold(walk, Number(content.readBigUInt64LE(data)), Number(content.readBigUInt64LE(data + 16)));
      } else if ((nodeFlags & SUB_TREE) !== 0) {
        walkTree(walk, Buffer.from(content.subarray(data, data + 48)), 0);
      }
    }
  }
}

function mustHold({ path, size, pageBytes, pages }: Walk, page: number, count: number): void {
  if ((page + count) * pageBytes <= size) return;
  throw damaged(
    path,
    `it has ${size} bytes and page ${page + count - 1} of ${pages}, which is in use, lies at ${(page + count - 1) * pageBytes}: ` +
      "the file was cut",
  );
}

function readPage(walk: Walk, page: number): Buffer {
  // Each page has one place; more visits than pages mean that references run in a circle.
  if (++walk.visited > walk.pages) throw damaged(walk.path, `page ${page} is referred to more than once`);
  const content = Buffer.allocUnsafe(walk.pageBytes);
  walk.file.readSync(content, page * walk.pageBytes);
  return content;
}

/** Where the nodes of a page begin. */
function nodes(walk: Walk, content: Buffer, page: number): number[] {
  const lower = content.readUInt16LE(20);
  const found: number[] = [];
  for (let at = 0; at < lower; at += 2) {
    const pointer = PAGE_HEADER_BYTES + at;
    const node = pointer + 2 <= content.length ? PAGE_HEADER_BYTES + content.readUInt16LE(pointer) : content.length;
    if (node + 8 > content.length) throw damaged(walk.path, `page ${page} is not what was written`);
    found.push(node);
  }
  return found;
}

function damaged(path: string, what: string): StorageError {
  return new StorageError(
    "CORRUPT",
    `${path} is damaged: ${what}. Nothing was changed. Check the disk; then restore the whole folder from a backup.`,
  );
}
