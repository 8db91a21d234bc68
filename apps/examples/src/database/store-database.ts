/** The small database of our own, for an agent: a process next to it. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { Address, Database, Replica } from "./database.ts";
import { askStore, type StoreRequest, type StoreStatus } from "./store.ts";

export interface StoreDatabaseOptions {
  readonly id: string;
  readonly folder: string;
  readonly port: number;
  readonly out: (line: string) => void;
}

const CALL_MS = 2000;
const START_MS = 10_000;

export class StoreDatabase implements Database {
  readonly kind = "store";
  readonly address: Address;
  private readonly options: StoreDatabaseOptions;
  private child: ChildProcess | undefined;

  constructor(options: StoreDatabaseOptions) {
    this.options = options;
    this.address = { host: "127.0.0.1", port: options.port };
  }

  /** An empty folder is an empty database. */
  async initialize(): Promise<void> {}

  async follow({ host, port }: Address, signal: AbortSignal): Promise<void> {
    if ((await this.isRunning()) && (await this.status()).role === "primary") await this.stop();
    await this.start(signal);
    await this.ask({ op: "follow", id: this.options.id, host, port });
  }

  async promote(epoch: number, signal: AbortSignal): Promise<void> {
    await this.start(signal);
    await this.ask({ op: "promote", epoch });
  }

  async setSynchronous(id: string | undefined): Promise<void> {
    await this.start(AbortSignal.timeout(START_MS));
    await this.ask({ op: "synchronous", id: id ?? null });
  }

  async replicas(): Promise<readonly Replica[]> {
    return (await this.status()).replicas;
  }

  async isRunning(): Promise<boolean> {
    if (this.child === undefined) return false;
    return this.status().then(
      ({ role }) => role !== "idle",
      () => false,
    );
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  private async start(signal: AbortSignal): Promise<void> {
    if (this.child !== undefined) return;
    const { folder, port, id, out } = this.options;
    const args = [process.argv[1] as string, "store", "--folder", folder, "--port", `${port}`];
    // Its input is the leash: it ends when this process does.
    const child = spawn(process.execPath, args, { stdio: ["pipe", "inherit", "inherit"] });
    this.child = child;
    child.once("exit", () => {
      if (this.child === child) this.child = undefined;
    });
    out(`${id}: database runs, pid ${child.pid}`);
    const late = AbortSignal.timeout(START_MS);
    for (;;) {
      signal.throwIfAborted();
      late.throwIfAborted();
      if (this.child !== child) throw new Error("the store ended as it was started");
      try {
        await this.status();
        return;
      } catch {
        // It does not listen yet.
        await pause(20, undefined, { signal });
      }
    }
  }

  private status(): Promise<StoreStatus> {
    return this.ask<StoreStatus>({ op: "status" });
  }

  private ask<T>(request: StoreRequest): Promise<T> {
    return askStore<T>(this.address.port, request, CALL_MS);
  }
}
