/** The one error this package throws for bytes that are not what the protocol says. */

export type ProtocolErrorCode =
  /** A field needs more bytes than the frame has left. */
  | "TRUNCATED"
  /** The length of a string or buffer is negative and not −1. */
  | "BAD_LENGTH"
  /** The count of a vector is negative and not −1, or more than the bytes left could hold. */
  | "BAD_COUNT"
  /** Null where a peer that keeps to the protocol never sends it. */
  | "NULL_VALUE"
  /** A multi holds an operation or a result of a type that cannot be part of one. */
  | "BAD_TYPE"
  /** The length before a frame is negative or above the bound; the stream cannot be read any further. */
  | "BAD_FRAME_LENGTH"
  /** A frame between members whose bytes are not those that were sent. */
  | "BAD_CHECKSUM"
  /** A protobuf message that cannot be read; `cause` says why. */
  | "BAD_MESSAGE";

/** What is wrong with received bytes. Programs switch on `code`, which is stable; `message` is for people. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  /** The offending length, count or type, where there is one. */
  readonly value: number | undefined;

  constructor(code: ProtocolErrorCode, message: string, value?: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.value = value;
  }
}
