/** What keeps the values of a cache node: Redis where there is one, and otherwise a cache in this process. Both speak RESP. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { encodeReply, type Reply, RespConnection, RespReader } from "./resp.ts";

export interface Store {
  readonly kind: "redis" | "in-process";
  /** On 127.0.0.1. */
  readonly port: number;
  /** Of Redis. */
  readonly pid: number | undefined;
  /** Aborted with the reason when it has ended by itself. */
  readonly lost: AbortSignal;
  close(): Promise<void>;
}

export interface StoreOptions {
  /** Above it, what was not used for longest goes. */
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

const START_MS = 10_000;
const HOST = "127.0.0.1";

export function hasRedis(): boolean {
  return spawnSync("redis-server", ["--version"]).status === 0;
}

/** @throws Error if Redis does not answer in time. */
export async function startRedis({ bytesMax, signal }: StoreOptions): Promise<Store> {
  const port = await freePort();
  const settings = ["--port", `${port}`, "--bind", HOST, "--save", "", "--appendonly", "no"];
  const limits = ["--maxmemory", `${bytesMax}`, "--maxmemory-policy", "allkeys-lru"];
  const child = spawn("redis-server", [...settings, ...limits], { stdio: "ignore" });
  const lost = new AbortController();
  const ended = once(child, "exit").then(
    ([code, name]) => lost.abort(new Error(`redis-server ended with ${code ?? name}`)),
    (error) => lost.abort(error),
  );
  try {
    await answers(port, AbortSignal.any([signal, lost.signal, AbortSignal.timeout(START_MS)]));
  } catch (error) {
    child.kill("SIGKILL");
    await ended;
    throw error;
  }
  return { kind: "redis", port, pid: child.pid, lost: lost.signal, close: () => end(child, ended) };
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  await ended;
}

async function answers(port: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    try {
      const connection = await RespConnection.open(HOST, port, START_MS);
      await connection.call(["PING"], START_MS);
      connection.close();
      return;
    } catch {
      // It has not begun to listen.
      await pause(20, undefined, { signal });
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** GET, SET, DEL, DBSIZE and PING, with the least recently used going first. */
export async function startInProcess({ bytesMax }: StoreOptions): Promise<Store> {
  const values = new LeastRecentlyUsed(bytesMax);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const reader = new RespReader();
    socket.on("data", (chunk) => {
      try {
        for (const request of reader.push(chunk)) socket.write(encodeReply(values.answer(request)));
      } catch (error) {
        socket.end(encodeReply(error as Error));
      }
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, HOST);
  await once(server, "listening");
  return {
    kind: "in-process",
    port: (server.address() as AddressInfo).port,
    pid: undefined,
    lost: new AbortController().signal,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

class LeastRecentlyUsed {
  private readonly bytesMax: number;
  /** In the order of their last use. */
  private readonly values = new Map<string, string>();
  private bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  answer(request: readonly Reply[] | Reply): Reply {
    const [command, key, value] = (Array.isArray(request) ? request : [request]).map(String);
    switch (command?.toUpperCase()) {
      case "PING":
        return "PONG";
      case "DBSIZE":
        return this.values.size;
      case "GET":
        return key === undefined ? new Error("GET takes a key") : this.get(key);
      case "SET":
        return key === undefined || value === undefined
          ? new Error("SET takes a key and a value")
          : this.set(key, value);
      case "DEL":
        return key === undefined ? new Error("DEL takes a key") : Number(this.remove(key));
      default:
        return new Error(`unknown command '${command}'`);
    }
  }

  private get(key: string): string | null {
    const value = this.values.get(key);
    if (value === undefined) return null;
    this.values.delete(key);
    this.values.set(key, value);
    return value;
  }

  private set(key: string, value: string): string {
    this.remove(key);
    this.values.set(key, value);
    this.bytes += key.length + value.length;
    for (const oldest of this.values.keys()) {
      if (this.bytes <= this.bytesMax) break;
      this.remove(oldest);
    }
    return "OK";
  }

  private remove(key: string): boolean {
    const value = this.values.get(key);
    if (value === undefined) return false;
    this.bytes -= key.length + value.length;
    return this.values.delete(key);
  }
}
