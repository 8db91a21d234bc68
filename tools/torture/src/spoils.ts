/**
 * What can go wrong with a coordination service, done to evidence by hand: each makes sound evidence unsound in one way,
 * and names the check that must say so. A check that no spoil can fail would be worth nothing.
 */
import { judge } from "./checks/judge.ts";
import type { CheckName, Evidence, Operation, Outcome, Tree, Znode } from "./evidence.ts";
import { soundEvidence } from "./sample.ts";

export interface Spoil {
  readonly name: string;
  readonly caughtBy: CheckName;
  /** @returns undefined if the evidence has nothing that could be spoiled so. */
  readonly apply: (evidence: Evidence) => Evidence | undefined;
}

export const SPOILS: readonly Spoil[] = [
  {
    name: "a lost write",
    caughtBy: "values",
    apply: (evidence) => {
      const last = lastOperation(evidence, ({ outcome, call }) => {
        if (outcome.type !== "set" || call.type !== "set") return false;
        return evidence.trees[0]?.nodes.get(call.path)?.mzxid === outcome.mzxid;
      });
      if (last?.call.type !== "set") return undefined;
      const { path } = last.call;
      return inTrees(evidence, path, (node) => ({ ...node, version: node.version - 1, data: "0:0:" }));
    },
  },
  {
    name: "a write applied twice",
    caughtBy: "values",
    apply: (evidence) => {
      const path = pathWithoutUnknown(evidence);
      if (path === undefined) return undefined;
      return inTrees(evidence, path, (node) => ({ ...node, version: node.version + 1 }));
    },
  },
  {
    name: "a torn value",
    caughtBy: "values",
    apply: (evidence) => withOutcome(evidence, firstSeen(evidence), (seen) => ({ ...seen, value: -1 })),
  },
  {
    name: "a refused write that shows",
    caughtBy: "values",
    apply: (evidence) => {
      const refused = evidence.history.find(({ call, outcome }) => call.type === "set" && outcome.type === "refused");
      if (refused?.call.type !== "set") return undefined;
      const { path } = refused.call;
      const reader = lastOperation(
        evidence,
        ({ call, outcome }) => call.type === "read" && call.path === path && outcome.type === "seen" && !!outcome.znode,
      );
      return withOutcome(evidence, reader, (seen) => ({ ...seen, value: refused.id }));
    },
  },
  {
    name: "a stale read after sync, with the old zxid",
    caughtBy: "order",
    apply: (evidence) => {
      const reader = lastOperation(evidence, ({ call, outcome }) => isSyncedRead(call) && outcome.type === "seen");
      const first = evidence.history.find(({ outcome }) => outcome.type !== "unknown");
      return reader && first && replaced(evidence, { ...reader, zxid: first.zxid });
    },
  },
  {
    name: "a stale read after sync, with the new zxid",
    caughtBy: "values",
    apply: staleRead,
  },
  {
    name: "a stale read after sync, judged by time alone",
    caughtBy: "linearizable",
    apply: staleRead,
  },
  {
    name: "two writes in the wrong order",
    caughtBy: "order",
    apply: (evidence) => {
      const writes = evidence.history.filter(
        ({ call, outcome }) => call.type === "append" && outcome.type === "created",
      );
      const first = writes[0];
      const second = writes.find(({ invoked }) => first !== undefined && invoked > first.returned);
      if (first === undefined || second === undefined) return undefined;
      return replaced(replaced(evidence, { ...first, zxid: second.zxid }), { ...second, zxid: first.zxid });
    },
  },
  {
    name: "a session that goes back in time",
    caughtBy: "sessions",
    apply: (evidence) => {
      const last = lastOperation(evidence, ({ call, outcome }) => call.type === "read" && outcome.type === "seen");
      return last && replaced(evidence, { ...last, zxid: 0x1_0000_0000 - 1 });
    },
  },
  {
    name: "a session id given twice",
    caughtBy: "sessions",
    apply: (evidence) => {
      const [first, second, ...rest] = evidence.sessions;
      return first && second && { ...evidence, sessions: [first, { ...second, id: first.id }, ...rest] };
    },
  },
  {
    name: "an acknowledged child that is gone",
    caughtBy: "children",
    apply: (evidence) => {
      const path = lastChild(evidence);
      return path === undefined ? undefined : inTrees(evidence, path, () => undefined);
    },
  },
  {
    name: "a child that nobody asked for",
    caughtBy: "children",
    apply: (evidence) => {
      const path = lastChild(evidence);
      const node = path === undefined ? undefined : evidence.trees[0]?.nodes.get(path);
      return node === undefined ? undefined : inTrees(evidence, `${path}x`, () => node);
    },
  },
  {
    name: "a listing that lacks a child",
    caughtBy: "children",
    apply: (evidence) => {
      const list = lastOperation(evidence, ({ outcome }) => outcome.type === "listed" && outcome.names.length > 0);
      if (list?.outcome.type !== "listed") return undefined;
      return replaced(evidence, { ...list, outcome: { type: "listed", names: list.outcome.names.slice(1) } });
    },
  },
  {
    name: "half of a multi",
    caughtBy: "pairs",
    apply: (evidence) => {
      const reader = lastOperation(evidence, ({ outcome }) => outcome.type === "pairSeen");
      if (reader?.outcome.type !== "pairSeen") return undefined;
      const [first, second] = reader.outcome.znodes;
      if (first === undefined || second === undefined) return undefined;
      const outcome: Outcome = { type: "pairSeen", znodes: [first, { ...second, version: second.version - 1 }] };
      return replaced(evidence, { ...reader, outcome });
    },
  },
  {
    name: "an ephemeral left behind",
    caughtBy: "ephemerals",
    apply: (evidence) => {
      const gone = evidence.sessions.find(({ end }) => end !== "live");
      const created = evidence.history.find(
        ({ call, session }) => call.type === "createEphemeral" && session === gone?.index,
      );
      const like = evidence.trees[0]?.nodes.values().next().value;
      if (gone === undefined || created?.call.type !== "createEphemeral" || like === undefined) return undefined;
      return inTrees(evidence, created.call.path, () => ({ ...like, owner: gone.id }));
    },
  },
  {
    name: "a live session's ephemeral that is gone",
    caughtBy: "ephemerals",
    apply: (evidence) => {
      const created = lastOperation(evidence, ({ call, outcome, session }) => {
        if (call.type !== "createEphemeral" || outcome.type !== "created") return false;
        return evidence.sessions[session]?.end === "live" && evidence.trees[0]?.nodes.has(call.path) === true;
      });
      if (created?.call.type !== "createEphemeral") return undefined;
      return inTrees(evidence, created.call.path, () => undefined);
    },
  },
  {
    name: "a member whose tree differs in one field",
    caughtBy: "trees",
    apply: (evidence) => {
      const [first, second, ...rest] = evidence.trees;
      const path = lastChild(evidence);
      if (first === undefined || second === undefined || path === undefined) return undefined;
      return { ...evidence, trees: [first, changed(second, path, (node) => ({ ...node, pzxid: 1 })), ...rest] };
    },
  },
  {
    name: "a member whose digest differs",
    caughtBy: "trees",
    apply: (evidence) => {
      const digests = evidence.trees.map(({ server }) => ({ server, byZxid: new Map([["80", `${server}`]]) }));
      return { ...evidence, digests };
    },
  },
  {
    name: "an increment of kazoo's that is lost",
    caughtBy: "kazoo",
    apply: (evidence) => ({
      ...evidence,
      kazoo: { acknowledged: 10, unknown: 1, counter: 9, problems: [] },
    }),
  },
  {
    name: "a server that ended by itself",
    caughtBy: "incidents",
    apply: (evidence) => ({ ...evidence, incidents: ["server 1 ended with 1"] }),
  },
];

/** Samples that are searched for something to spoil: one may end without any register. */
const SAMPLES = 10;

/** What is wrong with the checks themselves; empty if every spoil is caught and sound evidence passes. */
export function selfCheck(): string[] {
  const options = { sample: 100, staleSyncs: undefined };
  const samples = Array.from({ length: SAMPLES }, (_, seed) => soundEvidence(seed));
  const problems = samples.flatMap((sound) =>
    judge(sound, options).violations.map(({ check, message }) => `sound evidence fails ${check}: ${message}`),
  );
  for (const { name, caughtBy, apply } of SPOILS) {
    const spoiled = samples.map(apply).find((evidence) => evidence !== undefined);
    if (spoiled === undefined) problems.push(`the samples have nothing to make '${name}' of`);
    else if (!judge(spoiled, options).violations.some(({ check }) => check === caughtBy)) {
      problems.push(`'${name}' passes the check '${caughtBy}'`);
    }
  }
  return problems;
}

/** The last synced read of a znode that had another value long before, made to show that. */
function staleRead(evidence: Evidence): Evidence | undefined {
  for (const reader of evidence.history.toReversed()) {
    const { call, outcome } = reader;
    if (call.type !== "read" || !call.synced || outcome.type !== "seen" || outcome.znode === undefined) continue;
    const { znode } = outcome;
    const old = evidence.history.find(
      (other) =>
        other.call.type === "read" &&
        other.call.path === call.path &&
        other.outcome.type === "seen" &&
        other.outcome.znode !== undefined &&
        other.outcome.znode.mzxid < znode.mzxid,
    );
    const between = evidence.history.some(
      (other) =>
        other.call.type === "set" &&
        other.call.path === call.path &&
        other.outcome.type === "set" &&
        other.returned < reader.invoked &&
        old !== undefined &&
        other.invoked > old.returned,
    );
    if (old !== undefined && between) return replaced(evidence, { ...reader, outcome: old.outcome });
  }
  return undefined;
}

function pathWithoutUnknown({ history, trees }: Evidence): string | undefined {
  const paths = new Set(history.flatMap(({ call }) => (call.type === "set" ? [call.path] : [])));
  for (const path of paths) {
    const last = history.findLast(({ call }) => "path" in call && call.path === path);
    const settled = last?.outcome.type === "set" || last?.outcome.type === "seen";
    if (settled && trees[0]?.nodes.has(path)) return path;
  }
  return undefined;
}

function firstSeen({ history }: Evidence): Operation | undefined {
  return history.find(({ outcome }) => outcome.type === "seen" && outcome.znode !== undefined);
}

function withOutcome(
  evidence: Evidence,
  reader: Operation | undefined,
  change: (
    seen: NonNullable<Extract<Outcome, { type: "seen" }>["znode"]>,
  ) => Extract<Outcome, { type: "seen" }>["znode"],
): Evidence | undefined {
  if (reader?.outcome.type !== "seen" || reader.outcome.znode === undefined) return undefined;
  return replaced(evidence, { ...reader, outcome: { type: "seen", znode: change(reader.outcome.znode) } });
}

function isSyncedRead(call: Operation["call"]): boolean {
  return call.type === "read" && call.synced;
}

function lastOperation({ history }: Evidence, wanted: (operation: Operation) => boolean): Operation | undefined {
  return history.findLast(wanted);
}

function lastChild({ history, trees }: Evidence): string | undefined {
  const last = history.findLast(({ call, outcome }) => call.type === "append" && outcome.type === "created");
  if (last?.call.type !== "append" || last.outcome.type !== "created") return undefined;
  const path = `${last.call.folder}/${last.outcome.name}`;
  return trees[0]?.nodes.has(path) ? path : undefined;
}

function replaced(evidence: Evidence, operation: Operation): Evidence {
  return { ...evidence, history: evidence.history.map((old) => (old.id === operation.id ? operation : old)) };
}

function inTrees(evidence: Evidence, path: string, change: (node: Znode) => Znode | undefined): Evidence {
  return { ...evidence, trees: evidence.trees.map((tree) => changed(tree, path, change)) };
}

function changed(tree: Tree, path: string, change: (node: Znode) => Znode | undefined): Tree {
  const nodes = new Map(tree.nodes);
  const node = change(nodes.get(path) as Znode);
  if (node === undefined) nodes.delete(path);
  else nodes.set(path, node);
  return { ...tree, nodes };
}
