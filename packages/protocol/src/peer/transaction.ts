/**
 * A transaction: a change already decided, as it stands in the log and travels between members. The schema with its
 * comments is `transaction.proto`. Here it gets types, an encoder and a decoder; what a transaction does is decided
 * by whoever applies it.
 */
import { ProtocolError } from "../client/protocol-error.ts";
import { rookery } from "./gen/transaction.js";
import { writeTransaction } from "./transaction-writer.ts";

/** A transaction to encode. At most one change is set. Longs are `Long`, never bigint: see `longOf`. */
export type Transaction = rookery.Transaction.$Shape;
/** A decoded transaction. `change` names the one that is set; fields that were absent have their defaults. */
export type DecodedTransaction = rookery.Transaction & rookery.Transaction.$Shape;
export type Create = rookery.Create.$Shape;
export type Delete = rookery.Delete.$Shape;
export type SetData = rookery.SetData.$Shape;
export type SetAcl = rookery.SetAcl.$Shape;
export type CreateSession = rookery.CreateSession.$Shape;
export type CloseSession = rookery.CloseSession.$Shape;
export type Multi = rookery.Multi.$Shape;
export type Operation = rookery.Operation.$Shape;

/** The 64-bit integer of the generated code: two int32 halves. */
export type Long = NonNullable<Transaction["session"]>;

/** What sort of znode a create makes. */
export const NodeKind = {
  PERSISTENT: 0,
  EPHEMERAL: 1,
  CONTAINER: 2,
  TTL: 3,
} as const;
export type NodeKind = (typeof NodeKind)[keyof typeof NodeKind];

/**
 * The transaction's bytes, the caller's to keep. They may share a slab of 64 KiB with others: copy what is small and
 * must live long.
 */
export function encodeTransaction(transaction: Transaction): Uint8Array {
  return writeTransaction(transaction);
}

/**
 * The byte fields of the result are **views** of `bytes`: copy them if that memory is going to be reused.
 *
 * @throws {@link ProtocolError} `BAD_MESSAGE` if the bytes are no transaction. Unknown fields are skipped.
 */
export function decodeTransaction(bytes: Uint8Array): DecodedTransaction {
  try {
    return rookery.Transaction.decode(bytes);
  } catch (cause) {
    throw new ProtocolError("BAD_MESSAGE", "not a transaction", undefined, { cause });
  }
}

/** A plain object for people and for JSON: longs as strings, bytes in base64, kinds by name. */
export function describeTransaction(transaction: DecodedTransaction): Record<string, unknown> {
  return rookery.Transaction.toObject(transaction, { longs: String, bytes: String, enums: String });
}
