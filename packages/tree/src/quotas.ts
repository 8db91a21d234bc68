/**
 * Quotas: limits and usage of subtrees, kept in znodes below /zookeeper/quota. Usage is a function of the tree, so the
 * znode that shows it is the only copy. Source: ZooKeeper 3.9, StatsTrack, DataTree and ZooKeeperServer.checkQuota.
 */
import { ErrorCode } from "@rookery/protocol/client";
import type { Tree } from "./tree.ts";
import type { Znode } from "./znode.ts";

const ROOT = "/zookeeper/quota";
const LIMITS = "/zookeeper_limits";
const STATS = "/zookeeper_stats";

/** −1 means no limit. `malformed` limits make checked writes fail. */
interface Limits {
  readonly malformed: boolean;
  readonly count: number;
  readonly bytes: number;
  readonly hardCount: number;
  readonly hardBytes: number;
}

/** One quota: the limit that counts, a hard one before a soft one, −1 for none, and what is used of it. */
export interface QuotaReport {
  readonly path: string;
  readonly countMax: number;
  readonly bytesMax: number;
  readonly count: number;
  readonly bytes: number;
}

/** Told when a soft limit is passed, and when a hard one refuses. */
export type OnQuota = (path: string, what: "count" | "bytes", limit: number, hard: boolean) => void;

export class Quotas {
  private readonly tree: Tree;
  /** By the path whose subtree is limited. */
  private readonly limits = new Map<string, Limits>();

  constructor(tree: Tree) {
    this.tree = tree;
  }

  /** What is limited and used, for reports. */
  *report(): IterableIterator<QuotaReport> {
    for (const [path, { count, bytes, hardCount, hardBytes }] of this.limits) {
      const stats = this.tree.find(ROOT + path + STATS);
      const usage = stats === undefined ? { count: 0, bytes: 0 } : parseUsage(stats);
      yield {
        path,
        countMax: hardCount > -1 ? hardCount : count,
        bytesMax: hardBytes > -1 ? hardBytes : bytes,
        ...usage,
      };
    }
  }

  /** Reads the limits that the state holds. Costs one lookup a quota, none a limited znode. */
  load(): void {
    const root = this.tree.find(ROOT);
    if (root === undefined) return;
    this.tree.visitDescendants(root, (node) => {
      const limited = limitedBy(node.path, LIMITS);
      if (limited !== undefined) this.limits.set(limited, parseLimits(node));
    });
  }

  onCreated(node: Znode, parent: Znode): void {
    if (parent.path.startsWith(ROOT)) this.onQuotaNode(node);
    if (this.limits.size !== 0) this.charge(node.path, 1, node.dataLength);
  }

  onDeleting(node: Znode): void {
    const limited = limitedBy(node.path, LIMITS);
    if (limited !== undefined) this.limits.delete(limited);
    if (this.limits.size !== 0) this.charge(node.path, -1, -node.dataLength);
  }

  onDataSet(node: Znode, grown: number): void {
    // Only its creation recounts: a recount costs the whole subtree, and anyone may write to an open znode.
    const limited = node.path.startsWith(ROOT) ? limitedBy(node.path, LIMITS) : undefined;
    if (limited !== undefined) this.limits.set(limited, parseLimits(node));
    if (this.limits.size !== 0 && grown !== 0) this.charge(node.path, 0, grown);
  }

  /** 0, or the code with which a write that adds so much must fail. */
  check(path: string, addedCount: number, addedBytes: number, onQuota: OnQuota): number {
    if (this.limits.size === 0) return ErrorCode.OK;
    const limited = this.limitedPrefix(path);
    if (limited === undefined) return ErrorCode.OK;
    const limits = this.limits.get(limited) as Limits;
    const stats = this.tree.find(ROOT + limited + STATS);
    if (stats === undefined) return ErrorCode.OK;
    if (limits.malformed) return ErrorCode.MARSHALLINGERROR;
    const usage = parseUsage(stats);
    if (addedCount !== 0 && over(usage.count + addedCount, limits.count, limits.hardCount)) {
      onQuota(limited, "count", limits.hardCount > -1 ? limits.hardCount : limits.count, limits.hardCount > -1);
      if (limits.hardCount > -1) return ErrorCode.QUOTAEXCEEDED;
    }
    if (addedBytes !== 0 && over(usage.bytes + addedBytes, limits.bytes, limits.hardBytes)) {
      onQuota(limited, "bytes", limits.hardBytes > -1 ? limits.hardBytes : limits.bytes, limits.hardBytes > -1);
      if (limits.hardBytes > -1) return ErrorCode.QUOTAEXCEEDED;
    }
    return ErrorCode.OK;
  }

  private onQuotaNode(node: Znode): void {
    const limited = limitedBy(node.path, LIMITS);
    if (limited !== undefined) this.limits.set(limited, parseLimits(node));
    const counted = limitedBy(node.path, STATS);
    if (counted !== undefined) this.recount(counted, node);
  }

  private recount(path: string, stats: Znode): void {
    const top = this.tree.find(path);
    let count = 0;
    let bytes = 0;
    if (top !== undefined) {
      count = 1;
      bytes = top.dataLength;
      this.tree.visitDescendants(top, (node) => {
        count++;
        bytes += node.dataLength;
      });
    }
    this.tree.refreshData(stats, usageText(count, bytes));
  }

  private charge(path: string, count: number, bytes: number): void {
    const limited = this.limitedPrefix(path);
    if (limited === undefined) return;
    const stats = this.tree.find(ROOT + limited + STATS);
    if (stats === undefined) return;
    const usage = parseUsage(stats);
    this.tree.refreshData(stats, usageText(usage.count + count, usage.bytes + bytes));
  }

  /** The longest path with limits that is `path` or above it. */
  private limitedPrefix(path: string): string | undefined {
    for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf("/"))) if (this.limits.has(at)) return at;
    return undefined;
  }
}

/** Whether this path would be the limits or stats of the root, which nothing can have. */
export function isRootQuota(path: string): boolean {
  return path === ROOT + LIMITS || path === ROOT + STATS;
}

function limitedBy(path: string, suffix: string): string | undefined {
  if (!path.endsWith(suffix) || !path.startsWith(`${ROOT}/`)) return undefined;
  const limited = path.slice(ROOT.length, path.length - suffix.length);
  return limited === "" ? undefined : limited;
}

function over(usage: number, soft: number, hard: number): boolean {
  const limit = hard > -1 ? hard : soft;
  return limit > -1 && usage > limit;
}

function parseLimits(node: Znode): Limits {
  const pairs = parsePairs(node.data()?.toString("utf8") ?? "");
  if (pairs === undefined) return { malformed: true, count: -1, bytes: -1, hardCount: -1, hardBytes: -1 };
  return {
    malformed: false,
    count: pairs.get("count") ?? -1,
    bytes: pairs.get("bytes") ?? -1,
    hardCount: pairs.get("countHardLimit") ?? -1,
    hardBytes: pairs.get("byteHardLimit") ?? -1,
  };
}

function parseUsage(stats: Znode): { readonly count: number; readonly bytes: number } {
  const pairs = parsePairs(stats.data()?.toString("utf8") ?? "");
  return { count: pairs?.get("count") ?? 0, bytes: pairs?.get("bytes") ?? 0 };
}

/** Above this a limit is none that 64 bits hold. */
const LIMIT_MAX = 2 ** 63;

/**
 * `key=value` pairs between runs of "," and ";". An empty value means −1; what is not a pair or not an integer of 64 bits,
 * undefined. Source: ZooKeeper HEAD, StatsTrack.
 */
function parsePairs(text: string): Map<string, number> | undefined {
  const pairs = new Map<string, number>();
  if (text === "") return pairs;
  for (const pair of text.replace(/[,;]+$/, "").split(/[,;]+/)) {
    const [key, value] = pair.split("=", 2);
    if (key === undefined || value === undefined) return undefined;
    if (value !== "" && (!/^[+-]?\d{1,19}$/.test(value) || Math.abs(Number(value)) >= LIMIT_MAX)) return undefined;
    pairs.set(key, value === "" ? -1 : Number(value));
  }
  return pairs;
}

function usageText(count: number, bytes: number): Buffer {
  return Buffer.from(`count=${count},bytes=${bytes}`);
}
