/** Cuts the byte stream of a connection between members into messages. */
import { ProtocolError } from "../client/protocol-error.ts";
import { decodePeerFrame, PEER_HEAD_BYTES, type WireMessage } from "./peer-codec.ts";

const NOTHING = Buffer.alloc(0);
/** The first memory for a frame that arrives in parts; small frames are put together on it without growing. */
const FIRST_BYTES = 4096;

/**
 * A frame that lies whole within a chunk is decoded where it is, the others are put together first, each in memory of its
 * own that grows with what has arrived and not with what a length announces. Byte fields of messages are **views** of
 * either, so a chunk must not be reused by its owner.
 *
 * Invariant: what is held is the beginning of one frame, shorter than it.
 */
export class PeerFrameSplitter {
  /** The longest frame accepted, without its head of 8 bytes. May change with any message handed on. */
  frameBytesMax: number;
  private held: Buffer = NOTHING;
  private heldBytes = 0;

  constructor(frameBytesMax: number) {
    this.frameBytesMax = frameBytesMax;
  }

  /**
   * Takes the next bytes of the stream and hands on each message they complete, until `onMessage` returns false: the rest
   * of the stream is then of no interest.
   *
   * @throws {@link ProtocolError} `BAD_FRAME_LENGTH`, `BAD_CHECKSUM` or `BAD_MESSAGE`, once the messages before have been
   *   handed on. The stream is then lost and so is this splitter.
   */
  push(chunk: Buffer, onMessage: (message: WireMessage) => boolean): void {
    let at = 0;
    if (this.heldBytes > 0) {
      at = this.complete(chunk);
      if (this.heldBytes > 0) return;
      const whole = this.held;
      this.held = NOTHING;
      if (!onMessage(decodePeerFrame(whole, 0, whole.length))) return;
    }
    const end = chunk.length;
    while (end - at >= PEER_HEAD_BYTES) {
      const next = at + this.frameBytes(chunk, at);
      if (next > end) break;
      const message = decodePeerFrame(chunk, at, next);
      at = next;
      if (!onMessage(message)) return;
    }
    if (at < end) this.keep(chunk, at, end, end - at);
  }

  /** Adds to what is held. If that completes the frame, `held` is the frame and `heldBytes` 0. Returns what it took. */
  private complete(chunk: Buffer): number {
    let taken = 0;
    if (this.heldBytes < PEER_HEAD_BYTES) {
      taken = Math.min(PEER_HEAD_BYTES - this.heldBytes, chunk.length);
      this.keep(chunk, 0, taken, PEER_HEAD_BYTES);
      if (this.heldBytes < PEER_HEAD_BYTES) return taken;
    }
    const frameBytes = this.frameBytes(this.held, 0);
    const next = Math.min(chunk.length, taken + frameBytes - this.heldBytes);
    this.keep(chunk, taken, next, frameBytes);
    if (this.heldBytes === frameBytes) {
      this.held = this.held.subarray(0, frameBytes);
      this.heldBytes = 0;
    }
    return next;
  }

  /** @param bytesMax - What can be needed in all, so that the last growth fits. */
  private keep(chunk: Buffer, start: number, end: number, bytesMax: number): void {
    const bytes = this.heldBytes + end - start;
    if (bytes > this.held.length) {
      const roomy = Buffer.allocUnsafeSlow(Math.max(bytes, Math.min(bytesMax, bytes * 2), FIRST_BYTES));
      this.held.copy(roomy, 0, 0, this.heldBytes);
      this.held = roomy;
    }
    chunk.copy(this.held, this.heldBytes, start, end);
    this.heldBytes = bytes;
  }

  /** Of the frame at `at`, with its head. */
  private frameBytes(buffer: Buffer, at: number): number {
    const length = buffer.readUInt32LE(at);
    if (length > this.frameBytesMax) {
      throw new ProtocolError(
        "BAD_FRAME_LENGTH",
        `a frame of ${length} bytes, where at most ${this.frameBytesMax} are allowed`,
        length,
      );
    }
    return PEER_HEAD_BYTES + length;
  }
}
