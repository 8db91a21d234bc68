/**
 * The network between servers: a TCP proxy for each ordered pair, in which links can be cut, in one direction or both,
 * broken and slowed down.
 *
 * A cut link holds bytes and ends back, as a network does that drops packets: after it is healed they arrive, late.
 * What is held is bounded; a sender that goes on is not read from any more.
 */
import { connect, createServer, type Server, type Socket } from "node:net";

/** Bytes held in one direction of a connection before its sender is paused. */
const HELD_BYTES_MAX = 1 << 20;

/** Bytes, or the end of them, and when they may go on. */
interface Held {
  readonly what: Buffer | "end" | "close";
  readonly due: number;
}

export class Links {
  readonly #cut = new Set<string>();
  readonly #delayed = new Map<string, number>();
  readonly #pipes = new Set<Pipe>();
  readonly #servers: Server[] = [];

  /** Listens on `port` for server `from` and takes what comes to `target`, where server `to` listens. */
  async add(from: number, to: number, port: number, target: number): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => this.#accept(from, to, near, target));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
    this.#servers.push(server);
  }

  /** Nothing that `from` sends reaches `to`. */
  cut(from: number, to: number): void {
    this.#cut.add(key(from, to));
  }

  /** What `from` sends takes this long to `to`. */
  delay(from: number, to: number, ms: number): void {
    this.#delayed.set(key(from, to), ms);
  }

  /** Breaks all connections there are; new ones are made at once. */
  reset(): void {
    for (const pipe of this.#pipes) pipe.destroy();
  }

  /** As if nothing had ever been wrong. */
  heal(): void {
    this.#cut.clear();
    this.#delayed.clear();
    for (const pipe of this.#pipes) pipe.pump();
  }

  close(): void {
    this.reset();
    for (const server of this.#servers) server.close();
  }

  #accept(from: number, to: number, near: Socket, target: number): void {
    const far = connect({ port: target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const pair = (a: number, b: number, source: Socket, sink: Socket) =>
      new Pipe(source, sink, {
        isCut: () => this.#cut.has(key(a, b)),
        delayMs: () => this.#delayed.get(key(a, b)) ?? 0,
        onDone: (pipe) => this.#pipes.delete(pipe),
      });
    this.#pipes.add(pair(from, to, near, far));
    this.#pipes.add(pair(to, from, far, near));
  }
}

interface PipeRules {
  readonly isCut: () => boolean;
  readonly delayMs: () => number;
  readonly onDone: (pipe: Pipe) => void;
}

/** One direction of one connection. */
class Pipe {
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #rules: PipeRules;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Socket, sink: Socket, rules: PipeRules) {
    this.#source = source;
    this.#sink = sink;
    this.#rules = rules;
    source.on("data", (chunk: Buffer) => this.#hold(chunk));
    source.on("end", () => this.#hold("end"));
    // The reason of a broken connection does not matter: "close" follows.
    source.on("error", () => {});
    source.on("close", () => this.#hold("close"));
    sink.on("drain", () => this.pump());
  }

  /** Lets go what may go. */
  pump(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const [first] = this.#held;
      if (first === undefined || this.#rules.isCut()) break;
      const wait = first.due - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.pump(), wait);
        break;
      }
      if (first.what !== "close" && this.#sink.writableNeedDrain) break;
      this.#held.shift();
      this.#pass(first.what);
    }
    if (this.#heldBytes < HELD_BYTES_MAX) this.#source.resume();
  }

  destroy(): void {
    this.#source.destroy();
    this.#sink.destroy();
  }

  #hold(what: Held["what"]): void {
    this.#held.push({ what, due: performance.now() + this.#rules.delayMs() });
    if (what instanceof Buffer) this.#heldBytes += what.length;
    if (this.#heldBytes >= HELD_BYTES_MAX) this.#source.pause();
    this.pump();
  }

  #pass(what: Held["what"]): void {
    if (what === "close") {
      this.#sink.destroy();
      this.#rules.onDone(this);
    } else if (what === "end") {
      this.#sink.end();
    } else {
      this.#heldBytes -= what.length;
      this.#sink.write(what);
    }
  }
}

function key(from: number, to: number): string {
  return `${from}>${to}`;
}
