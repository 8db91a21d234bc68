/** A file of lines that a crash of the process, or of the machine, leaves whole: for what a program must not forget. */
import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

export class LineFile implements Disposable {
  private readonly descriptor: number;
  private end: number;

  /** The file, which is created if it is missing, and its lines. What a crash left without an end is cut off. */
  static open(path: string): { readonly file: LineFile; readonly lines: readonly string[] } {
    const descriptor = openSync(path, "a+");
    const data = readFileSync(descriptor);
    const end = data.lastIndexOf("\n") + 1;
    if (end < data.length) ftruncateSync(descriptor, end);
    const lines = data.subarray(0, end).toString().split("\n").slice(0, -1);
    return { file: new LineFile(descriptor, end), lines };
  }

  private constructor(descriptor: number, end: number) {
    this.descriptor = descriptor;
    this.end = end;
  }

  /** Adds lines, all or none. They are on the disk when it returns: it blocks, so that nothing comes between check and write. */
  append(...lines: readonly string[]): void {
    const data = Buffer.from(lines.map((line) => `${line}\n`).join(""));
    try {
      for (let at = 0; at < data.length; ) at += writeSync(this.descriptor, data, at);
      fsyncSync(this.descriptor);
    } catch (error) {
      ftruncateSync(this.descriptor, this.end);
      throw error;
    }
    this.end += data.length;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
