/**
 * Cuts what a server sends into frames. Unlike a server's, a client's does not give up at a frame above its bound: it hands
 * on the header, so that the call it answers can fail, and steps over the rest.
 */
import { ProtocolError } from "@rookery/protocol/client";

const LENGTH_BYTES = 4;
/** xid, zxid, err. */
const HEADER_BYTES = 16;

export interface FrameHandlers {
  /** A frame: the bytes of `buffer` from `start` up to `end`. The buffer is nobody else's. */
  onFrame(buffer: Buffer, start: number, end: number): void;
  /** The first 16 bytes of a frame of `bytes`, which is above the bound. */
  onLargeFrame(header: Buffer, bytes: number): void;
}

export class ReplySplitter {
  private readonly bytesMax: number;
  private readonly handlers: FrameHandlers;
  private readonly lengthBytes = Buffer.alloc(LENGTH_BYTES);
  private lengthHeld = 0;
  /** The frame that is being put together; undefined between frames. */
  private frame: Buffer | undefined;
  private frameHeld = 0;
  private frameBytes = 0;
  private skip = 0;
  private stopped = false;

  constructor(bytesMax: number, handlers: FrameHandlers) {
    this.bytesMax = bytesMax;
    this.handlers = handlers;
  }

  /** Nothing more is handed on. */
  stop(): void {
    this.stopped = true;
  }

  /** @throws ProtocolError `BAD_FRAME_LENGTH` for a negative length. */
  push(chunk: Buffer): void {
    let at = 0;
    const { length } = chunk;
    while (at < length && !this.stopped) {
      if (this.skip > 0) {
        const step = Math.min(this.skip, length - at);
        this.skip -= step;
        at += step;
      } else if (this.frame !== undefined) {
        at += this.fill(this.frame, chunk, at);
      } else if (this.lengthHeld === 0 && length - at >= LENGTH_BYTES) {
        const bytes = lengthAt(chunk, at);
        at += LENGTH_BYTES;
        if (bytes <= this.bytesMax && length - at >= bytes) {
          this.handlers.onFrame(chunk, at, at + bytes);
          at += bytes;
        } else this.begin(bytes);
      } else {
        at += this.fillLength(chunk, at);
      }
    }
  }

  private fillLength(chunk: Buffer, at: number): number {
    const step = Math.min(LENGTH_BYTES - this.lengthHeld, chunk.length - at);
    chunk.copy(this.lengthBytes, this.lengthHeld, at, at + step);
    this.lengthHeld += step;
    if (this.lengthHeld === LENGTH_BYTES) {
      this.lengthHeld = 0;
      this.begin(lengthAt(this.lengthBytes, 0));
    }
    return step;
  }

  private begin(bytes: number): void {
    if (bytes === 0) {
      this.handlers.onFrame(this.lengthBytes, 0, 0);
      return;
    }
    this.frameBytes = bytes;
    this.frameHeld = 0;
    this.frame = Buffer.allocUnsafeSlow(bytes <= this.bytesMax ? bytes : HEADER_BYTES);
  }

  private fill(frame: Buffer, chunk: Buffer, at: number): number {
    const step = Math.min(frame.length - this.frameHeld, chunk.length - at);
    chunk.copy(frame, this.frameHeld, at, at + step);
    this.frameHeld += step;
    if (this.frameHeld < frame.length) return step;
    this.frame = undefined;
    if (this.frameBytes <= this.bytesMax) {
      this.handlers.onFrame(frame, 0, frame.length);
    } else {
      this.skip = this.frameBytes - frame.length;
      this.handlers.onLargeFrame(frame, this.frameBytes);
    }
    return step;
  }
}

function lengthAt(buffer: Buffer, at: number): number {
  const bytes = buffer.readInt32BE(at);
  if (bytes < 0) throw new ProtocolError("BAD_FRAME_LENGTH", `a frame of ${bytes} bytes`, bytes);
  return bytes;
}
