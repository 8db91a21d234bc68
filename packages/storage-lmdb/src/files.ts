/** The little of a file system that the log and the meta record need, as a port: tests inject failures and delays here. */
import * as fs from "node:fs";
import { statfs } from "node:fs/promises";

export interface File {
  /** Reads from `position` until `into` is full or the file ends; says how many bytes it got. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** As `read`, at once. For rare cases off the hot path. */
  readSync(into: Uint8Array, position: number): number;
  /** Writes all of `bytes`. Resolves when they are on the medium: there is no write here that is not durable. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Shortens the file. Durable at the next `write`, or never: nobody relies on it. */
  shorten(size: number): Promise<void>;
  close(): Promise<void>;
}

export interface Files {
  /** Opens for reading and durable writing. `create` makes a new file and fails where there is one. */
  open(path: string, mode: "existing" | "create"): Promise<File>;
  /** Opens for reading, at once. */
  openSync(path: string): File;
  size(path: string): Promise<number>;
  list(folder: string): Promise<string[]>;
  makeFolder(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Removes a folder with all that is in it; none is as good as removed. */
  removeFolder(path: string): Promise<void>;
  /** Makes durable what somebody else wrote to a file. */
  syncFile(path: string): Promise<void>;
  /** Makes the names in a folder durable. */
  syncFolder(path: string): Promise<void>;
  /** Bytes that may still be written on the medium that holds `path`. */
  freeBytes(path: string): Promise<number>;
}

/**
 * The real ones. Files are opened with O_DSYNC: a write is durable when it returns, in one trip to the thread pool,
 * where write and fdatasync take two. Figures in bench/README.md.
 */
export const realFiles: Files = {
  open(path, mode) {
    const { O_RDWR, O_CREAT, O_EXCL } = fs.constants;
    // Windows has no O_DSYNC; there each write is followed by a flush.
    const O_DSYNC = fs.constants.O_DSYNC as number | undefined;
    const flags = O_RDWR | (O_DSYNC ?? 0) | (mode === "create" ? O_CREAT | O_EXCL : 0);
    return new Promise((resolve, reject) => {
      fs.open(path, flags, 0o640, (error, fd) =>
        error ? reject(error) : resolve(new RealFile(fd, O_DSYNC === undefined)),
      );
    });
  },
  openSync: (path) => new RealFile(fs.openSync(path, "r"), false),
  size: async (path) => (await fs.promises.stat(path)).size,
  list: (folder) => fs.promises.readdir(folder),
  async makeFolder(path) {
    await fs.promises.mkdir(path, { recursive: true, mode: 0o750 });
  },
  rename: (from, to) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.rm(path, { force: true }),
  removeFolder: (path) => fs.promises.rm(path, { recursive: true, force: true }),
  async syncFile(path) {
    const file = await fs.promises.open(path, "r+");
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  },
  async syncFolder(path) {
    if (process.platform === "win32") return; // Folders cannot be opened there, and NTFS journals names.
    const folder = await fs.promises.open(path, "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  async freeBytes(path) {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

class RealFile implements File {
  readonly #fd: number;
  readonly #flushes: boolean;

  constructor(fd: number, flushes: boolean) {
    this.#fd = fd;
    this.#flushes = flushes;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let got = 0;
    while (got < into.length) {
      const bytes = await new Promise<number>((resolve, reject) => {
        fs.read(this.#fd, into, got, into.length - got, position + got, (error, read) =>
          error ? reject(error) : resolve(read),
        );
      });
      if (bytes === 0) break;
      got += bytes;
    }
    return got;
  }

  readSync(into: Uint8Array, position: number): number {
    let got = 0;
    while (got < into.length) {
      const bytes = fs.readSync(this.#fd, into, got, into.length - got, position + got);
      if (bytes === 0) break;
      got += bytes;
    }
    return got;
  }

  write(bytes: Uint8Array, position: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const from = (at: number): void => {
        fs.write(this.#fd, bytes, at, bytes.length - at, position + at, (error, written) => {
          if (error) return reject(error);
          // A short write is the kernel's right; the rest follows.
          if (at + written < bytes.length) return from(at + written);
          if (!this.#flushes) return resolve();
          fs.fdatasync(this.#fd, (failed) => (failed ? reject(failed) : resolve()));
        });
      };
      from(0);
    });
  }

  shorten(size: number): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.ftruncate(this.#fd, size, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.close(this.#fd, (error) => (error ? reject(error) : resolve()));
    });
  }
}
