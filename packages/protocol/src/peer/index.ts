/** Rookery's own bytes: what members write to their logs and say to each other, in protobuf. */

export { ProtocolError, type ProtocolErrorCode } from "../client/protocol-error.ts";
export { type Hello, type HelloAck, type HelloReject, type LinkMessage, PEER_PROTO, type Ping } from "./handshake.ts";
export { longOf, longOfNumber, longOfParts, numberOf, signedOf, unsignedOf } from "./long.ts";
export {
  type ConsensusMessage,
  type ForwardedRequest,
  isBulk,
  isConsensus,
  type PeerMessage,
  type ServerMessage,
  type SnapshotMessage,
  type WireEntry,
  type WireEpochRow,
  type WirePosition,
  type WireZxid,
} from "./messages.ts";
export { decodePeerMessage, encodePeerMessage, type WireMessage } from "./peer-codec.ts";
export { PeerFrameSplitter } from "./peer-frames.ts";
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
