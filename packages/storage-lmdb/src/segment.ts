/** One file of the log: what is known of it, and reading its records in order without holding them all. */
import { type LogPosition, StorageError } from "@rookery/storage";
import type { File } from "./files.ts";
import {
  continues,
  decodeRecord,
  decodeSegmentHeader,
  encodeSegmentHeader,
  isZero,
  type Record,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from "./record.ts";

export interface Segment {
  readonly path: string;
  readonly header: SegmentHeader;
  /** Size of the file. */
  size: number;
  /** The last entry that counts: a younger generation may have taken over what follows. */
  endIndex: number;
  /** Where some entries begin, ascending, so that reading need not start at the front. The first is the front. */
  readonly marks: Mark[];
}

export interface Mark {
  readonly offset: number;
  /** The position before the record at `offset`. */
  readonly previous: LogPosition;
}

/** Bytes between two marks: what a read decodes in vain at worst. */
const MARK_BYTES = 64 * 1024;
/** Read at a time. */
const CHUNK_BYTES = 256 * 1024;

export function segmentOf(path: string, header: SegmentHeader, size: number): Segment {
  return {
    path,
    header,
    size,
    endIndex: header.previous.index,
    marks: [{ offset: SEGMENT_HEADER_BYTES, previous: header.previous }],
  };
}

export function mark(segment: Segment, offset: number, previous: LogPosition): void {
  const last = segment.marks.at(-1) as Mark;
  if (offset < last.offset + MARK_BYTES) return;
  const { index, epoch, counter, chain } = previous;
  segment.marks.push({ offset, previous: { index, epoch, counter, chain } });
}

/** The last mark at or before the record of `index`. */
export function markFor(segment: Segment, index: number): Mark {
  const { marks } = segment;
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((marks[middle] as Mark).previous.index < index) low = middle + 1;
    else high = middle;
  }
  return marks[low > 0 ? low - 1 : 0] as Mark;
}

/** Where a walk stopped, and why: at the entry asked for, at unwritten zeros, or at a record that is not what was written. */
export interface Stop {
  readonly why: "reached" | "end" | "bad";
  readonly offset: number;
  /** The last good position. */
  readonly last: LogPosition;
}

/**
 * Visits the records of `segment` from `start` on, up to that of `lastIndex` or until `visit` returns false.
 * Each is checked by checksum, index, generation and chain. Reads in chunks; a payload is a view of its chunk.
 */
export async function walk(
  file: File,
  segment: Segment,
  start: Mark,
  lastIndex: number,
  visit: (record: Record, offset: number) => boolean | void,
): Promise<Stop> {
  const cursor = new Cursor(segment, start, lastIndex, visit);
  let need = CHUNK_BYTES;
  for (;;) {
    const chunk = cursor.chunk(need);
    const stop = cursor.advance(chunk, await file.read(chunk, cursor.offset));
    if (typeof stop !== "number") return stop;
    need = Math.max(CHUNK_BYTES, stop);
  }
}

/** {@link walk}, at once. */
export function walkSync(
  file: File,
  segment: Segment,
  start: Mark,
  lastIndex: number,
  visit: (record: Record, offset: number) => boolean | void,
): Stop {
  const cursor = new Cursor(segment, start, lastIndex, visit);
  let need = CHUNK_BYTES;
  for (;;) {
    const chunk = cursor.chunk(need);
    const stop = cursor.advance(chunk, file.readSync(chunk, cursor.offset));
    if (typeof stop !== "number") return stop;
    need = Math.max(CHUNK_BYTES, stop);
  }
}

class Cursor {
  offset: number;
  readonly #segment: Segment;
  readonly #lastIndex: number;
  readonly #visit: (record: Record, offset: number) => boolean | void;
  #last: LogPosition;

  constructor(
    segment: Segment,
    start: Mark,
    lastIndex: number,
    visit: (record: Record, offset: number) => boolean | void,
  ) {
    this.#segment = segment;
    this.offset = start.offset;
    this.#last = start.previous;
    this.#lastIndex = lastIndex;
    this.#visit = visit;
  }

  /** A buffer of its own, since payloads become views of it; never beyond the file's end. */
  chunk(bytes: number): Buffer {
    return Buffer.allocUnsafeSlow(Math.max(0, Math.min(bytes, this.#segment.size - this.offset)));
  }

  /** Visits what lies whole in the `got` bytes at `offset`. A number asks for a chunk of that size at the new offset. */
  advance(buffer: Buffer, got: number): Stop | number {
    const chunk = buffer.subarray(0, got);
    const { header } = this.#segment;
    // A file that ends early ends here for good, or the walk would ask for the same bytes for ever.
    const size = got < buffer.length ? this.offset + got : this.#segment.size;
    let at = 0;
    for (;;) {
      if (this.#last.index >= this.#lastIndex) return this.#stop("reached");
      const record = decodeRecord(chunk, at, header.salt, size);
      if (record === "end" || record === "bad") return this.#stop(record);
      if ("more" in record) {
        // Past the end of the file there is nothing: a record that would reach there was never whole.
        if (this.offset + record.more > size) return this.#stop(isZero(chunk, at, chunk.length) ? "end" : "bad");
        return record.more;
      }
      if (!continues(this.#last, header.generation, record)) return this.#stop("bad");
      mark(this.#segment, this.offset, this.#last);
      const { index, epoch, counter, chain } = record.entry;
      this.#last = { index, epoch, counter, chain };
      const offset = this.offset;
      at += record.bytes;
      this.offset += record.bytes;
      if (this.#visit(record, offset) === false) return this.#stop("reached");
    }
  }

  #stop(why: Stop["why"]): Stop {
    return { why, offset: this.offset, last: this.#last };
  }
}

export async function readSegmentHeader(file: File): Promise<{ block: Buffer; header: SegmentHeader | undefined }> {
  const block = Buffer.alloc(SEGMENT_HEADER_BYTES);
  await file.read(block, 0);
  return { block, header: decodeSegmentHeader(block) };
}

export function writeSegmentHeader(file: File, header: SegmentHeader): Promise<void> {
  return file.write(encodeSegmentHeader(header), 0);
}

export function corrupt(path: string, offset: number, index: number, what: string): StorageError {
  return new StorageError(
    "CORRUPT",
    `${path} is damaged at offset ${offset}, in or before log entry ${index}: ${what}. ` +
      "Entries there may have been acknowledged, so nothing was cut or changed. Check the disk; then restore the whole " +
      "folder from a backup.",
  );
}
