/**
 * A file system in memory that can lose power: a write under way may have reached any of its sectors, a name that was not
 * synced may be the old one. Chance comes from whoever asks for the crash.
 */
import { dirname } from "node:path";
import type { File, Files } from "../src/files.ts";

interface Inode {
  bytes: Buffer;
}

interface Write {
  readonly inode: Inode;
  readonly bytes: Buffer;
  readonly position: number;
}

const SECTOR = 512;

export class MemoryFiles implements Files {
  readonly #names: Map<string, Inode>;
  /** As a power loss would find them. */
  readonly #durableNames: Map<string, Inode>;
  readonly #underWay = new Set<Write>();
  free = Number.POSITIVE_INFINITY;
  #dead = false;

  constructor(names: Map<string, Inode> = new Map()) {
    this.#names = names;
    this.#durableNames = new Map(names);
  }

  /** What is there after a power loss: `chance` gives numbers below 1. This one does nothing any more. */
  crash(chance: () => number): MemoryFiles {
    this.#dead = true;
    for (const { inode, bytes, position } of this.#underWay) {
      const kept = chance();
      for (let at = 0; at < bytes.length; ) {
        const end = Math.min(bytes.length, at + SECTOR - ((position + at) % SECTOR));
        if (chance() < kept) apply({ inode, bytes: bytes.subarray(at, end), position: position + at });
        at = end;
      }
    }
    return new MemoryFiles(new Map(chance() < 0.5 ? this.#names : this.#durableNames));
  }

  /** A copy in which files can be changed at will. */
  clone(): MemoryFiles {
    const names = new Map<string, Inode>();
    for (const [path, { bytes }] of this.#names) names.set(path, { bytes: Buffer.from(bytes) });
    return new MemoryFiles(names);
  }

  bytesOf(path: string): Buffer {
    return this.#inode(path).bytes;
  }

  get paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  async open(path: string, mode: "existing" | "create"): Promise<File> {
    await this.#step();
    if (mode === "create") {
      if (this.#names.has(path)) throw Object.assign(new Error(`EEXIST: ${path}`), { code: "EEXIST" });
      this.#names.set(path, { bytes: Buffer.alloc(0) });
    }
    return this.#file(this.#inode(path));
  }

  openSync(path: string): File {
    return this.#file(this.#inode(path));
  }

  async size(path: string): Promise<number> {
    return this.#inode(path).bytes.length;
  }

  async list(folder: string): Promise<string[]> {
    return this.paths.filter((path) => dirname(path) === folder).map((path) => path.slice(folder.length + 1));
  }

  async makeFolder(): Promise<void> {}

  async rename(from: string, to: string): Promise<void> {
    await this.#step();
    this.#names.set(to, this.#inode(from));
    this.#names.delete(from);
  }

  async remove(path: string): Promise<void> {
    await this.#step();
    this.#names.delete(path);
  }

  async removeFolder(folder: string): Promise<void> {
    for (const path of this.paths) if (path.startsWith(`${folder}/`)) await this.remove(path);
  }

  /** Each write is durable here when it resolves. */
  async syncFile(): Promise<void> {}

  async syncFolder(): Promise<void> {
    await this.#step();
    this.#durableNames.clear();
    for (const [path, inode] of this.#names) this.#durableNames.set(path, inode);
  }

  async freeBytes(): Promise<number> {
    return this.free;
  }

  #file(inode: Inode): File {
    const readSync = (into: Uint8Array, position: number): number => {
      const part = inode.bytes.subarray(position, position + into.length);
      into.set(part);
      return part.length;
    };
    return {
      readSync,
      read: async (into, position) => readSync(into, position),
      write: async (bytes, position) => {
        const write = { inode, bytes: Buffer.from(bytes), position };
        this.#underWay.add(write);
        await this.#step();
        this.#underWay.delete(write);
        apply(write);
      },
      shorten: async (size) => {
        await this.#step();
        inode.bytes = inode.bytes.subarray(0, size);
      },
      close: async () => {},
    };
  }

  /** Takes a turn, and for ever once the power is gone. */
  async #step(): Promise<void> {
    await new Promise(setImmediate);
    if (this.#dead) await new Promise(() => {});
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return inode;
  }
}

function apply({ inode, bytes, position }: Write): void {
  const end = position + bytes.length;
  if (inode.bytes.length < end) inode.bytes = Buffer.concat([inode.bytes, Buffer.alloc(end - inode.bytes.length)]);
  bytes.copy(inode.bytes, position);
}
