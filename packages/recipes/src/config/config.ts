/** Configuration that all processes share and that changes while they run. */

import { EventEmitter } from "node:events";
import {
  type Client,
  CoordinationError,
  isCoordinationError,
  type SessionState,
  type Watch,
  type WatchEvent,
} from "@rookery/client";
import type { CacheState } from "../caches/cache.ts";
import { persist } from "../support/calls.ts";
import { Deferred } from "../support/deferred.ts";
import { type Changes, type ChangesOptions, Feed } from "../support/feed.ts";
import { tell } from "../support/tell.ts";
import { abortable, limit, type WaitOptions, within } from "../support/waiting.ts";
import type { Setting } from "./settings.ts";

// biome-ignore lint/suspicious/noExplicitAny: a setting takes its own values only, so that no other type fits all of them.
export type ConfigSchema = Readonly<Record<string, Setting<any>>>;

/** The values of a schema by name: immutable, and all of one moment. */
export type ConfigValues<Schema extends ConfigSchema> = {
  readonly [Name in keyof Schema]: Schema[Name] extends Setting<infer Value> ? Value : never;
};

export interface ConfigOptions<Schema extends ConfigSchema> {
  /** By name: each is a child znode whose data is the value's text. */
  readonly schema: Schema;
}

/** What changed at one moment. */
export interface ConfigChange<Schema extends ConfigSchema> {
  readonly type: "changed";
  readonly names: readonly (keyof Schema & string)[];
  readonly values: ConfigValues<Schema>;
  readonly previous: ConfigValues<Schema>;
}

/** A value that is not taken: the last good one holds, or at first the default. */
export interface ConfigProblem {
  readonly path: string;
  readonly name: string;
  /** For people: what is wrong. */
  readonly what: string;
  /** For people: what the value must be. */
  readonly allowed: string;
}

export interface ConfigEvents<Schema extends ConfigSchema> {
  /** The same as the iterator's, at once. */
  change: [change: ConfigChange<Schema>];
  problem: [problem: ConfigProblem];
}

/** What a value's znode must be like for a write: at this version, or not there. */
export type ExpectedVersion = number | "absent";

export interface SetOptions extends WaitOptions {
  /** Fails with `BAD_VERSION`, `NO_NODE` or `NODE_EXISTS` unless it is so. Default: any. */
  readonly version?: ExpectedVersion | undefined;
}

export interface SetAllOptions<Schema extends ConfigSchema> extends WaitOptions {
  /** As `version` of `set`, by name. */
  readonly versions?: { readonly [Name in keyof Schema]?: ExpectedVersion | undefined } | undefined;
}

/** What was read of a value's znode last. */
interface Stored {
  readonly version: number;
  readonly text: string;
}

/** Tries of a write while others create and delete what it is about. */
const TRIES = 20;

/**
 * Values below one znode, typed by a schema, that follow what is stored there.
 *
 * ```ts
 * const config = new Config(zk, "/app/config", {
 *   schema: { poolSize: number({ default: 10, min: 1 }), name: string() },
 * });
 * await config.ready();
 * for await (const change of config.changes())
 *   if (change.type === "changed") resize(change.values.poolSize);
 * ```
 *
 * All values are read at one moment: what was stored by one `setAll`, or any transaction, is seen together or not at all, and
 * never an earlier state after a later one. What is stored and not allowed is reported as a problem, and the last good value
 * holds. While there is no connection the values are those seen last; afterwards, also in another session, what differs is told.
 *
 * Together the values must fit in one reply (`replyBytesMax`; servers allow about 1 MB). It needs ZooKeeper 3.6 or later.
 * Layout: `<path>/<name>` with the value as UTF-8 text, which any tool can read and write.
 */
export class Config<Schema extends ConfigSchema> implements AsyncDisposable {
  readonly path: string;
  readonly events: EventEmitter<ConfigEvents<Schema>> = new EventEmitter<ConfigEvents<Schema>>();
  private readonly client: Client;
  private readonly schema: Schema;
  private readonly names: readonly (keyof Schema & string)[];
  private readonly paths: ReadonlySet<string>;
  private readonly feed = new Feed<ConfigChange<Schema>>();
  private readonly firstly = new Deferred<void>();
  private readonly closing = new AbortController();
  private readonly stored = new Map<string, Stored | undefined>();
  /** The text of the value that holds; undefined: the default. */
  private readonly taken = new Map<string, string | undefined>();
  private readonly wrong = new Map<string, ConfigProblem>();
  private readonly watch: Promise<Watch | undefined>;
  private good: ConfigValues<Schema> | undefined;
  private current: CacheState = "loading";
  private again = false;
  private running = false;
  /** Who waits for a read that begins from now on. */
  private waiters: Deferred<void>[] = [];

  constructor(client: Client, path: string, { schema }: ConfigOptions<Schema>) {
    this.client = client;
    this.path = path;
    this.schema = schema;
    this.names = Object.keys(schema);
    for (const name of this.names)
      if (name === "" || name.includes("/"))
        throw new CoordinationError("BAD_ARGUMENTS", `${JSON.stringify(name)} must be a name without slashes.`);
    this.paths = new Set(this.names.map((name) => this.pathOf(name)));
    this.events.setMaxListeners(0);
    client.events.on("state", this.onState);
    this.watch = this.open();
  }

  /** As a cache's. */
  get state(): CacheState {
    return this.current;
  }

  /**
   * Resolves when there are values.
   *
   * @throws CoordinationError `BAD_ARGUMENTS` if one that has no default is missing or not allowed: the message says which.
   *   It is followed all the same, and there are values when it has been stored. `TIMEOUT`, `ABORTED`, `CLOSED` …
   */
  ready(options: WaitOptions = {}): Promise<void> {
    return within(`reading ${this.path}`, options, this.good === undefined ? this.firstly.promise : Promise.resolve());
  }

  /** All of them as they were at one moment; another object when one changes. @throws CoordinationError if there are none yet. */
  get values(): ConfigValues<Schema> {
    if (this.good === undefined)
      throw new CoordinationError("BAD_ARGUMENTS", `${this.path} has no values yet: wait for ready().`);
    return this.good;
  }

  /** The versions of what is stored, for `set`. Undefined where nothing is. */
  get versions(): { readonly [Name in keyof Schema]: number | undefined } {
    const versions = this.names.map((name) => [name, this.stored.get(name)?.version]);
    return Object.fromEntries(versions) as { [Name in keyof Schema]: number | undefined };
  }

  /** What is stored and not taken, by name. */
  get problems(): ReadonlyMap<string, ConfigProblem> {
    return new Map(this.wrong);
  }

  /**
   * What changes from now on. The iterator ends when the configuration or its client is closed, and throws what either failed
   * with. A reader that lags by more than `bufferMax` gets a `resync`: it must look at `values`.
   */
  changes(options: ChangesOptions = {}): Changes<ConfigChange<Schema>> {
    return this.feed.changes(options);
  }

  // ── Writing ────────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Stores a value. Resolves when `values` shows it, or what somebody stored after it.
   *
   * @throws CoordinationError `BAD_ARGUMENTS` if it is not allowed; `BAD_VERSION`, `NO_NODE`, `NODE_EXISTS` if `version` is not
   *   what is stored; `CONNECTION_LOSS`: then it may have been stored.
   */
  set<Name extends keyof Schema & string>(
    name: Name,
    value: ConfigValues<Schema>[Name],
    { version, ...options }: SetOptions = {},
  ): Promise<void> {
    const values = { [name]: value } as unknown as Partial<ConfigValues<Schema>>;
    const versions = { [name]: version } as { [Each in keyof Schema]?: ExpectedVersion | undefined };
    return this.setAll(values, { ...options, versions });
  }

  /** Stores several values at one moment, or none of them. Otherwise as `set`. */
  async setAll(values: Partial<ConfigValues<Schema>>, options: SetAllOptions<Schema> = {}): Promise<void> {
    const texts = new Map<string, string>();
    for (const [name, value] of Object.entries(values)) texts.set(name, this.textOf(name, value));
    const expected = new Map<string, ExpectedVersion | undefined>(Object.entries(options.versions ?? {}));
    await this.write(options, async (signal) => {
      const transaction = this.client.transaction();
      let creates = false;
      for (const [name, text] of texts) {
        const version = expected.get(name) ?? (this.stored.get(name) === undefined ? "absent" : -1);
        if (version === "absent") {
          transaction.create(this.pathOf(name), text);
          creates = true;
        } else transaction.set(this.pathOf(name), text, { version });
      }
      if (creates) await this.client.ensurePath(this.path, { signal });
      try {
        await transaction.commit({ signal });
      } catch (error) {
        // What is stored is not what was read last. Where the caller says what it must be, that is for the caller.
        const moved = isCoordinationError(error, "NO_NODE", "NODE_EXISTS");
        const name = moved ? error.path?.slice(this.pathOf("").length) : undefined;
        if (name === undefined || expected.get(name) !== undefined) throw error;
        return false;
      }
      return true;
    });
  }

  /** Deletes what is stored, so that the default holds. Fine if nothing is. Otherwise as `set`. */
  async unset(name: keyof Schema & string, { version, ...options }: SetOptions = {}): Promise<void> {
    this.settingOf(name);
    await this.write(options, async (signal) => {
      try {
        await this.client.delete(this.pathOf(name), {
          signal,
          ...(typeof version === "number" ? { version } : {}),
        });
      } catch (error) {
        if (!isCoordinationError(error, "NO_NODE") || typeof version === "number") throw error;
      }
      return true;
    });
  }

  /**
   * Stores what `change` makes of the value that is stored, and calls it again if somebody else was faster. Resolves with what
   * was stored.
   */
  async update<Name extends keyof Schema & string>(
    name: Name,
    change: (value: ConfigValues<Schema>[Name]) => ConfigValues<Schema>[Name],
    options: WaitOptions = {},
  ): Promise<ConfigValues<Schema>[Name]> {
    return limit(`updating ${this.pathOf(name)}`, options, async (signal) => {
      for (;;) {
        await abortable(this.refresh(), signal);
        const next = change(this.values[name]);
        try {
          await this.set(name, next, { version: this.stored.get(name)?.version ?? "absent", signal });
          return next;
        } catch (error) {
          if (!isCoordinationError(error, "BAD_VERSION", "NO_NODE", "NODE_EXISTS")) throw error;
        }
      }
    });
  }

  /** `act` says whether it is done, or must be tried again with what is stored now. */
  private async write(options: WaitOptions, act: (signal: AbortSignal) => Promise<boolean>): Promise<void> {
    const what = `writing ${this.path}`;
    await limit(what, options, async (signal) => {
      await abortable(this.looked(), signal);
      for (let tries = 1; !(await act(signal)); tries++) {
        if (tries === TRIES)
          throw new CoordinationError("OVERLOADED", `${what}: others have created and deleted it ${TRIES} times`);
        await this.client.sync(this.path, { signal });
        await abortable(this.refresh(), signal);
      }
      try {
        await abortable(this.refresh(), signal);
      } catch (error) {
        if (!isCoordinationError(error)) throw error;
        // It is stored, and may be another's by now.
        const { code, message, path, operation, cause } = error;
        throw new CoordinationError(code, message, { outcome: "unknown", path, operation, cause });
      }
    });
  }

  private textOf(name: string, value: unknown): string {
    const setting = this.settingOf(name);
    try {
      const text = setting.format(value);
      setting.parse(text);
      return text;
    } catch (cause) {
      const text = `${this.pathOf(name)}: ${(cause as Error).message}; it must be ${setting.allowed}.`;
      throw new CoordinationError("BAD_ARGUMENTS", text, { cause, path: this.pathOf(name) });
    }
  }

  private settingOf(name: string): ConfigSchema[string] {
    const setting = Object.hasOwn(this.schema, name) ? this.schema[name] : undefined;
    if (setting !== undefined) return setting;
    throw new CoordinationError("BAD_ARGUMENTS", `${name} is none of ${this.names.join(", ")}.`);
  }

  private pathOf(name: string): string {
    return `${this.path === "/" ? "" : this.path}/${name}`;
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

  private async open(): Promise<Watch | undefined> {
    // After the constructor.
    await undefined;
    const { client, path, closing } = this;
    const set = () => client.watch(path, { recursive: true, onEvent: (event) => this.onEvent(event) });
    try {
      const watch = await persist(closing.signal, set);
      this.look();
      return watch;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  private onEvent(event: WatchEvent): void {
    if (event.type !== "gap") {
      if (this.paths.has(event.path)) this.look();
      return;
    }
    if (event.reason !== "closed") this.look();
    // Calls tell why the client has ended.
    else this.client.exists(this.path).catch((error) => this.fail(error));
  }

  private readonly onState = (state: SessionState) => {
    // A gap follows as soon as the watch is set again.
    if (this.current === "live" && state !== "connected" && state !== "read-only") this.current = "stale";
  };

  /** Resolves when it has been read, at least once. */
  private looked(): Promise<void> {
    return this.current === "loading" ? this.refresh() : Promise.resolve();
  }

  /** Resolves when it has been read from now on. */
  private refresh(): Promise<void> {
    if (this.hasEnded) return Promise.reject(new CoordinationError("CLOSED", `${this.path} is not followed any more`));
    const waiter = new Deferred<void>();
    this.waiters.push(waiter);
    this.look();
    return waiter.promise;
  }

  private look(): void {
    this.again = true;
    if (!this.running) void this.run();
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.again && !this.hasEnded) {
      this.again = false;
      const waiters = this.waiters.splice(0);
      try {
        await this.read();
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        this.waiters.unshift(...waiters);
        // A gap follows when there is a connection.
        if (!isCoordinationError(error, "CONNECTION_LOSS", "SESSION_EXPIRED")) this.fail(error);
      }
    }
    this.running = false;
  }

  private async read(): Promise<void> {
    const { client, names } = this;
    const { signal } = this.closing;
    const results = await persist(
      signal,
      () => {
        const batch = client.reads();
        for (const name of names) batch.get(this.pathOf(name));
        return batch.commit({ signal }) as Promise<readonly unknown[]>;
      },
      (error) => isCoordinationError(error, "TIMEOUT", "THROTTLED", "OVERLOADED"),
    );
    if (!this.hasEnded) this.take(results as readonly Found[]);
  }

  private take(found: readonly Found[]): void {
    const { good } = this;
    const values: Record<string, unknown> = { ...good };
    const changed: (keyof Schema & string)[] = [];
    let complete = true;
    for (const [at, name] of this.names.entries()) {
      const setting = this.settingOf(name);
      const one = found[at] as Found;
      try {
        const text = textIn(one);
        this.stored.set(name, text === undefined ? undefined : { text, version: (one as Read).stat.version });
        if (text === undefined && setting.default === undefined) throw new Error("it is missing");
        if (!this.taken.has(name) || this.taken.get(name) !== text) {
          values[name] = text === undefined ? setting.default : setting.parse(text);
          this.taken.set(name, text);
          changed.push(name);
        }
        this.wrong.delete(name);
      } catch (error) {
        if ("stat" in one) this.stored.set(name, { text: "", version: one.stat.version });
        this.report(name, (error as Error).message);
        if (!this.taken.has(name)) {
          if (setting.default === undefined) complete = false;
          values[name] = setting.default;
        }
      }
    }
    this.onTaken(values as ConfigValues<Schema>, changed, complete);
  }

  private onTaken(values: ConfigValues<Schema>, names: readonly (keyof Schema & string)[], complete: boolean): void {
    const { good: previous } = this;
    const { state } = this.client;
    this.current = state === "connected" || state === "read-only" ? "live" : "stale";
    if (!complete) {
      const texts = [...this.wrong.values()].map(
        ({ path, what, allowed }) => `${path}: ${what}; it must be ${allowed}.`,
      );
      this.firstly.reject(new CoordinationError("BAD_ARGUMENTS", texts.join(" "), { path: this.path }));
      // What is good is taken together with what is missing now.
      this.taken.clear();
      return;
    }
    if (previous !== undefined && names.length === 0) return;
    this.good = Object.freeze(values);
    this.firstly.resolve();
    if (previous === undefined) return;
    const change: ConfigChange<Schema> = Object.freeze({ type: "changed", names, values: this.good, previous });
    this.feed.put(change);
    tell(this.events as EventEmitter<{ change: [ConfigChange<Schema>] }>, "change", change);
  }

  /** Once for each text. */
  private report(name: string, what: string): void {
    if (this.wrong.get(name)?.what === what) return;
    const problem: ConfigProblem = Object.freeze({
      path: this.pathOf(name),
      name,
      what,
      allowed: this.settingOf(name).allowed,
    });
    this.wrong.set(name, problem);
    tell(this.events as EventEmitter<{ problem: [ConfigProblem] }>, "problem", problem);
  }

  // ── End ────────────────────────────────────────────────────────────────────────────────────────────────────

  private get hasEnded(): boolean {
    return this.current === "closed" || this.current === "failed";
  }

  private fail(error: unknown): void {
    if (isCoordinationError(error, "CLOSED")) this.end("closed", error);
    else this.end("failed", error as Error);
  }

  private end(state: "closed" | "failed", error?: Error): void {
    if (this.hasEnded) return;
    this.current = state;
    this.client.events.off("state", this.onState);
    this.closing.abort(error);
    const reason = error ?? new CoordinationError("CLOSED", `${this.path} is not followed any more`);
    this.firstly.reject(reason);
    for (const waiter of this.waiters.splice(0)) waiter.reject(reason);
    this.feed.close(state === "failed" ? error : undefined);
    // What the server does not take now goes with the connection.
    if (state === "failed") this.unwatch().catch(() => {});
  }

  /** Stops following at once; resolves when the server has forgotten the watch, if there is one to tell. The values stay. */
  async close(): Promise<void> {
    this.end("closed");
    await this.unwatch();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A watch that is being set while there is no connection is taken back when it has been set. */
  private async unwatch(): Promise<void> {
    const done = this.watch.then((watch) => watch?.close());
    if (this.client.state === "connected" || this.client.state === "read-only") await done;
    else done.catch(() => {});
  }
}

interface Read {
  readonly data: Buffer;
  readonly stat: { readonly version: number };
}
type Found = Read | CoordinationError;

/** Undefined if there is no znode. @throws if it cannot be read, or is not text. */
function textIn(found: Found): string | undefined {
  if (found instanceof CoordinationError) {
    if (found.code === "NO_NODE") return undefined;
    throw found;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(found.data);
  } catch {
    throw new Error("it is not UTF-8");
  }
}
