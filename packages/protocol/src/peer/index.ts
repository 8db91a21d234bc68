/** Rookery's own records: what members write to their logs and send each other, in protobuf. */

export { ProtocolError, type ProtocolErrorCode } from "../client/protocol-error.ts";
export { longOf, longOfNumber, longOfParts, numberOf, signedOf, unsignedOf } from "./long.ts";
export {
  type CloseSession,
  type Create,
  type CreateSession,
  type DecodedTransaction,
  type Delete,
  decodeTransaction,
  describeTransaction,
  encodeTransaction,
  type Long,
  type Multi,
  NodeKind,
  type Operation,
  type SetAcl,
  type SetData,
  type Transaction,
} from "./transaction.ts";
