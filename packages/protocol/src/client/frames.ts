/**
 * Cuts a byte stream into frames: a big-endian int32 length and that many bytes. It knows nothing of what is in
 * them, and refuses a length that is negative or above its bound before it allocates anything for it.
 *
 * Source: client-protocol specification §1.1, §1.4.
 */
import { ProtocolError } from "./protocol-error.ts";

/** `jute.maxbuffer`'s default, the longest frame a ZooKeeper server accepts. Inclusive. */
export const FRAME_BYTES_MAX = 1_048_575;

const NOTHING = Buffer.alloc(0);
const HEAD_BYTES = 4;
/** The first memory for a frame that arrives in parts, and the most that is kept while nothing is held. */
const KEPT_BYTES = 4096;

/**
 * Handles the frame in `buffer` from `start` up to `end`, the length left out. The bytes are the splitter's or the
 * chunk's: what outlives the call must be copied.
 *
 * @returns Whether to go on. False stops the splitter until `resume`.
 */
export type OnFrame = (buffer: Buffer, start: number, end: number) => boolean;

/**
 * A frame that lies whole within a chunk is handed on without a copy; the others are put together first.
 * A chunk may be reused by its owner once `push` has returned.
 *
 * Invariant: unless stopped, what is held is the beginning of one frame, shorter than it.
 */
export class FrameSplitter {
  readonly frameBytesMax: number;
  #held: Buffer = NOTHING;
  #heldStart = 0;
  #heldEnd = 0;
  #stopped = false;

  /** @param frameBytesMax - The longest frame accepted, without its length. At most 2³¹ − 1. */
  constructor(frameBytesMax: number = FRAME_BYTES_MAX) {
    this.frameBytesMax = frameBytesMax;
  }

  /** Bytes held back: part of a frame, or all that came while stopped. The caller bounds the latter by not pushing. */
  get heldBytes(): number {
    return this.#heldEnd - this.#heldStart;
  }

  /** True from when `onFrame` said false until `resume`. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * Takes the next bytes of the stream and hands on each frame they complete. While stopped it only keeps them.
   *
   * @returns False if stopped.
   * @throws {@link ProtocolError} `BAD_FRAME_LENGTH`; the stream is then lost and so is this splitter.
   */
  push(chunk: Buffer, onFrame: OnFrame): boolean {
    if (this.#stopped) {
      this.#keep(chunk, 0, chunk.length);
      return false;
    }
    let at = 0;
    if (this.#heldEnd > this.#heldStart) {
      at = this.#complete(chunk, onFrame);
      if (at < 0) {
        return true;
      }
    }
    return this.#split(chunk, at, onFrame);
  }

  /** Goes on after a stop with what was kept. Returns false if stopped again. */
  resume(onFrame: OnFrame): boolean {
    if (!this.#stopped) {
      return true;
    }
    this.#stopped = false;
    const held = this.#held;
    const start = this.#heldStart;
    const end = this.#heldEnd;
    let at = start;
    while (end - at >= HEAD_BYTES) {
      const next = at + HEAD_BYTES + this.#frameBytes(held, at);
      if (next > end) {
        break;
      }
      const from = at + HEAD_BYTES;
      at = next;
      this.#heldStart = at;
      if (!onFrame(held, from, next)) {
        this.#stopped = true;
        return false;
      }
    }
    if (at === end) {
      this.#release();
    }
    return true;
  }

  /** Frames that lie whole within the chunk; keeps the rest. */
  #split(chunk: Buffer, start: number, onFrame: OnFrame): boolean {
    const end = chunk.length;
    let at = start;
    while (!this.#stopped && end - at >= HEAD_BYTES) {
      const from = at + HEAD_BYTES;
      const next = from + this.#frameBytes(chunk, at);
      if (next > end) {
        break;
      }
      at = next;
      this.#stopped = !onFrame(chunk, from, next);
    }
    if (at < end) {
      this.#keep(chunk, at, end);
    }
    return !this.#stopped;
  }

  /** Adds to the frame begun earlier. Returns how much of the chunk that took, or −1 if the frame is still short. */
  #complete(chunk: Buffer, onFrame: OnFrame): number {
    let at = 0;
    if (this.heldBytes < HEAD_BYTES) {
      at = Math.min(HEAD_BYTES - this.heldBytes, chunk.length);
      this.#keep(chunk, 0, at);
      if (this.heldBytes < HEAD_BYTES) {
        return -1;
      }
    }
    const bytes = HEAD_BYTES + this.#frameBytes(this.#held, this.#heldStart);
    const taken = Math.min(bytes - this.heldBytes, chunk.length - at);
    this.#keep(chunk, at, at + taken);
    if (this.heldBytes < bytes) {
      return -1;
    }
    const held = this.#held;
    const from = this.#heldStart + HEAD_BYTES;
    const to = this.#heldEnd;
    this.#heldStart = to;
    this.#stopped = !onFrame(held, from, to);
    this.#release();
    return at + taken;
  }

  #frameBytes(buffer: Buffer, at: number): number {
    const length =
      ((buffer[at] as number) << 24) |
      ((buffer[at + 1] as number) << 16) |
      ((buffer[at + 2] as number) << 8) |
      (buffer[at + 3] as number);
    if (length < 0 || length > this.frameBytesMax) {
      throw new ProtocolError(
        "BAD_FRAME_LENGTH",
        `a frame of ${length} bytes, where 0 to ${this.frameBytesMax} are allowed`,
        length,
      );
    }
    return length;
  }

  /** Memory grows with what has arrived, not with what a length announces. */
  #keep(chunk: Buffer, start: number, end: number): void {
    const held = this.heldBytes;
    const bytes = held + end - start;
    if (this.#heldEnd + end - start > this.#held.length) {
      const roomy = bytes <= this.#held.length ? this.#held : Buffer.allocUnsafeSlow(Math.max(KEPT_BYTES, bytes * 2));
      this.#held.copy(roomy, 0, this.#heldStart, this.#heldEnd);
      this.#held = roomy;
      this.#heldStart = 0;
    }
    chunk.copy(this.#held, this.#heldStart + held, start, end);
    this.#heldEnd = this.#heldStart + bytes;
  }

  #release(): void {
    this.#heldStart = 0;
    this.#heldEnd = 0;
    if (this.#held.length > KEPT_BYTES) {
      this.#held = NOTHING;
    }
  }
}
