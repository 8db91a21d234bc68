/** All servers' trees, znode by znode and field by field, and the digests that their `hash` command prints. */
import { createHash } from "node:crypto";
import type { Evidence, Tree, Violation, Znode } from "../evidence.ts";

/** Shows each member its own configuration, in which the others' addresses differ. */
const OWN = "/zookeeper/config";
const SHOWN_MAX = 10;

export function checkTrees({ trees, digests }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const [first, ...others] = trees;
  if (first !== undefined) {
    for (const other of others) violations.push(...differences(first, other).slice(0, SHOWN_MAX));
  }
  for (const [at, a] of digests.entries()) {
    for (const b of digests.slice(at + 1)) {
      for (const [zxid, digest] of a.byZxid) {
        const theirs = b.byZxid.get(zxid);
        if (theirs === undefined || theirs === digest) continue;
        const message = `digests at zxid ${zxid}: ${digest} at server ${a.server}, ${theirs} at server ${b.server}`;
        violations.push({ check: "trees", message, operations: [] });
        break;
      }
    }
  }
  return violations;
}

/** One short text for a whole tree: SHA-256 over every field of every znode but {@link OWN}. */
export function treeDigest({ nodes }: Tree): string {
  const hash = createHash("sha256");
  for (const path of [...nodes.keys()].sort()) {
    if (path !== OWN) hash.update(`${path}\0${fields(nodes.get(path) as Znode)}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

function differences(a: Tree, b: Tree): Violation[] {
  const violations: Violation[] = [];
  const fail = (message: string) => violations.push({ check: "trees", message, operations: [] });
  for (const [path, node] of a.nodes) {
    if (path === OWN) continue;
    const other = b.nodes.get(path);
    if (other === undefined) fail(`${path} is at server ${a.server} and not at server ${b.server}`);
    else if (fields(node) !== fields(other)) {
      const names = (Object.keys(node) as (keyof Znode)[]).filter((name) => node[name] !== other[name]);
      const shown = names.map((name) => `${name} ${String(node[name])} and ${String(other[name])}`).join("; ");
      fail(`${path} differs between servers ${a.server} and ${b.server}: ${shown}`);
    }
  }
  for (const path of b.nodes.keys()) {
    if (!a.nodes.has(path)) fail(`${path} is at server ${b.server} and not at server ${a.server}`);
  }
  return violations;
}

function fields(node: Znode): string {
  return JSON.stringify(node);
}
