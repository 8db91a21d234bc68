/**
 * Finds out what the log holds after any kind of end, and makes it trustworthy before anything is added (consensus.md §13.2).
 *
 * It reads the header of each segment, the segments that hold entries after `applied`, and nothing of those before.
 * A bad record is a torn write only if nothing shows that its batch was once complete. A batch is written when the one before
 * it is on the medium, and each record names the entry before its batch (`ackedThrough`): so a good record anywhere behind
 * the bad one with `ackedThrough` at or above it, or a segment header, an orderly close or an applied state that say so,
 * mean that acknowledged entries are damaged. The commit hint is not among these witnesses: a follower that catches up
 * writes entries that others have long committed, and may be cut off while it does.
 */
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { GENESIS, type LogEntry, type LogPosition, type Meta, StorageError } from "@rookery/storage";
import { checksumOf, name } from "@rookery/storage/internal";
import type { File, Files } from "./files.ts";
import type { CleanEnd, LogStart } from "./meta.ts";
import {
  ALIGNMENT,
  decodeRecord,
  encodeRecord,
  isZero,
  RECORD_MAGIC,
  recordBytes,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
} from "./record.ts";
import {
  corrupt,
  type Mark,
  mark,
  markFor,
  readSegmentHeader,
  type Segment,
  segmentOf,
  walk,
  writeSegmentHeader,
} from "./segment.ts";

export interface Recovered {
  /** Oldest first; the last one is being written to. Never empty. */
  readonly segments: Segment[];
  readonly active: File;
  /** Where the next record goes in the last segment. */
  readonly offset: number;
  readonly last: LogPosition;
  readonly batch: number;
  readonly nextNumber: number;
  readonly spare: Spare | undefined;
  readonly commitHint: number;
  readonly tornBytes: number;
  readonly tornAt: string | undefined;
}

/** A segment that is all zeros and waits to be used. */
export interface Spare {
  readonly path: string;
  readonly size: number;
}

/** Where in which segment a record begins, and the position before it: kept with the state, so that a start reads little. */
export interface Place extends Mark {
  readonly sequence: number;
}

export interface RecoveryInput {
  readonly files: Files;
  readonly folder: string;
  readonly segmentBytes: number;
  /** Undefined when the folder is new: the log must be empty then. */
  readonly meta: Meta | undefined;
  readonly identity: Meta;
  readonly clean: CleanEnd | undefined;
  readonly start: LogStart | undefined;
  readonly applied: LogPosition;
  /** At or before the first record after `applied`. Ignored when that segment is not there any more. */
  readonly place: Place | undefined;
}

/** A file's number only tells it from others: the order is in the headers, since a segment may wait as a spare meanwhile. */
export function segmentPath(folder: string, number: number): string {
  return join(folder, `${number.toString(16).padStart(12, "0")}.log`);
}

export function newSalt(): number {
  return randomInt(1, 0xffff_ffff);
}

/** @throws {@link StorageError} `CORRUPT`, with nothing changed; `FULL` when not even one segment can be made. */
export async function recoverLog(input: RecoveryInput): Promise<Recovered> {
  const { files, applied, clean, place } = input;
  const found = await inventory(input);
  if (found.segments.length === 0) return createLog(input, found);

  const { live, dead } = lineage(found.segments);
  const oldest = live[0] as Segment;
  if (oldest.header.previous.index > applied.index) {
    throw corrupt(
      oldest.path,
      0,
      oldest.header.previous.index,
      `the log begins after entry ${oldest.header.previous.index} and the state holds only those up to ${applied.index}`,
    );
  }

  const tail = live.at(-1) as Segment;
  if (clean?.sequence === tail.header.sequence && clean.last.index === applied.index && clean.offset <= tail.size) {
    // An orderly close with nothing to replay: there is nothing to find out.
    checkApplied(tail.path, clean.offset, clean.last, applied);
    tail.endIndex = applied.index;
    const known = { last: clean.last, commitHint: applied.index, tornBytes: 0, tornAt: undefined };
    return resume(input, found, live, dead, known, clean.offset, 0);
  }

  let start = live.length - 1;
  // The segment that holds `applied`, or begins right after it: either way its chain can be compared.
  while (start > 0 && (live[start] as Segment).header.previous.index > applied.index) start--;

  const first = live[start] as Segment;
  const begin: Mark =
    place?.sequence === first.header.sequence && place.offset <= first.size
      ? place
      : { offset: SEGMENT_HEADER_BYTES, previous: first.header.previous };
  let last: LogPosition = begin.previous;
  let commitHint = 0;
  let acked = 0;
  let batch = 0;
  let end = SEGMENT_HEADER_BYTES;
  let torn: Torn | undefined;
  for (let s = start; s < live.length; s++) {
    const segment = live[s] as Segment;
    const { previous, ackedThrough } = segment.header;
    const from = s === start ? begin : { offset: SEGMENT_HEADER_BYTES, previous };
    if (from.previous.index !== last.index || from.previous.chain !== last.chain) {
      throw corrupt(
        segment.path,
        0,
        previous.index,
        `it continues ${name(previous)}, and the log before it ends with ${name(last)}`,
      );
    }
    if (last.index === applied.index) checkApplied(segment.path, from.offset, last, applied);
    mark(segment, from.offset, from.previous);
    const isLast = s === live.length - 1;
    const file = await files.open(segment.path, "existing");
    try {
      // A truncation since then has taken back what lies beyond this segment's part.
      acked = Math.max(acked, Math.min(ackedThrough, segment.endIndex));
      batch = 0;
      const stop = await walk(file, segment, from, segment.endIndex, (record, offset) => {
        const { entry } = record;
        if (record.commitHint > commitHint) commitHint = record.commitHint;
        if (record.ackedThrough > acked) acked = record.ackedThrough;
        batch = record.batch;
        if (entry.index === applied.index) checkApplied(segment.path, offset, entry, applied);
      });
      last = stop.last;
      end = stop.offset;
      if (isLast) {
        segment.endIndex = last.index;
        torn = await judgeTail(
          file,
          segment,
          stop.offset,
          last,
          Math.max(acked, applied.index, clean?.last.index ?? 0),
        );
      } else if (stop.why !== "reached") {
        throw corrupt(
          segment.path,
          stop.offset,
          last.index + 1,
          "a later segment follows, and this record is not what was written",
        );
      }
    } finally {
      await file.close();
    }
  }
  if (last.index < applied.index) {
    throw corrupt(tail.path, end, last.index + 1, `the state holds entries up to ${applied.index}`);
  }

  const known = {
    last,
    commitHint,
    tornBytes: torn?.bytes ?? found.tornHeader?.bytes ?? 0,
    tornAt: torn ? `${tail.path} at offset ${torn.offset}` : found.tornHeader && `${found.tornHeader.path} at offset 0`,
  };
  if (
    clean?.sequence === tail.header.sequence &&
    clean.last.index === last.index &&
    clean.offset === end &&
    torn === undefined &&
    found.tornHeader === undefined
  ) {
    return resume(input, found, live, dead, known, end, batch);
  }
  return renew(input, found, live, dead, Math.min(acked, last.index), known);
}

interface Inventory {
  /** Those that count: an installation took the place of all before. */
  readonly segments: Segment[];
  readonly spare: Spare | undefined;
  /** Drafts, second spares and what an installation replaced: nothing of worth. */
  readonly leftovers: string[];
  readonly nextNumber: number;
  readonly tornHeader: { readonly path: string; readonly bytes: number } | undefined;
}

/** Looks at each file's header. Changes nothing. */
async function inventory(input: RecoveryInput): Promise<Inventory> {
  const { files, folder, segmentBytes, meta, start } = input;
  const segments: Segment[] = [];
  const leftovers: string[] = [];
  const damaged: { path: string; records: boolean }[] = [];
  let spare: Spare | undefined;
  let nextNumber = 1;
  const names = (await files.list(folder)).sort();
  for (const file of names) {
    const path = join(folder, file);
    if (file.endsWith(".tmp")) leftovers.push(path);
    const match = /^([0-9a-f]{12})\.log$/.exec(file);
    if (match === null) continue;
    nextNumber = Math.max(nextNumber, Number.parseInt(match[1] as string, 16) + 1);
    const size = await files.size(path);
    const handle = await files.open(path, "existing");
    try {
      const { block, header } = await readSegmentHeader(handle);
      if (header !== undefined) {
        if (meta && !isOf(header, meta)) {
          throw corrupt(
            path,
            0,
            header.previous.index,
            `its header names member ${header.sid} of ensemble ${header.clusterId}: it was not written here`,
          );
        }
        if (start && header.sequence < start.sequence) leftovers.push(path);
        else segments.push(segmentOf(path, header, size));
      } else if (isZero(block, 0, block.length) && !(await hasRecords(handle, size))) {
        if (spare === undefined && size === segmentBytes) spare = { path, size };
        else leftovers.push(path);
      } else {
        damaged.push({ path, records: (await lastByte(handle, SEGMENT_HEADER_BYTES, size)) > SEGMENT_HEADER_BYTES });
      }
    } finally {
      await handle.close();
    }
  }
  segments.sort((a, b) => a.header.sequence - b.header.sequence);
  let tornHeader: Inventory["tornHeader"];
  for (const { path, records } of damaged) {
    // A header is on the medium before the first record is written, so only a segment without records can have a torn one.
    if (records || (segments.length === 0 && !isDue(input))) {
      throw corrupt(
        path,
        0,
        (segments.at(-1)?.header.previous.index ?? 0) + 1,
        "the segment's header is not what was written",
      );
    }
    tornHeader = { path, bytes: SEGMENT_HEADER_BYTES };
    leftovers.push(path);
  }
  if (meta === undefined) {
    // An interrupted creation leaves at most an empty first segment.
    for (const { path, size } of segments) {
      const handle = await files.open(path, "existing");
      try {
        if (await hasRecords(handle, size)) {
          throw corrupt(path, SEGMENT_HEADER_BYTES, 1, "there are entries here and the folder has no meta record");
        }
      } finally {
        await handle.close();
      }
      leftovers.push(path);
    }
    segments.length = 0;
  } else if (segments.length === 0 && !isDue(input)) {
    throw corrupt(
      folder,
      0,
      (start?.position.index ?? 0) + 1,
      "the folder has a meta record and no segment of the log",
    );
  }
  return { segments, spare, leftovers, nextNumber, tornHeader };
}

/** An installation was put in force and ended before it had made its first segment. */
function isDue({ start, applied }: RecoveryInput): boolean {
  return start !== undefined && !start.begun && start.position.index === applied.index;
}

function isOf(header: SegmentHeader, meta: Meta): boolean {
  const unset = "0000000000000000";
  return (
    header.sid === meta.sid &&
    header.incarnation <= meta.incarnation &&
    (header.clusterId === meta.clusterId || header.clusterId === unset || meta.clusterId === unset)
  );
}

/** Whether the first records' place holds anything but zeros. */
async function hasRecords(file: File, size: number): Promise<boolean> {
  return (await lastByte(file, SEGMENT_HEADER_BYTES, Math.min(size, SCAN_BYTES))) > SEGMENT_HEADER_BYTES;
}

/** Which segments make up the log, and which a younger generation has replaced. */
function lineage(segments: readonly Segment[]): { live: Segment[]; dead: Segment[] } {
  const live: Segment[] = [];
  const dead: Segment[] = [];
  let from = Number.MAX_SAFE_INTEGER;
  let generation = Number.MAX_SAFE_INTEGER;
  for (let s = segments.length - 1; s >= 0; s--) {
    const segment = segments[s] as Segment;
    if (segment.header.generation > generation) {
      throw corrupt(segment.path, 0, segment.header.previous.index, "its generation is above that of a later segment");
    }
    generation = segment.header.generation;
    if (segment.header.previous.index >= from) {
      dead.push(segment);
      continue;
    }
    segment.endIndex = from;
    from = segment.header.previous.index;
    live.unshift(segment);
  }
  return { live, dead };
}

function checkApplied(path: string, offset: number, at: LogPosition, applied: LogPosition): void {
  if (at.chain === applied.chain && at.epoch === applied.epoch && at.counter === applied.counter) return;
  throw corrupt(path, offset, at.index, `the log has ${name(at)} where the state was made from ${name(applied)}`);
}

interface Torn {
  readonly offset: number;
  readonly bytes: number;
}

/** Decides what a last segment's end is: plain, torn (returned), or damage (thrown). `acked`: entries known to have been whole. */
async function judgeTail(
  file: File,
  segment: Segment,
  offset: number,
  last: LogPosition,
  acked: number,
): Promise<Torn | undefined> {
  const bad = last.index + 1;
  if (acked >= bad) {
    throw corrupt(segment.path, offset, bad, `the log once held entries up to ${acked} and ends here`);
  }
  const end = await lastByte(file, offset, segment.size);
  if (end === offset) return undefined;
  const witness = await findBehind(file, segment, offset, end, bad);
  if (witness !== undefined) {
    throw corrupt(
      segment.path,
      offset,
      bad,
      `a good record of entry ${witness.index} at offset ${witness.offset} was written when entry ${bad} was whole`,
    );
  }
  return { offset, bytes: end - offset };
}

const SCAN_BYTES = 1024 * 1024;
const ZEROS = Buffer.alloc(SCAN_BYTES);

/** The offset behind the last byte that is not zero, at or after `from`. */
async function lastByte(file: File, from: number, size: number): Promise<number> {
  const chunk = Buffer.allocUnsafeSlow(Math.max(0, Math.min(SCAN_BYTES, size - from)));
  let end = from;
  for (let at = from; at < size; at += SCAN_BYTES) {
    const got = await file.read(chunk.subarray(0, Math.min(SCAN_BYTES, size - at)), at);
    // Compared whole first: 10 GB/s, so an unused 64 MiB segment takes some 15 ms with the reading.
    if (chunk.compare(ZEROS, 0, got, 0, got) === 0) continue;
    let tail = got;
    while (tail > 0 && chunk[tail - 1] === 0) tail--;
    end = at + tail;
  }
  return end;
}

/** A good record behind `from` that was written after entry `bad` was whole. */
async function findBehind(
  file: File,
  { header, size }: Segment,
  from: number,
  end: number,
  bad: number,
): Promise<{ index: number; offset: number } | undefined> {
  const aligned = (from + ALIGNMENT - 1) & -ALIGNMENT;
  const window = Buffer.allocUnsafeSlow(Math.min(2 * SCAN_BYTES, size - aligned));
  for (let base = aligned; base < end; base += SCAN_BYTES) {
    const got = await file.read(window.subarray(0, Math.min(window.length, size - base)), base);
    for (let at = 0; at < SCAN_BYTES && at + ALIGNMENT <= got; at += ALIGNMENT) {
      if (window[at] !== (RECORD_MAGIC & 0xff) || window[at + 1] !== RECORD_MAGIC >>> 8) continue;
      let record = decodeRecord(window.subarray(0, got), at, header.salt, size);
      if (typeof record === "object" && "more" in record && base + at + record.more <= size) {
        const whole = Buffer.allocUnsafeSlow(record.more);
        await file.read(whole, base + at);
        record = decodeRecord(whole, 0, header.salt, size);
        if (typeof record === "object" && "more" in record) {
          const larger = Buffer.allocUnsafeSlow(Math.min(record.more, size - base - at));
          await file.read(larger, base + at);
          record = decodeRecord(larger, 0, header.salt, size);
        }
      }
      if (typeof record !== "object" || "more" in record || record.generation !== header.generation) continue;
      if (record.ackedThrough >= bad) return { index: record.entry.index, offset: base + at };
    }
  }
  return undefined;
}

type Known = Pick<Recovered, "last" | "commitHint" | "tornBytes" | "tornAt">;

/** After an orderly close everything is on the medium: the log goes on in the same segment. */
async function resume(
  { files, folder }: RecoveryInput,
  { leftovers, spare, nextNumber }: Inventory,
  segments: Segment[],
  dead: readonly Segment[],
  known: Known,
  offset: number,
  batch: number,
): Promise<Recovered> {
  await removeAll(files, folder, [...leftovers, ...dead.map(({ path }) => path)]);
  const active = await files.open((segments.at(-1) as Segment).path, "existing");
  return { ...known, segments, active, offset, batch, nextNumber, spare };
}

/** Copies all after `acked` into a fresh segment of a new generation: what a cache shows may not be on the medium (D12). */
async function renew(
  input: RecoveryInput,
  found: Inventory,
  live: Segment[],
  dead: Segment[],
  ackedThrough: number,
  known: Known,
): Promise<Recovered> {
  const { files, folder, identity } = input;
  // A segment's header is written when all before it is on the medium: what is in doubt is in the last one.
  const owner = live.at(-1) as Segment;
  const acked = Math.max(ackedThrough, owner.header.previous.index);
  let previous: LogPosition = owner.header.previous;
  let cut = SEGMENT_HEADER_BYTES;
  const entries: LogEntry[] = [];
  const old = await files.open(owner.path, "existing");
  try {
    await walk(old, owner, markFor(owner, acked), owner.endIndex, ({ entry, bytes }, offset) => {
      if (entry.index === acked) {
        previous = positionOf(entry);
        cut = offset + bytes;
      }
      if (entry.index > acked) entries.push(entry);
    });
  } finally {
    await old.close();
  }

  const generation = owner.header.generation + 1;
  const salt = newSalt();
  let bytes = SEGMENT_HEADER_BYTES;
  for (const { payload } of entries) bytes += recordBytes(payload.length);
  const fresh = await takeDraft(input, found, bytes);
  const header: SegmentHeader = {
    clusterId: identity.clusterId,
    sid: identity.sid,
    incarnation: identity.incarnation,
    generation,
    sequence: owner.header.sequence + 1,
    salt,
    previous: positionOf(previous),
    ackedThrough: known.last.index,
  };
  const segment = segmentOf(fresh.final, header, fresh.size);
  segment.endIndex = known.last.index;
  try {
    let offset = SEGMENT_HEADER_BYTES;
    if (entries.length > 0) {
      const body = Buffer.alloc(bytes - SEGMENT_HEADER_BYTES);
      const view = new DataView(body.buffer, body.byteOffset, body.length);
      const stamp = { salt, generation, batch: 0, ackedThrough: acked, commitHint: known.commitHint };
      let before: LogPosition = previous;
      let at = 0;
      for (const entry of entries) {
        mark(segment, SEGMENT_HEADER_BYTES + at, before);
        at = encodeRecord(body, view, at, entry, checksumOf(entry.payload), stamp);
        before = entry;
      }
      await fresh.file.write(body, SEGMENT_HEADER_BYTES);
      offset += at;
    }
    // The records are on the medium; from here on the header makes them the log.
    await writeSegmentHeader(fresh.file, header);
    await files.rename(fresh.path, segment.path);
    await files.syncFolder(folder);

    const ownerStays = owner.header.previous.index < acked;
    const kept = ownerStays ? live : live.slice(0, -1);
    const gone = ownerStays ? dead : [owner, ...dead];
    if (ownerStays) {
      owner.endIndex = acked;
      await shorten(files, owner, cut);
    }
    await removeAll(files, folder, [...found.leftovers, ...gone.map(({ path }) => path)]);
    const nextNumber = found.nextNumber + 1;
    const { file: active, spare } = fresh;
    return { ...known, segments: [...kept, segment], active, offset, batch: 1, nextNumber, spare };
  } catch (error) {
    await fresh.file.close();
    throw error;
  }
}

/** Gives back what lies behind the last record that counts; else each restart would cost a whole segment. */
async function shorten(files: Files, segment: Segment, size: number): Promise<void> {
  const file = await files.open(segment.path, "existing");
  await file.shorten(size);
  await file.close();
  segment.size = size;
}

async function createLog(input: RecoveryInput, found: Inventory): Promise<Recovered> {
  const { files, folder, identity, start } = input;
  await removeAll(files, folder, found.leftovers);
  const fresh = await takeDraft(input, found, SEGMENT_HEADER_BYTES);
  const { clusterId, sid, incarnation } = identity;
  const previous = start?.position ?? GENESIS;
  const header: SegmentHeader = {
    clusterId,
    sid,
    incarnation,
    generation: start?.generation ?? 1,
    sequence: start?.sequence ?? 1,
    salt: newSalt(),
    previous,
    ackedThrough: previous.index,
  };
  const path = fresh.final;
  try {
    await writeSegmentHeader(fresh.file, header);
    await files.rename(fresh.path, path);
    await files.syncFolder(folder);
  } catch (error) {
    await fresh.file.close();
    throw error;
  }
  return {
    segments: [segmentOf(path, header, fresh.size)],
    active: fresh.file,
    offset: SEGMENT_HEADER_BYTES,
    last: previous,
    batch: 1,
    nextNumber: found.nextNumber + 1,
    spare: fresh.spare,
    commitHint: 0,
    tornBytes: 0,
    tornAt: undefined,
  };
}

interface Draft {
  readonly path: string;
  /** Its name once it counts. */
  readonly final: string;
  readonly file: File;
  readonly size: number;
  /** The spare that is left. */
  readonly spare: Spare | undefined;
}

/** An open, zeroed file of at least `bytes` under a name that recovery takes for nothing. */
async function takeDraft(
  { files, folder, segmentBytes }: RecoveryInput,
  { spare, nextNumber }: Inventory,
  bytes: number,
): Promise<Draft> {
  const final = segmentPath(folder, nextNumber);
  const path = `${final}.tmp`;
  await files.remove(path);
  if (spare && spare.size >= bytes) {
    await files.rename(spare.path, path);
    // Records are written before the header: the file must not come back as a spare that is not all zeros.
    await files.syncFolder(folder);
    return { path, final, file: await files.open(path, "existing"), size: spare.size, spare: undefined };
  }
  // With a full disk a small segment is still better than a member that does not start.
  for (const size of [Math.max(segmentBytes, bytes), bytes + SMALL_BYTES]) {
    try {
      return { path, final, file: await createZeroed(files, path, size), size, spare };
    } catch (error) {
      await files.remove(path);
      if (!isFull(error)) throw error;
    }
  }
  throw new StorageError(
    "FULL",
    `no room in ${folder} for a segment of ${bytes + SMALL_BYTES} bytes, without which the log cannot be opened. ` +
      "Nothing was changed. Make room on that disk and start again.",
  );
}

const SMALL_BYTES = 256 * 1024;

/**
 * A new file of zeros that are on the medium. Written in pieces, so that the log's own flushes pass between them;
 * with `pause`, in small ones, and it is awaited after each.
 */
export async function createZeroed(
  files: Files,
  path: string,
  size: number,
  pause?: () => Promise<void> | undefined,
): Promise<File> {
  const file = await files.open(path, "create");
  const step = pause === undefined ? ZEROS.length : PACED_BYTES;
  try {
    for (let at = 0; at < size; at += step) {
      await file.write(ZEROS.subarray(0, Math.min(step, size - at)), at);
      await pause?.();
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A piece of this size holds up a flush that comes at the same moment by about the flush's own time. */
export const PACED_BYTES = 128 * 1024;

export function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}

async function removeAll(files: Files, folder: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  for (const path of paths) await files.remove(path);
  await files.syncFolder(folder);
}

function positionOf({ index, epoch, counter, chain }: LogPosition): LogPosition {
  return { index, epoch, counter, chain };
}
