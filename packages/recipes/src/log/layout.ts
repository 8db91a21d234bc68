/** Where a log keeps what, and how its head is written. */
import { CoordinationError, type Stat, type Zxid } from "@rookery/client";

/** What the znode `head` says at one version. */
export interface Head {
  /** The position that the next entry gets. */
  readonly next: number;
  /** The first position that can be read; `next` if there is none. */
  readonly first: number;
  /** Writers need a token of at least this; 0 if none is needed. */
  readonly fence: Zxid;
  /** The name of the znode that the segments are below: another for every log that is created at the path. */
  readonly segments: string;
  /** Entries in each segment: as it was when the log was created. */
  readonly segmentEntries: number;
  readonly version: number;
  /** When it came to this version, ms since 1970 on the leader's clock. */
  readonly timeMs: number;
  /** Tells a log from another that was created later at the same path, as `segments` does. */
  readonly czxid: Zxid;
}

/** The last append of a named writer. */
export interface WriterState {
  readonly sequence: number;
  /** Where its first entry stands. */
  readonly position: number;
  readonly count: number;
}

/** Bytes in front of an entry's own: the id of the append that it came by. */
export const ID_BYTES = 16;

export class Layout {
  readonly path: string;
  readonly head: string;
  readonly writers: string;
  private readonly prefix: string;

  constructor(path: string) {
    const prefix = path === "/" ? "" : path;
    this.path = path;
    this.prefix = prefix;
    this.head = `${prefix}/head`;
    this.writers = `${prefix}/writers`;
  }

  segments({ segments }: Pick<Head, "segments">): string {
    return `${this.prefix}/${segments}`;
  }

  segment(start: number, head: Pick<Head, "segments">): string {
    return `${this.segments(head)}/${positionName(start)}`;
  }

  entry(position: number, head: Pick<Head, "segments" | "segmentEntries">): string {
    return `${this.segment(segmentStart(position, head.segmentEntries), head)}/${positionName(position)}`;
  }

  writer(name: string): string {
    return `${this.writers}/${name}`;
  }
}

export function segmentStart(position: number, segmentEntries: number): number {
  return position - (position % segmentEntries);
}

/** Sixteen digits: every safe integer, in the order of the names. */
function positionName(position: number): string {
  return String(position).padStart(16, "0");
}

/** The positions that these names stand for, ascending. Other names are nobody's of ours. */
export function positionsOf(names: readonly string[]): number[] {
  return names
    .filter((name) => /^\d{16}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** What `head` holds, without what the server adds. */
type HeadData = Pick<Head, "next" | "first" | "fence" | "segments" | "segmentEntries">;

export function encodeHead({ next, first, fence, segments, segmentEntries }: HeadData): string {
  return JSON.stringify({ next, first, fence: String(fence), segments, segmentEntries });
}

export function decodeHead(path: string, data: Buffer, stat: Stat): Head {
  const { next, first, fence, segments, segmentEntries } = parse(path, data);
  if (!isCount(next) || !isCount(first) || first > next || !isCount(segmentEntries) || segmentEntries === 0)
    throw malformed(path);
  if (typeof fence !== "string" || !/^\d{1,19}$/.test(fence)) throw malformed(path);
  if (typeof segments !== "string" || !/^segments-[0-9a-f]+$/.test(segments)) throw malformed(path);
  const { version, mtimeMs: timeMs, czxid } = stat;
  return { next, first, fence: BigInt(fence) as Zxid, segments, segmentEntries, version, timeMs, czxid };
}

export function encodeWriter({ sequence, position, count }: WriterState): string {
  return JSON.stringify({ sequence, position, count });
}

export function decodeWriter(path: string, data: Buffer): WriterState {
  const { sequence, position, count } = parse(path, data);
  if (!isCount(sequence) || !isCount(position) || !isCount(count)) throw malformed(path);
  return { sequence, position, count };
}

/** An integer from 0 that is exact. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parse(path: string, data: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data.toString());
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw malformed(path, cause);
  }
  throw malformed(path);
}

function malformed(path: string, cause?: unknown): CoordinationError {
  return new CoordinationError("DATA_INCONSISTENCY", `${path} does not hold what a log keeps there`, { path, cause });
}
