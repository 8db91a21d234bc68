/** The real file system, with a stop before each change of it: what is on the disk then is what a crash there leaves. For tests. */
import { type File, type Files, realFiles } from "../src/files.ts";

export interface Step {
  readonly what:
    | "write"
    | "create"
    | "shorten"
    | "makeFolder"
    | "rename"
    | "remove"
    | "removeFolder"
    | "syncFile"
    | "syncFolder";
  readonly path: string;
  /** Of a write. */
  readonly bytes?: Uint8Array;
  readonly position?: number;
}

export class SteppingFiles implements Files {
  /** Called before each change, when the one before is done. When it throws, the change fails and is not made. */
  onStep: ((step: Step) => Promise<void>) | undefined;
  #changes: Promise<void> = Promise.resolve();

  async open(path: string, mode: "existing" | "create"): Promise<File> {
    const file = await (mode === "existing"
      ? realFiles.open(path, mode)
      : this.#change({ what: "create", path }, () => realFiles.open(path, mode)));
    return {
      read: (into, position) => file.read(into, position),
      readSync: (into, position) => file.readSync(into, position),
      close: () => file.close(),
      write: (bytes, position) =>
        this.#change({ what: "write", path, bytes, position }, () => file.write(bytes, position)),
      shorten: (size) => this.#change({ what: "shorten", path }, () => file.shorten(size)),
    };
  }

  openSync = realFiles.openSync;
  size = realFiles.size;
  list = realFiles.list;
  freeBytes = realFiles.freeBytes;

  makeFolder(path: string): Promise<void> {
    return this.#change({ what: "makeFolder", path }, () => realFiles.makeFolder(path));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change({ what: "rename", path: to }, () => realFiles.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.#change({ what: "remove", path }, () => realFiles.remove(path));
  }

  removeFolder(path: string): Promise<void> {
    return this.#change({ what: "removeFolder", path }, () => realFiles.removeFolder(path));
  }

  syncFile(path: string): Promise<void> {
    return this.#change({ what: "syncFile", path }, () => realFiles.syncFile(path));
  }

  syncFolder(path: string): Promise<void> {
    return this.#change({ what: "syncFolder", path }, () => realFiles.syncFolder(path));
  }

  /** Resolves when the changes asked for so far are made. */
  settled(): Promise<void> {
    return this.#changes;
  }

  #change<T>(step: Step, act: () => Promise<T>): Promise<T> {
    const change = this.#changes.then(async () => {
      await this.onStep?.(step);
      return act();
    });
    this.#changes = change.then(
      () => {},
      () => {},
    );
    return change;
  }
}
