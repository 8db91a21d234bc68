/**
 * Folders that children are only ever added to: what was acknowledged is there, nothing else is, once; sequential names
 * count the children before them; and each listing shows exactly what had been added by its zxid.
 */
import type { Evidence, Operation, Tree, Violation } from "../evidence.ts";
import { formatZxid } from "../evidence.ts";

const SUFFIX_DIGITS = 10;
const VIOLATIONS_MAX = 20;

interface Child {
  readonly name: string;
  readonly czxid: number;
}

export function checkChildren({ history, trees }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const appends = new Map<string, Operation[]>();
  const lists = new Map<string, Operation[]>();
  for (const operation of history) {
    const { call } = operation;
    if (call.type === "append") group(appends, call.folder, operation);
    else if (call.type === "list") group(lists, call.folder, operation);
  }
  const contents = trees.map((tree) => ({ tree, folders: childrenByFolder(tree, new Set(appends.keys())) }));
  for (const [folder, operations] of appends) {
    for (const { tree, folders } of contents) {
      const children = folders.get(folder) ?? [];
      violations.push(...checkFolder(folder, operations, children, tree.server), ...checkNumbers(folder, children));
    }
    const [first] = contents;
    if (first === undefined) continue;
    violations.push(...checkLists(lists.get(folder) ?? [], first.folders.get(folder) ?? []));
  }
  return violations.slice(0, VIOLATIONS_MAX);
}

function checkFolder(
  folder: string,
  operations: readonly Operation[],
  children: readonly Child[],
  server: number,
): Violation[] {
  const violations: Violation[] = [];
  const fail = (message: string, ...shown: readonly Operation[]) =>
    violations.push({ check: "children", message: `${folder} at server ${server}: ${message}`, operations: shown });
  const byName = new Map(children.map((child) => [child.name, child]));
  const byRequest = new Map(operations.map((operation) => [requestedName(operation), operation]));
  for (const operation of operations) {
    const { outcome } = operation;
    if (outcome.type !== "created") continue;
    const child = byName.get(outcome.name);
    if (child === undefined) fail(`${outcome.name} was acknowledged and is not there`, operation);
    else if (child.czxid !== outcome.czxid || child.czxid !== operation.zxid) {
      fail(`${child.name} was acknowledged with another zxid than it has, ${formatZxid(child.czxid)}`, operation);
    }
  }
  const made = new Set<Operation>();
  for (const { name } of children) {
    const operation = byRequest.get(name) ?? byRequest.get(name.slice(0, -SUFFIX_DIGITS));
    if (operation === undefined) fail(`${name} is there and nobody asked for it`);
    else if (operation.outcome.type === "refused") fail(`${name} is there although it was refused`, operation);
    else if (made.has(operation)) fail(`${name} was created twice by one request`, operation);
    if (operation !== undefined) made.add(operation);
  }
  return violations;
}

/** Nothing is ever deleted, so the n-th child's number, counted from 0, is n. */
function checkNumbers(folder: string, children: readonly Child[]): Violation[] {
  return children.flatMap(({ name }, at) => {
    const match = /^s\d+-(\d+)$/.exec(name);
    if (match === null || Number(match[1]) === at) return [];
    const message = `${folder}: ${name} is child ${at} in the order of zxids`;
    return [{ check: "children", message, operations: [] } satisfies Violation];
  });
}

function checkLists(lists: readonly Operation[], children: readonly Child[]): Violation[] {
  const violations: Violation[] = [];
  const czxids = new Map(children.map(({ name, czxid }) => [name, czxid]));
  for (const operation of lists) {
    const { outcome, zxid } = operation;
    if (outcome.type !== "listed") continue;
    const expected = children.filter(({ czxid }) => czxid <= zxid).length;
    const early = outcome.names.find((name) => !((czxids.get(name) ?? Infinity) <= zxid));
    if (early !== undefined) {
      const message = `a listing at ${formatZxid(zxid)} shows ${early}, which is not there or was created later`;
      violations.push({ check: "children", message, operations: [operation] });
    } else if (outcome.names.length !== expected) {
      const message = `a listing at ${formatZxid(zxid)} shows ${outcome.names.length} children of ${expected}`;
      violations.push({ check: "children", message, operations: [operation] });
    }
  }
  return violations;
}

function childrenByFolder({ nodes }: Tree, folders: ReadonlySet<string>): ReadonlyMap<string, readonly Child[]> {
  const found = new Map<string, Child[]>();
  for (const [path, { czxid }] of nodes) {
    const slash = path.lastIndexOf("/");
    const folder = path.slice(0, slash);
    if (folders.has(folder)) group(found, folder, { name: path.slice(slash + 1), czxid });
  }
  for (const children of found.values()) children.sort((a, b) => a.czxid - b.czxid);
  return found;
}

function requestedName({ call }: Operation): string {
  return call.type === "append" ? call.name : "";
}

function group<T>(groups: Map<string, T[]>, name: string, item: T): void {
  const members = groups.get(name);
  if (members === undefined) groups.set(name, [item]);
  else members.push(item);
}
