/**
 * I17: members that applied the same entries hold the same bytes and the same digest, whatever each had in memory, whenever
 * it committed, and whether it came from the first entry, from a restart or from another's tables.
 */
import { OpCode, type RequestedAcl } from "@rookery/protocol/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Transaction } from "../src/transaction.ts";
import { ALICE, type Ask, BOB, bytes, Member, OPEN, requester, SUPER } from "./member.ts";

const LONG = "n".repeat(2000);
const PATHS = ["/a", "/b", "/a/x", "/a/y", "/b/x", "/a/x/p", `/a/${LONG}`, `/a/${LONG}/p`, "/a/x/p/q"];
const QUOTAS = ["/zookeeper/quota/a", "/zookeeper/quota/a/x"].flatMap((path) => [
  path,
  `${path}/zookeeper_limits`,
  `${path}/zookeeper_stats`,
]);
const LISTS: readonly (readonly RequestedAcl[])[] = [
  OPEN,
  OPEN,
  [{ perms: 31, ...ALICE }],
  [{ perms: 31, ...BOB }],
  [{ perms: 31, ...ALICE }, { perms: 1, scheme: "world", id: "anyone" }], // biome-ignore format: one list a line
];
const SESSIONS = [7n, -8n, 0x7fff_ffff_ffff_fff0n];

interface Draw {
  readonly kind: number;
  readonly path: number;
  readonly small: number;
  readonly data: number;
  readonly more: readonly number[];
  /** What each member does after the entries of this. */
  readonly afterwards: readonly number[];
}

const draw: fc.Arbitrary<Draw> = fc.record({
  kind: fc.nat(99),
  path: fc.nat(99),
  small: fc.nat(99),
  data: fc.constantFrom(0, 1, 2, 3, 63, 64, 65, 255, 256, 257, 258, 5000),
  more: fc.array(fc.nat(9_999), { maxLength: 4 }),
  afterwards: fc.array(fc.nat(19), { minLength: 4, maxLength: 4 }),
});

function askOf({ kind, path: n, small, data: length }: Draw): Ask {
  const path = (n % 4 === 0 ? QUOTAS[(n >> 2) % QUOTAS.length] : PATHS[n % PATHS.length]) as string;
  const limits = path.endsWith("_limits") ? bytes(`count=${small},bytes=${length}`) : undefined;
  const data = limits ?? (length === 0 ? null : Buffer.alloc(length - 1, small));
  const acl = LISTS[small % LISTS.length] as readonly RequestedAcl[];
  const choice = kind % 12;
  if (choice < 5) {
    const flags = path.startsWith("/zookeeper") ? 0 : ([0, 0, 1, 2, 3][small % 5] as number);
    return { op: "create", path, data, acl, flags };
  }
  if (choice === 5) return { op: "create", opcode: OpCode.createContainer, path, data, acl, flags: 4 };
  if (choice === 6) {
    return { op: "create", opcode: OpCode.createTTL, path, data, acl, flags: 5, ttl: BigInt(small) * 2n ** 33n + 50n };
  }
  if (choice < 9) return { op: "delete", path };
  return choice < 11 ? { op: "setData", path, data } : { op: "setAcl", path, acl };
}

type Entry = Transaction | "epoch";

/** What the leader proposes for one draw; it applies it at once or with the next. */
function propose(leader: Member, d: Draw, sessions: Set<bigint>): void {
  const session = SESSIONS[d.small % SESSIONS.length] as bigint;
  leader.timeMs += d.small;
  if (d.kind < 6) {
    sessions.add(session);
    leader.proposeSession(session, 1000 + d.path);
  } else if (d.kind < 12) {
    if (sessions.delete(session)) leader.proposeClose(session);
  } else if (d.kind < 18) {
    for (const path of leader.tree.collectable(leader.timeMs, 1, 2)) leader.proposeCollect(path);
  } else {
    const asks = d.more.map((more) => askOf({ ...d, kind: more % 11, path: more >> 4, small: (more >> 3) % 100 }));
    leader.propose(d.kind < 85 ? askOf(d) : { op: "multi", asks }, requester(session, ALICE, BOB, SUPER));
  }
}

/** A member that is sent the log of {@link leader} and lives through its own days. */
async function follow(member: Member, entry: Entry, afterwards: number): Promise<void> {
  if (entry === "epoch") member.startEpoch();
  else member.applyEncoded(entry);
  if (afterwards === 0) await member.restart();
  else if (afterwards === 1) await member.rebuild();
  else if (afterwards < 5) await member.startCommit();
  else if (afterwards < 8) await member.landCommit();
  else if (afterwards < 11) await member.finishCommit();
  else if (afterwards === 11) await member.commit();
}

async function run(draws: readonly Draw[]): Promise<void> {
  const leader = new Member();
  const members = [
    {
      member: new Member({ tree: { cacheBytesMax: 0, childrenHeldMax: 0 } }),
      days: (afterwards: number) => afterwards,
    },
    {
      member: new Member({ tree: { cacheBytesMax: 3000, childrenHeldMax: 2 } }),
      days: (afterwards: number) => afterwards,
    },
    // Never commits but at its end, and never restarts.
    { member: new Member(), days: () => 19 },
    // Commits after every entry.
    { member: new Member({ tree: { cacheBytesMax: 0 } }), days: () => 11 },
  ];
  const digests = new Map<number, number | undefined>();
  const sessions = new Set<bigint>();
  for (const d of draws) {
    const entries: Entry[] = [];
    if (d.kind > 96 || d === draws.at(-1)) {
      while (leader.inFlight.length > 0) entries.push(takeNext(leader));
      leader.startEpoch();
      entries.push("epoch");
      digests.set(leader.tree.applied.index, leader.tree.digest);
    } else {
      propose(leader, d, sessions);
      while (leader.inFlight.length > d.path % 4) entries.push(takeNext(leader));
    }
    for (const entry of entries)
      for (const [at, { member, days }] of members.entries())
        await follow(member, entry, days(d.afterwards[at] as number));
    digests.set(leader.tree.applied.index, leader.tree.digest);
  }
  await leader.commit();
  const rows = leader.dump();
  expect(leader.recounted()).toBe(leader.tree.digest);
  for (const { member } of members) {
    await member.commit();
    expect(member.dump()).toEqual(rows);
    expect(member.tree.applied).toEqual(leader.tree.applied);
    expect(member.tree.digest).toBe(leader.tree.digest);
    for (const [index, digest] of digests) expect([digest, undefined]).toContain(member.tree.digestOf(index));
    expect(member.recounted()).toBe(member.tree.digest);
  }
  // The one that never restarted knows them all.
  for (const [index, digest] of digests) expect(members[2]?.member.tree.digestOf(index)).toBe(digest);
}

function takeNext(leader: Member): Transaction {
  const [next] = leader.inFlight;
  leader.applyNext();
  return (next as { readonly transaction: Transaction }).transaction;
}

describe("members", () => {
  it("I17: hold the same bytes and the same digest at the same index", async () => {
    const runs = process.env.MODEL_RUNS;
    const seed = process.env.MODEL_SEED;
    await fc.assert(fc.asyncProperty(fc.array(draw, { minLength: 1, maxLength: 150, size: "max" }), run), {
      seed: seed === undefined ? 20_261_122 : Number(seed),
      numRuns: runs === undefined ? 200 : Number(runs),
      interruptAfterTimeLimit: runs === undefined ? 9_000 : 600_000,
      markInterruptAsFailure: false,
    });
  }, 700_000);
});
