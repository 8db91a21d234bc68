/** Committed transactions to state, on every member alike. What only the member that answers needs is collected beside. */
import { OpCode } from "@rookery/protocol/client";
import type { LogPosition } from "@rookery/storage";
import { type CreateChange, type Operation, sessionIdOf, type Transaction } from "./transaction.ts";
import type { Tree } from "./tree.ts";
import { KIND, STAT, type Znode } from "./znode.ts";

/** What one operation of a multi came to. `stat` is as it was right after the operation. */
export interface OperationResult {
  /** The result's opcode on the wire; −1 for an error. */
  readonly type: number;
  readonly code: number;
  readonly path: string | undefined;
  readonly stat: Buffer | undefined;
}

/**
 * Applies one transaction. Throws only if the state contradicts it, which means corruption or a bug: the member must stop.
 * @param results - Receives the results of a multi's operations, if someone waits for them.
 */
export function applyTransaction(
  tree: Tree,
  position: LogPosition,
  transaction: Transaction,
  results?: OperationResult[],
): void {
  tree.advance(position);
  const { change, timeMs } = transaction;
  switch (change.type) {
    case "setData":
      tree.setData(change.path, change.data, change.version, timeMs);
      return;
    case "create":
      create(tree, change, transaction);
      return;
    case "delete":
      tree.deleteNode(change.path);
      return;
    case "setAcl":
      tree.setAcl(change.path, tree.aclOf(change.acl), change.aversion);
      return;
    case "multi":
      for (const operation of change.operations) {
        const result = applyOperation(tree, operation, transaction);
        if (results !== undefined) results.push(result);
      }
      return;
    case "createSession":
      tree.createSession(sessionIdOf(transaction), change.timeoutMs);
      return;
    case "closeSession":
      closeSession(tree, sessionIdOf(transaction), change.paths);
      return;
    case "failure":
      return;
  }
}

function create(tree: Tree, change: CreateChange, transaction: Transaction): Znode {
  const owner = change.kind === KIND.ephemeral ? sessionIdOf(transaction) : 0n;
  return tree.createNode(
    change.path,
    change.data,
    tree.aclOf(change.acl),
    change.kind,
    owner,
    change.ttlMs,
    change.parentCversion,
    transaction.timeMs,
  );
}

function applyOperation(tree: Tree, operation: Operation, transaction: Transaction): OperationResult {
  switch (operation.type) {
    case "create": {
      const node = create(tree, operation, transaction);
      return operation.withStat
        ? { type: OpCode.create2, code: 0, path: operation.path, stat: copyStat(node) }
        : { type: OpCode.create, code: 0, path: operation.path, stat: undefined };
    }
    case "delete":
      tree.deleteNode(operation.path);
      return { type: OpCode.delete, code: 0, path: undefined, stat: undefined };
    case "setData": {
      const node = tree.setData(operation.path, operation.data, operation.version, transaction.timeMs);
      return { type: OpCode.setData, code: 0, path: undefined, stat: copyStat(node) };
    }
    case "setAcl": {
      const node = tree.setAcl(operation.path, tree.aclOf(operation.acl), operation.aversion);
      return { type: OpCode.setACL, code: 0, path: undefined, stat: copyStat(node) };
    }
    case "check":
      return { type: OpCode.check, code: 0, path: undefined, stat: undefined };
    case "failure":
      return { type: -1, code: operation.code, path: undefined, stat: undefined };
  }
}

/** A path that another transaction removed, or that a later session holds, is not this session's any more. */
function closeSession(tree: Tree, id: bigint, named: readonly string[]): void {
  // None named: too many for a record. What the session holds is the same everywhere, and in the same order.
  const paths = named.length > 0 ? named : [...(tree.sessions.get(id)?.ephemerals ?? [])];
  for (const path of paths) {
    const node = tree.find(path);
    if (node !== undefined && node.kind === KIND.ephemeral && node.owner === id) tree.deleteNode(path);
  }
  tree.closeSession(id);
}

function copyStat(node: Znode): Buffer {
  return Buffer.from(node.wire.subarray(node.wire.length - STAT.bytes));
}
