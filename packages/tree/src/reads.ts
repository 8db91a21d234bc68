/**
 * Requests that change nothing: answered from the applied state straight into the reply.
 * Each function writes its reply's body and returns 0, or returns an error code, whatever it has written by then.
 * Source: ZooKeeper HEAD, FinalRequestProcessor; specification §4.8 to §4.12, §6.
 */
import {
  type Acl,
  AddWatchMode,
  ErrorCode,
  EventType,
  type JuteReader,
  type JuteWriter,
  OpCode,
  Permission,
  redactDigests,
} from "@rookery/protocol/client";
import { type AclList, type AuthConfig, encodeAcl, type Identity, permits, shownUser } from "./acl.ts";
import type { Tree, TreeSession } from "./tree.ts";
import type { Watcher } from "./watches.ts";
import { STAT, type Znode } from "./znode.ts";

/** Who reads, and where its watches go. */
export interface Reader extends Watcher {
  readonly identities: readonly Identity[];
  readonly treeSession: TreeSession | undefined;
  /** An event that setWatches makes up at once: its zxid is −1 and no ACL filters it. */
  notifyNow(type: number, path: string): void;
}

export function answerRead(
  opcode: number,
  input: JuteReader,
  out: JuteWriter,
  tree: Tree,
  reader: Reader,
  config: AuthConfig,
): number {
  tree.shed();
  switch (opcode) {
    case OpCode.getData:
      return getData(input, out, tree, reader, config);
    case OpCode.exists:
      return exists(input, out, tree, reader, config);
    case OpCode.getChildren:
      return getChildren(input, out, tree, reader, config, false);
    case OpCode.getChildren2:
      return getChildren(input, out, tree, reader, config, true);
    case OpCode.getACL:
      return getAcl(input, out, tree, reader, config);
    case OpCode.sync:
      out.string(input.string());
      return ErrorCode.OK;
    case OpCode.multiRead:
      return multiRead(input, out, tree, reader, config);
    case OpCode.setWatches:
      return setWatches(input, tree, reader, false);
    case OpCode.setWatches2:
      return setWatches(input, tree, reader, true);
    case OpCode.addWatch:
      return addWatch(input, out, tree, reader);
    case OpCode.checkWatches:
      return watchAnswer(tree.watches.has(input.string() ?? "", reader, input.int()));
    case OpCode.removeWatches:
      return watchAnswer(tree.watches.remove(input.string() ?? "", reader, input.int()));
    case OpCode.getEphemerals:
      return getEphemerals(input, out, reader);
    case OpCode.getAllChildrenNumber:
      return getAllChildrenNumber(input, out, tree, reader, config);
    case OpCode.whoAmI:
      out.int(reader.identities.length);
      for (const identity of reader.identities) {
        out.string(identity.scheme);
        out.string(shownUser(identity));
      }
      return ErrorCode.OK;
    default:
      return ErrorCode.UNIMPLEMENTED;
  }
}

function getData(input: JuteReader, out: JuteWriter, tree: Tree, reader: Reader, config: AuthConfig): number {
  const path = input.string();
  const watch = input.bool();
  if (path === null) return ErrorCode.MARSHALLINGERROR;
  const node = tree.find(path);
  if (node === undefined) return ErrorCode.NONODE;
  if (!permits(node.acl, Permission.READ, reader.identities, config)) return ErrorCode.NOAUTH;
  if (watch) tree.watches.addData(node.path, reader);
  out.raw(node.wire);
  return ErrorCode.OK;
}

function exists(input: JuteReader, out: JuteWriter, tree: Tree, reader: Reader, config: AuthConfig): number {
  const path = input.string();
  const watch = input.bool();
  if (path === null) return ErrorCode.MARSHALLINGERROR;
  if (path.includes("\0")) return ErrorCode.BADARGUMENTS;
  const node = tree.find(path);
  if (node !== undefined && !permits(node.acl, Permission.READ, reader.identities, config)) return ErrorCode.NOAUTH;
  if (watch) tree.watches.addData(node === undefined ? path : node.path, reader);
  if (node === undefined) return ErrorCode.NONODE;
  writeStat(out, node);
  return ErrorCode.OK;
}

function getChildren(
  input: JuteReader,
  out: JuteWriter,
  tree: Tree,
  reader: Reader,
  config: AuthConfig,
  withStat: boolean,
): number {
  const path = input.string();
  const watch = input.bool();
  if (path === null) return ErrorCode.MARSHALLINGERROR;
  const node = tree.find(path);
  if (node === undefined) return ErrorCode.NONODE;
  if (!permits(node.acl, Permission.READ, reader.identities, config)) return ErrorCode.NOAUTH;
  if (watch) tree.watches.addChild(node.path, reader);
  writeChildren(out, tree, node);
  if (withStat) writeStat(out, node);
  return ErrorCode.OK;
}

function getAcl(input: JuteReader, out: JuteWriter, tree: Tree, reader: Reader, config: AuthConfig): number {
  const path = input.string();
  if (path === null) return ErrorCode.MARSHALLINGERROR;
  const node = tree.find(path);
  if (node === undefined) return ErrorCode.NONODE;
  if (!permits(node.acl, Permission.READ | Permission.ADMIN, reader.identities, config)) return ErrorCode.NOAUTH;
  out.raw(permits(node.acl, Permission.ADMIN, reader.identities, config) ? node.acl.bytes : redacted(node.acl));
  writeStat(out, node);
  return ErrorCode.OK;
}

function redacted(acl: AclList): Uint8Array {
  const entries: readonly Acl[] = redactDigests(acl.entries);
  return encodeAcl(entries);
}

/**
 * A multiRead's answer stops growing here, bytes: one frame can ask for the same large znode sixty thousand times. The
 * reads beyond it answer THROTTLEDOP, which says that they were not done. One read may pass it.
 */
const MULTI_READ_BYTES_MAX = 32 << 20;

/** Each read alone: one that fails does not stop the others. Sets no watch. */
function multiRead(input: JuteReader, out: JuteWriter, tree: Tree, reader: Reader, config: AuthConfig): number {
  let code: number = ErrorCode.OK;
  const start = out.position;
  for (;;) {
    const opcode = input.int();
    const done = input.bool();
    input.int();
    if (done) break;
    if (opcode !== OpCode.getData && opcode !== OpCode.getChildren) {
      code = ErrorCode.MARSHALLINGERROR;
      break;
    }
    const path = input.string();
    input.bool();
    const node = path === null ? undefined : tree.find(path);
    const failed =
      path === null
        ? ErrorCode.MARSHALLINGERROR
        : node === undefined
          ? ErrorCode.NONODE
          : !permits(node.acl, Permission.READ, reader.identities, config)
            ? ErrorCode.NOAUTH
            : out.position - start > MULTI_READ_BYTES_MAX
              ? ErrorCode.THROTTLEDOP
              : ErrorCode.OK;
    if (node === undefined || failed !== ErrorCode.OK) {
      writeMultiHeader(out, -1, false, failed);
      out.int(failed);
    } else {
      writeMultiHeader(out, opcode, false, 0);
      if (opcode === OpCode.getData) out.raw(node.wire);
      else writeChildren(out, tree, node);
    }
  }
  writeMultiHeader(out, -1, true, -1);
  return code;
}

export function writeMultiHeader(out: JuteWriter, type: number, done: boolean, code: number): void {
  out.int(type);
  out.bool(done);
  out.int(code);
}

/**
 * What a client still watches, after a reconnect: an event at once for what changed meanwhile, a registration for the
 * rest. All lists are decoded before any is acted on.
 */
function setWatches(input: JuteReader, tree: Tree, reader: Reader, withPersistent: boolean): number {
  const high = input.int();
  const low = input.uint();
  const data = readPaths(input);
  const exist = readPaths(input);
  const child = readPaths(input);
  const persistent = withPersistent ? readPaths(input) : [];
  const recursive = withPersistent ? readPaths(input) : [];
  if (data === null || exist === null || child === null || persistent === null || recursive === null)
    return ErrorCode.MARSHALLINGERROR;
  for (const path of data) {
    const node = tree.find(path);
    if (node === undefined) reader.notifyNow(EventType.NodeDeleted, path);
    else if (node.isNewer(STAT.mzxid, high, low)) reader.notifyNow(EventType.NodeDataChanged, path);
    else tree.watches.addData(path, reader);
  }
  for (const path of exist) {
    if (tree.find(path) === undefined) tree.watches.addData(path, reader);
    else reader.notifyNow(EventType.NodeCreated, path);
  }
  for (const path of child) {
    const node = tree.find(path);
    if (node === undefined) reader.notifyNow(EventType.NodeDeleted, path);
    else if (node.isNewer(STAT.pzxid, high, low)) reader.notifyNow(EventType.NodeChildrenChanged, path);
    else tree.watches.addChild(path, reader);
  }
  for (const path of persistent) tree.watches.addPersistent(path, reader);
  for (const path of recursive) tree.watches.addPersistentRecursive(path, reader);
  return ErrorCode.OK;
}

function readPaths(input: JuteReader): readonly string[] | null {
  const count = input.count(4);
  if (count < 0) return null;
  const paths: string[] = [];
  for (let left = count; left > 0; left--) paths.push(input.text());
  return paths;
}

function addWatch(input: JuteReader, out: JuteWriter, tree: Tree, reader: Reader): number {
  const path = input.string() ?? "";
  const mode = input.int();
  if (mode === AddWatchMode.persistent) tree.watches.addPersistent(path, reader);
  else if (mode === AddWatchMode.persistentRecursive) tree.watches.addPersistentRecursive(path, reader);
  else return ErrorCode.MARSHALLINGERROR;
  out.int(0);
  return ErrorCode.OK;
}

function watchAnswer(held: boolean | undefined): number {
  if (held === undefined) return ErrorCode.MARSHALLINGERROR;
  return held ? ErrorCode.OK : ErrorCode.NOWATCHER;
}

function getEphemerals(input: JuteReader, out: JuteWriter, reader: Reader): number {
  const prefix = input.string();
  const all = prefix === null || prefix.trim() === "" || prefix === "/";
  const paths: string[] = [];
  for (const path of reader.treeSession?.ephemerals ?? []) if (all || path.startsWith(prefix)) paths.push(path);
  out.int(paths.length);
  for (const path of paths) out.string(path);
  return ErrorCode.OK;
}

function getAllChildrenNumber(
  input: JuteReader,
  out: JuteWriter,
  tree: Tree,
  reader: Reader,
  config: AuthConfig,
): number {
  const path = input.string();
  if (path === null) return ErrorCode.MARSHALLINGERROR;
  const node = tree.find(path);
  if (node === undefined) return ErrorCode.NONODE;
  if (!permits(node.acl, Permission.READ, reader.identities, config)) return ErrorCode.NOAUTH;
  out.int(tree.countDescendants(node));
  return ErrorCode.OK;
}

function writeChildren(out: JuteWriter, tree: Tree, node: Znode): void {
  const names = tree.childrenOf(node);
  out.int(names.size);
  for (const name of names) out.string(name);
}

export function writeStat(out: JuteWriter, node: Znode): void {
  out.raw(node.wire.subarray(node.wire.length - STAT.bytes));
}
