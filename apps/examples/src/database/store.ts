/**
 * A small database of our own: values by key, a log on disk, and replicas that follow it. A process that the agent starts and
 * tells what to do; it ends with its agent, whose end closes its input.
 *
 * Entries have the epoch of the primary that wrote them. Two logs with the same epoch at a position are the same up to there, for
 * an epoch has one primary: by the epochs alone a replica finds what it must drop.
 */
import { once } from "node:events";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { LineFile } from "../support/line-file.ts";
import { messageOf } from "../support/program.ts";
import type { Replica } from "./database.ts";

export interface Entry {
  readonly epoch: number;
  readonly key: string;
  readonly value: string;
}

export type StoreRequest =
  | { readonly op: "get"; readonly key: string }
  /** Refused unless `epoch`, if it is given, is the primary's: for clients that found it some time ago. */
  | { readonly op: "set"; readonly key: string; readonly value: string; readonly epoch?: number | undefined }
  | { readonly op: "status" }
  | { readonly op: "promote"; readonly epoch: number }
  | { readonly op: "follow"; readonly id: string; readonly host: string; readonly port: number }
  | { readonly op: "synchronous"; readonly id: string | null }
  | { readonly op: "replicate"; readonly id: string; readonly epochs: readonly number[] }
  /** On the connection of a `replicate`: so many entries are on the replica's disk. */
  | { readonly op: "stored"; readonly entries: number };

export interface StoreStatus {
  readonly role: "primary" | "replica" | "idle";
  readonly epoch: number;
  readonly entries: number;
  readonly replicas: readonly Replica[];
}

/** What a primary sends to a replica. */
type Feed = { readonly keep: number } | { readonly entry: Entry };

interface Follower {
  readonly id: string;
  readonly socket: Socket;
  /** Entries it has on its disk. */
  stored: number;
}

/** Runs until the signal is aborted. */
export async function runStore(folder: string, port: number, signal: AbortSignal): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const store = new Store(join(folder, "log"));
  const server = createServer((socket) => store.serve(socket));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  process.exit(0);
}

class Store {
  private readonly path: string;
  private file: LineFile;
  private entries: Entry[];
  private readonly values = new Map<string, string>();
  private role: StoreStatus["role"] = "idle";
  private epoch = 0;
  private readonly followers = new Set<Follower>();
  private synchronous: string | null = null;
  /** Writes that wait for the synchronous replica. */
  private waiting: { readonly entries: number; done(): void }[] = [];
  private upstream: Socket | undefined;

  constructor(path: string) {
    this.path = path;
    const { file, lines } = LineFile.open(path);
    this.file = file;
    this.entries = lines.map((line) => JSON.parse(line));
    this.apply();
  }

  serve(socket: Socket): void {
    socket.on("error", () => socket.destroy());
    createInterface({ input: socket }).on("line", (line) => {
      this.onLine(socket, line).catch((error) => send(socket, { error: messageOf(error) }));
    });
  }

  private async onLine(socket: Socket, line: string): Promise<void> {
    const request: StoreRequest = JSON.parse(line);
    switch (request.op) {
      case "get":
        send(socket, { value: this.values.get(request.key) ?? null });
        return;
      case "set":
        await this.set(request.key, request.value, request.epoch);
        send(socket, { epoch: this.epoch });
        return;
      case "status":
        send(socket, this.status());
        return;
      case "promote":
        this.promote(request.epoch);
        send(socket, {});
        return;
      case "synchronous":
        this.synchronous = request.id;
        this.acknowledge();
        send(socket, {});
        return;
      case "follow":
        await this.follow(request.id, request.host, request.port);
        send(socket, {});
        return;
      case "replicate":
        this.feed(socket, request.id, request.epochs);
        return;
      case "stored":
        for (const follower of this.followers) if (follower.socket === socket) follower.stored = request.entries;
        this.acknowledge();
        return;
      default:
        throw new Error("there are get, set, status");
    }
  }

  private status(): StoreStatus {
    const level = ({ id, stored }: Follower) => id === this.synchronous && stored === this.entries.length;
    const replicas = [...this.followers].map((each) => ({ id: each.id, isSynchronous: level(each) }));
    return { role: this.role, epoch: this.epoch, entries: this.entries.length, replicas };
  }

  // ── Primary ────────────────────────────────────────────────────────────────────────────────────────────────

  private promote(epoch: number): void {
    if (epoch <= (this.entries.at(-1)?.epoch ?? 0)) throw new Error(`epoch ${epoch} is over`);
    this.upstream?.destroy();
    this.role = "primary";
    this.epoch = epoch;
  }

  private async set(key: string, value: string, epoch: number | undefined): Promise<void> {
    if (typeof key !== "string" || typeof value !== "string") throw new Error("key and value must be strings");
    if (this.role !== "primary") throw new Error("not the primary: ask the discovery who is");
    if (epoch !== undefined && epoch !== this.epoch) throw new Error(`this is epoch ${this.epoch}, not ${epoch}`);
    const entry = { epoch: this.epoch, key, value };
    this.add(entry);
    for (const { socket } of this.followers) send(socket, { entry } satisfies Feed);
    const entries = this.entries.length;
    await new Promise<void>((done) => {
      this.waiting.push({ entries, done });
      this.acknowledge();
    });
  }

  private acknowledge(): void {
    const standby = [...this.followers].find(({ id }) => id === this.synchronous);
    const level = this.synchronous === null ? this.entries.length : (standby?.stored ?? 0);
    const ready = this.waiting.filter(({ entries }) => entries <= level);
    this.waiting = this.waiting.filter(({ entries }) => entries > level);
    for (const { done } of ready) done();
  }

  private feed(socket: Socket, id: string, epochs: readonly number[]): void {
    if (this.role !== "primary") throw new Error("not the primary");
    let keep = Math.min(epochs.length, this.entries.length);
    while (keep > 0 && epochs[keep - 1] !== this.entries[keep - 1]?.epoch) keep--;
    const follower: Follower = { id, socket, stored: keep };
    send(socket, { keep } satisfies Feed);
    for (const entry of this.entries.slice(keep)) send(socket, { entry } satisfies Feed);
    this.followers.add(follower);
    socket.on("close", () => this.followers.delete(follower));
  }

  // ── Replica ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Resolves when the primary has said what to keep. */
  private async follow(id: string, host: string, port: number): Promise<void> {
    if (this.role === "primary") throw new Error("a primary must be stopped first");
    this.upstream?.destroy();
    const socket = connect({ host, port, noDelay: true });
    this.upstream = socket;
    await once(socket, "connect");
    this.role = "replica";
    send(socket, { op: "replicate", id, epochs: this.entries.map(({ epoch }) => epoch) } satisfies StoreRequest);
    await new Promise<void>((resolve, reject) => {
      // Without its primary it has nothing to do: its agent starts it again, and says whom to follow.
      socket.on("error", reject);
      socket.on("close", () => {
        reject(new Error("the primary closed the connection"));
        if (this.upstream === socket && this.role === "replica") this.role = "idle";
      });
      createInterface({ input: socket }).on("line", (line) => {
        if (this.upstream !== socket || this.role !== "replica") return;
        const fed: Feed & { readonly error?: string } = JSON.parse(line);
        if (fed.error !== undefined) reject(new Error(fed.error));
        else if ("keep" in fed) {
          this.truncate(fed.keep);
          resolve();
        } else this.add(fed.entry);
        send(socket, { op: "stored", entries: this.entries.length } satisfies StoreRequest);
      });
    });
  }

  private add(entry: Entry): void {
    this.file.append(JSON.stringify(entry));
    this.entries.push(entry);
    this.values.set(entry.key, entry.value);
  }

  private truncate(keep: number): void {
    if (keep === this.entries.length) return;
    this.entries = this.entries.slice(0, keep);
    const next = `${this.path}.next`;
    const descriptor = openSync(next, "w");
    const data = Buffer.from(this.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    for (let at = 0; at < data.length; ) at += writeSync(descriptor, data, at);
    fsyncSync(descriptor);
    closeSync(descriptor);
    this.file.close();
    renameSync(next, this.path);
    this.file = LineFile.open(this.path).file;
    this.apply();
  }

  private apply(): void {
    this.values.clear();
    for (const { key, value } of this.entries) this.values.set(key, value);
  }
}

function send(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** One request to a store. @throws Error what it answers, or that it does not within `timeoutMs`. */
export async function askStore<T>(port: number, request: StoreRequest, timeoutMs: number): Promise<T> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    await once(socket, "connect", { signal });
    send(socket, request);
    const lines = createInterface({ input: socket });
    socket.on("error", () => socket.destroy());
    const line = await Promise.race([
      once(lines, "line", { signal }).then(([text]) => text as string),
      once(socket, "close", { signal }).then(() => Promise.reject(new Error("the store closed the connection"))),
    ]);
    const reply = JSON.parse(line);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply as T;
  } finally {
    socket.destroy();
  }
}
