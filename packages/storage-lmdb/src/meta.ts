/**
 * The member's small record, in two slots that are written in turn: a torn write can only hurt the slot that
 * is not in force. Slot, 4096 bytes: magic, format version u32, body length u32, sequence u64, checksum u32, body (JSON).
 * The first twelve bytes keep their meaning in all versions to come, so that an older program can refuse a newer folder.
 */
import { type LogPosition, type Meta, StorageError } from "@rookery/storage";
import { checksumOf, invariant } from "@rookery/storage/internal";
import type { File, Files } from "./files.ts";
import { isZero } from "./record.ts";

/** Version 2 says which folder holds the state and where the log begins; a record without the two is written as version 1. */
const FORMAT_VERSION = 2;
const SLOT_BYTES = 4096;
const HEADER_BYTES = 28;
const MAGIC = Buffer.from("ROOKMETA", "latin1");

/** Left by an orderly close: where the log ended. Taken away before the log is next written to. */
export interface CleanEnd {
  readonly sequence: number;
  readonly last: LogPosition;
  readonly offset: number;
}

/** Where the log begins since the newest installation: older segments count for nothing. */
export interface LogStart {
  /** Of the first segment. */
  readonly sequence: number;
  readonly generation: number;
  /** What the installed state holds: the position before the first entry. */
  readonly position: LogPosition;
  /** That segment is on the medium. While it is not, recovery makes it. */
  readonly begun: boolean;
}

interface Body {
  /** Its `nonce` is 0 when the record was written before there was one. */
  readonly meta: Meta;
  readonly clean: CleanEnd | undefined;
  /** Number of the state's folder: how many installations there were. */
  readonly state: number;
  /** Undefined when there was no installation. */
  readonly start: LogStart | undefined;
}

export class MetaFile {
  readonly #file: File;
  #body: Body;
  #sequence: number;
  /** Writes run one at a time, in the order asked for. */
  #writes: Promise<void> = Promise.resolve();

  private constructor(file: File, body: Body, sequence: number) {
    this.#file = file;
    this.#body = body;
    this.#sequence = sequence;
  }

  get meta(): Meta {
    return this.#body.meta;
  }

  get clean(): CleanEnd | undefined {
    return this.#body.clean;
  }

  get state(): number {
    return this.#body.state;
  }

  get start(): LogStart | undefined {
    return this.#body.start;
  }

  /** Undefined when there is none. Reads only. */
  static async read(files: Files, path: string): Promise<MetaFile | undefined> {
    let file: File;
    try {
      file = await files.open(path, "existing");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      const bytes = Buffer.alloc(2 * SLOT_BYTES);
      const got = await file.read(bytes, 0);
      const slots = [bytes.subarray(0, SLOT_BYTES), bytes.subarray(SLOT_BYTES)].map((slot) => decode(slot, path));
      const [a, b] = slots;
      const newest = a && (b === undefined || a.sequence > b.sequence) ? a : b;
      if (newest === undefined) {
        throw new StorageError(
          "CORRUPT",
          `${path} (${got} bytes): neither of its two slots is whole, so this member no longer knows what it promised. ` +
            "Restore the folder from a backup; without one, what is in it is lost.",
        );
      }
      return new MetaFile(file, newest.body, newest.sequence);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Makes the record where there is none; it is there whole, or not at all. */
  static async create(files: Files, folder: string, path: string, meta: Meta): Promise<MetaFile> {
    const draft = `${path}.tmp`;
    await files.remove(draft);
    const file = await files.open(draft, "create");
    const body: Body = { meta, clean: undefined, state: 0, start: undefined };
    await file.write(Buffer.concat([encode(body, 1), Buffer.alloc(SLOT_BYTES)]), 0);
    await files.rename(draft, path);
    await files.syncFolder(folder);
    return new MetaFile(file, body, 1);
  }

  /** Writes the record with these changes. The mark of an orderly close is gone unless it is among them. */
  write(changes: Partial<Body>): Promise<void> {
    const body = { ...this.#body, clean: undefined, ...changes };
    const sequence = this.#sequence + 1;
    const slot = encode(body, sequence);
    this.#body = body;
    this.#sequence = sequence;
    const write = this.#writes.then(() => this.#file.write(slot, sequence % 2 === 1 ? 0 : SLOT_BYTES));
    this.#writes = write.catch(() => {});
    return write;
  }

  async close(): Promise<void> {
    await this.#writes;
    await this.#file.close();
  }
}

function encode(body: Body, sequence: number): Buffer {
  const { meta, clean, state, start } = body;
  const text = Buffer.from(JSON.stringify(start === undefined ? { meta, clean } : { meta, clean, state, start }));
  invariant(
    text.length <= SLOT_BYTES - HEADER_BYTES,
    () => `a meta record of ${text.length} bytes; there is room for ${SLOT_BYTES - HEADER_BYTES}`,
  );
  const slot = Buffer.alloc(SLOT_BYTES);
  MAGIC.copy(slot);
  slot.writeUInt32LE(start === undefined ? 1 : FORMAT_VERSION, 8);
  slot.writeUInt32LE(text.length, 12);
  slot.writeBigUInt64LE(BigInt(sequence), 16);
  text.copy(slot, HEADER_BYTES);
  slot.writeUInt32LE(checksum(slot, text.length), 24);
  return slot;
}

function decode(slot: Buffer, path: string): { body: Body; sequence: number } | undefined {
  if (!slot.subarray(0, 8).equals(MAGIC)) return undefined;
  const version = slot.readUInt32LE(8);
  if (version > FORMAT_VERSION) {
    throw new StorageError(
      "NEWER_FORMAT",
      `${path} has format version ${version}, and this program knows versions up to ${FORMAT_VERSION}. ` +
        "Nothing was changed. Start the newer program that wrote it.",
    );
  }
  const length = slot.readUInt32LE(12);
  if (length > SLOT_BYTES - HEADER_BYTES || slot.readUInt32LE(24) !== checksum(slot, length)) return undefined;
  if (!isZero(slot, HEADER_BYTES + length, SLOT_BYTES)) return undefined;
  const { meta, clean, state, start } = JSON.parse(
    slot.toString("utf8", HEADER_BYTES, HEADER_BYTES + length),
  ) as Partial<Body> & { meta: Meta };
  return {
    body: {
      meta: { ...meta, nonce: meta.nonce ?? 0, founders: meta.founders ?? [], belongs: meta.belongs ?? false },
      clean,
      state: state ?? 0,
      start,
    },
    sequence: Number(slot.readBigUInt64LE(16)),
  };
}

function checksum(slot: Buffer, length: number): number {
  return checksumOf(Buffer.concat([slot.subarray(0, 24), slot.subarray(HEADER_BYTES, HEADER_BYTES + length)]));
}
