/** The real file system with a hand on it: log writes can be held or failed, and the room can be any. For tests. */
import { sep } from "node:path";
import { type File, type Files, realFiles } from "../src/files.ts";

export class FaultyFiles implements Files {
  /** Undefined: what the disk says. */
  free: number | undefined;
  #failNext = false;
  #held: (() => void)[] | undefined;

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const go of held) go();
  }

  failNextLogWrite(): void {
    this.#failNext = true;
  }

  async open(path: string, mode: "existing" | "create"): Promise<File> {
    const file = await realFiles.open(path, mode);
    return path.includes(`${sep}log${sep}`) ? this.#guard(file) : file;
  }

  openSync = realFiles.openSync;
  size = realFiles.size;
  list = realFiles.list;
  makeFolder = realFiles.makeFolder;
  rename = realFiles.rename;
  remove = realFiles.remove;
  removeFolder = realFiles.removeFolder;
  syncFile = realFiles.syncFile;
  syncFolder = realFiles.syncFolder;

  async freeBytes(path: string): Promise<number> {
    return this.free ?? (await realFiles.freeBytes(path));
  }

  #guard(file: File): File {
    return {
      read: (into, position) => file.read(into, position),
      readSync: (into, position) => file.readSync(into, position),
      shorten: (size) => file.shorten(size),
      close: () => file.close(),
      write: async (bytes, position) => {
        // Records, not headers and not the zeros of a new segment.
        if (bytes[0] !== 0x52 || bytes[1] !== 0x4b) return file.write(bytes, position);
        if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve));
        if (this.#failNext) {
          this.#failNext = false;
          throw Object.assign(new Error("EIO: i/o error, write"), { code: "EIO" });
        }
        await file.write(bytes, position);
      },
    };
  }
}
