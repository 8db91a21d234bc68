/**
 * Writes a Transaction as protobuf, byte for byte as the generated code does, in a fraction of its time. The schema is
 * `transaction.proto`; the generated code is the reference this is tested against, and it does the reading.
 *
 * Measured on Node 20.20, generated code against this: setData of 128 bytes 575 and 193 ns, create 508 and 212, a multi
 * of four 1079 and 566.
 */
import type { rookery } from "./gen/transaction.js";
import {
  begin,
  bool,
  bytes,
  bytesHead,
  FIXED64,
  fixed64,
  sint32,
  tag,
  take,
  text,
  uint32,
  uint64,
  VARINT,
  written,
} from "./proto-writer.ts";

/** The message's bytes, in memory that nothing else will write to. They may share a slab of 64 KiB with others. */
export function writeTransaction(message: rookery.Transaction.$Shape): Uint8Array {
  begin();
  transaction(message);
  return take();
}

// Fields descend, so that on the wire they ascend. A scalar without presence is left out when it is its default.

function transaction(message: rookery.Transaction.$Shape): void {
  if (message.multi != null) {
    const before = written();
    multi(message.multi);
    bytesHead(before, 11);
  }
  if (message.closeSession != null) {
    const before = written();
    const paths = message.closeSession.paths ?? [];
    for (let i = paths.length - 1; i >= 0; i--) {
      text(paths[i] as string, 1);
    }
    bytesHead(before, 10);
  }
  if (message.createSession != null) {
    const before = written();
    const timeoutMs = message.createSession.timeoutMs ?? 0;
    if (timeoutMs !== 0) {
      uint32(timeoutMs);
      tag(1, VARINT);
    }
    bytesHead(before, 9);
  }
  change(message, 5);
  if (message.failure != null) {
    sint32(message.failure);
    tag(4, VARINT);
  }
  if (message.timeMs != null && (message.timeMs.low | message.timeMs.high) !== 0) {
    uint64(message.timeMs.low, message.timeMs.high);
    tag(3, VARINT);
  }
  const xid = message.xid ?? 0;
  if (xid !== 0) {
    sint32(xid);
    tag(2, VARINT);
  }
  if (message.session != null && (message.session.low | message.session.high) !== 0) {
    fixed64(message.session.low, message.session.high);
    tag(1, FIXED64);
  }
}

function multi(message: rookery.Multi.$Shape): void {
  const operations = message.operations ?? [];
  for (let i = operations.length - 1; i >= 0; i--) {
    const operation = operations[i] as rookery.Operation.$Shape;
    const before = written();
    if (operation.check != null) {
      bool(operation.check);
      tag(6, VARINT);
    }
    if (operation.failure != null) {
      sint32(operation.failure);
      tag(5, VARINT);
    }
    change(operation, 1);
    bytesHead(before, 1);
  }
}

/** The four changes of a znode that a transaction and an operation of a multi have in common, in this order. */
interface Change {
  readonly create?: rookery.Create.$Shape | null;
  readonly delete?: rookery.Delete.$Shape | null;
  readonly setData?: rookery.SetData.$Shape | null;
  readonly setAcl?: rookery.SetAcl.$Shape | null;
}

function change(message: Change, firstField: number): void {
  if (message.setAcl != null) {
    const before = written();
    versioned(message.setAcl.aversion);
    if (message.setAcl.acl != null && message.setAcl.acl.length > 0) {
      bytes(message.setAcl.acl, 2);
    }
    path(message.setAcl.path);
    bytesHead(before, firstField + 3);
  }
  if (message.setData != null) {
    const before = written();
    versioned(message.setData.version);
    if (message.setData.data != null) {
      bytes(message.setData.data, 2);
    }
    path(message.setData.path);
    bytesHead(before, firstField + 2);
  }
  if (message.delete != null) {
    const before = written();
    path(message.delete.path);
    bytesHead(before, firstField + 1);
  }
  if (message.create != null) {
    const before = written();
    create(message.create);
    bytesHead(before, firstField);
  }
}

function create(message: rookery.Create.$Shape): void {
  if (message.withStat) {
    bool(true);
    tag(7, VARINT);
  }
  const parentCversion = message.parentCversion ?? 0;
  if (parentCversion !== 0) {
    sint32(parentCversion);
    tag(6, VARINT);
  }
  if (message.ttlMs != null && (message.ttlMs.low | message.ttlMs.high) !== 0) {
    uint64(message.ttlMs.low, message.ttlMs.high);
    tag(5, VARINT);
  }
  const kind = message.kind ?? 0;
  if (kind !== 0) {
    uint32(kind);
    tag(4, VARINT);
  }
  if (message.acl != null && message.acl.length > 0) {
    bytes(message.acl, 3);
  }
  if (message.data != null) {
    bytes(message.data, 2);
  }
  path(message.path);
}

function path(value: string | null | undefined): void {
  if (value != null && value !== "") {
    text(value, 1);
  }
}

function versioned(version: number | null | undefined): void {
  if (version != null && version !== 0) {
    sint32(version);
    tag(3, VARINT);
  }
}
