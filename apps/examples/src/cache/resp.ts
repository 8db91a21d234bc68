/** Redis' protocol, RESP 2, as far as a cache needs it: both directions, and a connection for requests. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Null: there is no such value. */
export type Reply = string | number | null | Error;

/** One reply or argument; longer ones are a mistake. */
const BULK_BYTES_MAX = 16 << 20;
const LINE_BYTES_MAX = 65_536;
/** Arguments of one request. */
const ARGUMENTS_MAX = 1024;

export function encodeRequest(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map(bulk).join("")}`;
}

export function encodeReply(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (reply instanceof Error) return `-ERR ${reply.message}\r\n`;
  return typeof reply === "number" ? `:${reply}\r\n` : bulk(reply);
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** Takes bytes as they come, and gives what has arrived as a whole: a request as a list, a reply as a value. */
export class RespReader {
  private bytes: Buffer = Buffer.alloc(0);

  /** @throws Error if it is not RESP. */
  *push(chunk: Buffer): Generator<readonly Reply[] | Reply> {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    for (;;) {
      const found = parse(this.bytes, 0);
      if (found === undefined) return;
      this.bytes = this.bytes.subarray(found.end);
      yield found.value;
    }
  }
}

interface Parsed {
  readonly value: readonly Reply[] | Reply;
  readonly end: number;
}

/** Undefined: there is more to come. */
function parse(bytes: Buffer, from: number): Parsed | undefined {
  const lineEnd = bytes.indexOf("\r\n", from);
  if (lineEnd < 0) {
    if (bytes.length - from > LINE_BYTES_MAX) throw new Error("a line of RESP is too long");
    return undefined;
  }
  const rest = bytes.toString("utf8", from + 1, lineEnd);
  const end = lineEnd + 2;
  switch (bytes[from]) {
    case 0x2b: // +
      return { value: rest, end };
    case 0x2d: // -
      return { value: new Error(rest), end };
    case 0x3a: // :
      return { value: Number(rest), end };
    case 0x24: // $
      return parseBulk(bytes, lengthOf(rest, BULK_BYTES_MAX), end);
    case 0x2a: // *
      return parseList(bytes, lengthOf(rest, ARGUMENTS_MAX), end);
    default:
      throw new Error(`RESP does not begin with byte ${bytes[from]}`);
  }
}

function parseBulk(bytes: Buffer, length: number, from: number): Parsed | undefined {
  if (length < 0) return { value: null, end: from };
  if (bytes.length < from + length + 2) return undefined;
  return { value: bytes.toString("utf8", from, from + length), end: from + length + 2 };
}

function parseList(bytes: Buffer, count: number, from: number): Parsed | undefined {
  const value: Reply[] = [];
  let end = from;
  for (let at = 0; at < count; at++) {
    const found = end < bytes.length ? parse(bytes, end) : undefined;
    if (found === undefined) return undefined;
    if (Array.isArray(found.value)) throw new Error("lists within lists are not expected here");
    value.push(found.value as Reply);
    end = found.end;
  }
  return { value, end };
}

function lengthOf(text: string, max: number): number {
  const length = Number(text);
  if (!Number.isInteger(length) || length < -1 || length > max) throw new Error(`RESP has the length ${text}`);
  return length;
}

/** A connection to one cache. Requests are answered in order; all of them fail when the connection does. */
export class RespConnection {
  private readonly socket: Socket;
  private readonly waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  private failure: Error | undefined;

  /** @throws Error if nobody listens there, or not within `timeoutMs`. */
  static async open(host: string, port: number, timeoutMs: number): Promise<RespConnection> {
    const socket = connect({ host, port, noDelay: true });
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
    } catch (error) {
      socket.destroy();
      throw error;
    }
    return new RespConnection(socket);
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    const reader = new RespReader();
    socket.on("data", (chunk) => {
      try {
        for (const reply of reader.push(chunk)) this.waiting.shift()?.resolve(reply as Reply);
      } catch (error) {
        this.fail(error as Error);
      }
    });
    socket.on("error", (error) => this.fail(error));
    socket.on("close", () => this.fail(new Error("the cache closed the connection")));
  }

  /** @throws Error what the cache answers, or that it does not within `timeoutMs`: then the connection is given up. */
  async call(args: readonly string[], timeoutMs: number): Promise<string | number | null> {
    if (this.failure !== undefined) throw this.failure;
    const timer = setTimeout(() => this.fail(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      const reply = await new Promise<Reply>((resolve, reject) => {
        this.waiting.push({ resolve, reject });
        this.socket.write(encodeRequest(args));
      });
      if (reply instanceof Error) throw reply;
      return reply;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.fail(new Error("the connection is closed"));
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.socket.destroy();
    for (const { reject } of this.waiting.splice(0)) reject(this.failure);
  }
}
