/** The tree against {@link Model}, over random sequences of everything a member does. */
import { OpCode, type RequestedAcl } from "@rookery/protocol/client";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Identity } from "../src/acl.ts";
import {
  ALICE,
  type Ask,
  BOB,
  bytes,
  cacheOf,
  Member,
  OPEN,
  type Proposal,
  requester,
  SUPER,
  statOf,
} from "./member.ts";
import { Model, type ModelOutcome } from "./model.ts";

const IDENTITIES: readonly (readonly Identity[])[] = [[], [ALICE], [BOB], [ALICE, BOB], [SUPER, ALICE]];

const PATHS = ["/a", "/b", "/a/x", "/a/y", "/a/x/p", "/b/x", "/b/x/p", "/b/x/p/q"];
const ODD_PATHS = [
  ...[
    "/",
    "//a",
    "//a/x",
    "//a/x/p",
    "/a/",
    "/a//x",
    "//",
    "",
    "x",
    "x/a",
    "/a/./x",
    "/a/..",
    "/a/x\0",
    "/\0",
    "/a\ue000",
  ],
  ...[
    "/zookeeper",
    "/zookeeper/config",
    "/zookeeper/quota",
    "/zookeeper/config/x",
    "/zookeeper/quota/zookeeper_limits",
  ],
  "/deep".repeat(300),
];

const LISTS: readonly (readonly RequestedAcl[] | null)[] = [
  [{ perms: 31, ...ALICE }],
  [{ perms: 1, scheme: "world", id: "anyone" }],
  [{ perms: 31, scheme: "auth", id: "" }],
  [
    { perms: 5, scheme: "world", id: "anyone" },
    { perms: 26, ...ALICE },
    { perms: 5, scheme: "world", id: "anyone" },
  ],
  [
    { perms: 31, ...BOB },
    { perms: 31, scheme: "auth", id: null },
  ],
  [{ perms: 31, scheme: "ip", id: "10.0.0.1" }],
  [],
  null,
  [{ perms: 31, scheme: "digest", id: "a" }],
  [{ perms: 31, scheme: null, id: "a" }],
];

interface Draw {
  readonly kind: number;
  readonly path: number;
  readonly small: number;
  readonly session: number;
  readonly acl: number;
  readonly data: number;
  readonly more: readonly number[];
}

const draw: fc.Arbitrary<Draw> = fc.record({
  kind: fc.nat(99),
  path: fc.nat(999),
  small: fc.nat(99),
  session: fc.nat(2),
  acl: fc.nat(39),
  data: fc.nat(60),
  more: fc.array(fc.nat(99_999), { maxLength: 5 }),
});

/** One run: the member under test, one that follows it, the model of what is proposed and the one of what is applied. */
class Run {
  readonly member: Member;
  readonly follower = new Member();
  head = new Model();
  applied = new Model();
  /** What was asked, to be asked of the model of the applied state too. */
  line: { readonly proposal: Proposal; readonly expected: ModelOutcome; apply(model: Model): void }[] = [];
  readonly sessions: bigint[] = [];
  nextSession = 0x7fff_ffff_ffff_fff0n;
  readonly log: string[] = [];

  constructor(cacheBytesMax: number, childrenHeldMax: number) {
    this.member = new Member({ tree: { cacheBytesMax, childrenHeldMax } });
    for (let count = 0; count < 3; count++) this.openSession();
  }

  async step(d: Draw): Promise<void> {
    const { member } = this;
    member.timeMs += d.small * 7;
    if (d.kind < 58) this.ask(d);
    else if (d.kind < 72) for (let left = 1 + (d.small % 4); left > 0 && this.line.length > 0; left--) this.applyNext();
    else if (d.kind < 76) await member.startCommit();
    else if (d.kind < 80) await member.landCommit();
    else if (d.kind < 84) await member.finishCommit();
    else if (d.kind < 87) this.closeSession(d);
    else if (d.kind < 91) this.collect(d);
    else if (d.kind < 93) await this.restart(d.small % 2 === 0);
    else if (d.kind < 95) await this.follower.commit();
    else if (d.kind < 99) this.look(this.path(d.path));
    else this.compareAll();
  }

  private ask(d: Draw): void {
    const session = this.sessions[d.session % this.sessions.length] as bigint;
    const identities = IDENTITIES[d.acl % IDENTITIES.length] as readonly Identity[];
    const ask = d.kind < 48 ? this.single(d) : this.multi(d);
    const proposal = this.member.propose(ask, requester(session, ...identities));
    const { timeMs } = this.member;
    const run = (model: Model) => model.run(ask, { session, identities }, zxidOf(proposal), timeMs);
    const expected = run(this.head);
    this.log.push(`${proposal.index} ${shown(ask)} by ${session} ${JSON.stringify(identities)}`);
    expect(codeOf(proposal), this.trace()).toBe(expected.code);
    this.line.push({ proposal, expected, apply: run });
  }

  private single(d: Draw): Ask {
    const path = this.path(d.path);
    const version = [-1, -1, -1, 0, 1, 2][d.small % 6] as number;
    const acl = d.acl < 20 ? OPEN : (LISTS[d.acl % LISTS.length] as readonly RequestedAcl[] | null);
    const data = d.data === 0 ? null : bytes("d".repeat(d.data - 1));
    const choice = d.kind % 16;
    if (choice < 8) {
      const flags = [0, 0, 0, 1, 1, 2, 3, 2, 4, 0, 1, 9][d.small % 12] as number;
      return { op: "create", opcode: d.small % 2 === 0 ? OpCode.create : OpCode.create2, path, data, acl, flags };
    }
    if (choice === 8) return { op: "create", opcode: OpCode.createContainer, path, data, acl, flags: d.small % 7 };
    if (choice === 9) {
      return {
        op: "create",
        opcode: OpCode.createTTL,
        path,
        data,
        acl,
        flags: d.small % 7,
        ttl: BigInt(d.small * 20 - 20),
      };
    }
    if (choice < 13) return { op: "delete", path, version };
    if (choice < 15) return { op: "setData", path, data, version };
    return { op: "setAcl", path, acl, version };
  }

  private multi(d: Draw): Ask {
    const asks: Ask[] = [];
    for (const [at, more] of d.more.entries()) {
      const ask = this.single({
        ...d,
        kind: more % 15,
        path: (more >> 4) % 1000,
        small: (more >> 3) % 100,
        acl: (d.acl + at * 7) % 40,
      });
      // Most multis should succeed.
      if (more % 5 === 0) asks.push({ op: "check", path: this.path(more % 1000), version: more % 3 === 0 ? 0 : -1 });
      else asks.push(ask);
    }
    return { op: "multi", asks };
  }

  /** One that exists, one that could, or one that cannot. */
  private path(n: number): string {
    if (n % 10 === 0) return ODD_PATHS[Math.floor(n / 10) % ODD_PATHS.length] as string;
    if (n % 10 < 4) {
      const existing = [...this.head.nodes.keys()].slice(4);
      if (existing.length > 0) return existing[Math.floor(n / 10) % existing.length] as string;
    }
    return PATHS[Math.floor(n / 10) % PATHS.length] as string;
  }

  private openSession(): void {
    const id = BigInt.asIntN(64, this.nextSession);
    this.nextSession += 3n;
    const proposal = this.member.proposeSession(id);
    const run = (model: Model) => {
      model.sessions.add(id);
    };
    run(this.head);
    this.sessions.push(id);
    this.line.push({ proposal, expected: { code: 0 }, apply: run });
  }

  private closeSession(d: Draw): void {
    const [id] = this.sessions.splice(d.session % this.sessions.length, 1) as [bigint];
    const proposal = this.member.proposeClose(id);
    this.log.push(`${proposal.index} close ${id} ${JSON.stringify(proposal.transaction.change)}`);
    const expected = this.head.ephemerals(id);
    const run = (model: Model) => model.closeSession(id, zxidOf(proposal));
    run(this.head);
    const { change } = proposal.transaction;
    expect(change.type === "closeSession" && [...change.paths].sort(), this.trace()).toEqual(expected.sort());
    this.line.push({ proposal, expected: { code: 0 }, apply: run });
    this.openSession();
  }

  private collect(d: Draw): void {
    const { member } = this;
    const neverUsedMs = d.small % 3 === 0 ? 0 : 50;
    const pending = this.line.length > 0;
    for (const path of member.tree.collectable(member.timeMs, neverUsedMs, 1 + (d.small % 3))) {
      expect(this.applied.collectable(path, member.timeMs, neverUsedMs), `${path}\n${this.trace()}`).toBe(true);
      const proposal = member.proposeCollect(path);
      if (proposal === undefined) {
        expect(pending, this.trace()).toBe(true);
        continue;
      }
      this.log.push(`${proposal.index} collect ${path}`);
      expect(this.head.collectable(path, member.timeMs, neverUsedMs), `${path}\n${this.trace()}`).toBe(true);
      const run = (model: Model) => model.remove(path, zxidOf(proposal));
      run(this.head);
      this.line.push({ proposal, expected: { code: 0 }, apply: run });
    }
  }

  private applyNext(): void {
    const next = this.line.shift() as Run["line"][number];
    const outcome = this.member.applyNext();
    this.follower.applyEncoded(next.proposal.transaction);
    next.apply(this.applied);
    const { code, path, slots } = next.expected;
    expect({ code: outcome.code, path: outcome.path }, this.trace()).toEqual({ code, path });
    if (slots === undefined) {
      if (path !== undefined) this.look(path);
      return;
    }
    const got = outcome.results.map(({ type, code: slotCode, path: slotPath, stat }) => ({
      type,
      code: slotCode,
      ...(slotPath === undefined ? {} : { path: slotPath }),
      ...(stat === undefined ? {} : { stat: statOf({ wire: stat } as never) }),
    }));
    expect(got, this.trace()).toEqual(slots);
  }

  private async restart(survives: boolean): Promise<void> {
    this.log.push("restart");
    await this.member.restart(survives);
    this.line = [];
    // What was only proposed is gone, and sessions that were only proposed or about to go with it.
    this.head = new Model();
    this.head.nodes = new Map(this.applied.nodes);
    this.head.sessions = new Set(this.applied.sessions);
    this.sessions.splice(0, this.sessions.length, ...this.applied.sessions);
    while (this.sessions.length < 3) this.openSession();
    expect([...this.member.tree.sessions.keys()].sort()).toEqual([...this.applied.sessions].sort());
  }

  /** One path of the applied state, all of it that clients can see. */
  private look(path: string): void {
    const { tree } = this.member;
    const node = tree.find(path);
    const key = path === "" ? "/" : path;
    const expected = this.applied.nodes.get(key);
    expect(node !== undefined, `${path}\n${this.trace()}`).toBe(expected !== undefined);
    if (node === undefined || expected === undefined) return;
    expect({ path: key, ...statOf(node) }, this.trace()).toEqual({ path: key, ...this.applied.stat(key) });
    expect(node.data(), this.trace()).toEqual(expected.data === null ? null : Buffer.from(expected.data));
    expect(node.acl.entries, this.trace()).toEqual(expected.acl);
    expect([...tree.childrenOf(node)].sort(), this.trace()).toEqual(this.applied.children(key));
  }

  compareAll(): void {
    const { tree } = this.member;
    for (const path of [...this.applied.nodes.keys(), ...PATHS, ...ODD_PATHS]) this.look(path);
    const { nodes } = this.applied;
    expect(tree.nodeCount).toBe(nodes.size);
    let dataBytes = 0;
    for (const [path, { data }] of nodes) dataBytes += path.length + (data?.length ?? 0);
    expect(tree.dataBytes).toBe(dataBytes);
    expect(tree.ephemeralCount).toBe([...nodes.values()].filter(({ kind }) => kind === "ephemeral").length);
    for (const path of ["/", "/a", "/zookeeper"]) {
      const node = tree.find(path);
      if (node !== undefined) expect(tree.countDescendants(node)).toBe(this.applied.descendants(path));
    }
    expect([...tree.sessions.keys()].sort()).toEqual([...this.applied.sessions].sort());
    for (const [id, { ephemerals }] of tree.sessions)
      expect([...ephemerals].sort()).toEqual(this.applied.ephemerals(id).sort());
    expect(this.member.tree.digest, this.trace()).toBe(this.follower.tree.digest);
    this.checkMemory();
  }

  /** The estimate is the sum of what the cache holds: else it drifts, and the cache with it. */
  private checkMemory(): void {
    let sum = 0;
    for (const { cost } of cacheOf(this.member.tree).values()) sum += cost;
    expect(this.member.tree.cacheBytes, this.trace()).toBe(sum);
  }

  async finish(): Promise<void> {
    while (this.line.length > 0) this.applyNext();
    this.compareAll();
    await this.member.commit();
    await this.follower.commit();
    this.compareAll();
    expect(this.member.dump(), this.trace()).toEqual(this.follower.dump());
    expect(this.member.recounted(), this.trace()).toBe(this.member.tree.digest);
    await this.member.restart();
    this.compareAll();
    expect(this.member.tree.applied).toEqual(this.follower.tree.applied);
  }

  private trace(): string {
    return this.log.join("\n");
  }
}

function shown(ask: Ask): string {
  return JSON.stringify(ask, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

function zxidOf({ index }: Proposal): bigint {
  return (1n << 32n) | BigInt(index);
}

function codeOf({ transaction: { change } }: Proposal): number {
  return change.type === "failure" ? change.code : 0;
}

describe("the tree", () => {
  it("agrees with a naive model through pipelining, commits, evictions and restarts, and so does a follower", async () => {
    const property = fc.asyncProperty(
      fc.array(draw, { minLength: 1, maxLength: 120, size: "max" }),
      fc.constantFrom(0, 1500, 6000, 1 << 20),
      fc.constantFrom(0, 2, 65_536),
      async (draws, cacheBytesMax, childrenHeldMax) => {
        const run = new Run(cacheBytesMax, childrenHeldMax);
        for (const d of draws) await run.step(d);
        await run.finish();
      },
    );
    const seed = process.env.MODEL_SEED;
    const runs = process.env.MODEL_RUNS;
    await fc.assert(property, {
      seed: seed === undefined ? 20_240_607 : Number(seed),
      numRuns: runs === undefined ? 600 : Number(runs),
      interruptAfterTimeLimit: runs === undefined ? 9_000 : 600_000,
      markInterruptAsFailure: false,
    });
  }, 700_000);
});
