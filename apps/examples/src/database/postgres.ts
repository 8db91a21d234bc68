/** PostgreSQL 13 and later, for an agent: its own programs, with streaming replication. */
import { execFile, execFileSync } from "node:child_process";
import {
  accessSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Address, Database, Replica } from "./database.ts";

export interface PostgresOptions {
  /** The name that it replicates under. */
  readonly id: string;
  /** Its data, settings and log are below it. PostgreSQL's user must be able to reach it. */
  readonly folder: string;
  readonly port: number;
  readonly out: (line: string) => void;
}

export interface Installation {
  /** The folder of initdb, pg_ctl, pg_basebackup … */
  readonly bin: string;
  /** PostgreSQL does not run as root: then it runs as the user postgres. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

const CALL_MS = 60_000;
const STREAM_MS = 10_000;
const run = promisify(execFile);

/** Undefined if there is none that can be run. */
export function findPostgres(): Installation | undefined {
  const versions = "/usr/lib/postgresql";
  const packaged = existsSync(versions) ? readdirSync(versions).map((version) => join(versions, version, "bin")) : [];
  for (const folder of [...(process.env.PATH ?? "").split(":"), ...packaged])
    try {
      const bin = dirname(realpathSync(join(folder, "initdb")));
      for (const name of ["pg_ctl", "pg_basebackup", "pg_rewind", "psql"]) accessSync(join(bin, name));
      const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { stdio: "pipe" }).toString());
      return { bin, user: process.getuid?.() === 0 ? { uid: id("-u"), gid: id("-g") } : undefined };
    } catch {
      // Not here, or not all of it.
    }
  return undefined;
}

export class Postgres implements Database {
  readonly kind = "PostgreSQL";
  readonly address: Address;
  private readonly options: PostgresOptions;
  private readonly installation: Installation;
  private readonly data: string;
  private primary: Address | undefined;
  private synchronous: string | undefined;

  constructor(installation: Installation, options: PostgresOptions) {
    this.installation = installation;
    this.options = options;
    this.address = { host: "127.0.0.1", port: options.port };
    this.data = join(options.folder, "data");
    mkdirSync(options.folder, { recursive: true });
    if (installation.user !== undefined) chownSync(options.folder, installation.user.uid, installation.user.gid);
  }

  async initialize(): Promise<void> {
    if (existsSync(join(this.data, "PG_VERSION"))) return;
    await this.program("initdb", ["-D", this.data, "-U", "postgres", "-A", "trust", "-E", "UTF8"]);
    this.include();
  }

  async follow(primary: Address, signal: AbortSignal): Promise<void> {
    this.primary = primary;
    this.synchronous = undefined;
    await this.stop();
    const isNew = !existsSync(join(this.data, "PG_VERSION"));
    // One that was primary may have what the new primary has not.
    if (!isNew && (existsSync(this.standbySignal) || (await this.rewind(primary)))) {
      await this.startAsReplica();
      if (await this.streams(signal)) return;
      this.options.out(`${this.options.id}: its past is not the primary's: it is copied anew`);
      await this.stop();
    }
    rmSync(this.data, { recursive: true, force: true });
    const source = ["-h", primary.host, "-p", `${primary.port}`, "-U", "postgres"];
    await this.program("pg_basebackup", ["-D", this.data, ...source, "-X", "stream", "-c", "fast"]);
    await this.startAsReplica();
    if (!(await this.streams(signal))) throw new Error(`no changes flow from ${primary.host}:${primary.port}`);
  }

  async promote(_epoch: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!(await this.isRunning())) await this.start();
    if ((await this.query("select pg_is_in_recovery()")) === "t")
      await this.program("pg_ctl", ["-D", this.data, "-w", "promote"]);
    // pg_rewind reads the new timeline from what a checkpoint writes.
    await this.query("checkpoint");
  }

  async setSynchronous(id: string | undefined): Promise<void> {
    if (id === this.synchronous) return;
    this.synchronous = id;
    this.writeSettings();
    if (await this.isRunning()) await this.program("pg_ctl", ["-D", this.data, "reload"]);
  }

  async replicas(): Promise<readonly Replica[]> {
    const text = await this.query(
      "select application_name || ' ' || sync_state from pg_stat_replication where state = 'streaming' order by 1",
    );
    const lines = text === "" ? [] : text.split("\n");
    return lines.map((line) => {
      const [id, state] = line.split(" ") as [string, string];
      return { id, isSynchronous: state === "sync" };
    });
  }

  async isRunning(): Promise<boolean> {
    if (!existsSync(join(this.data, "postmaster.pid"))) return false;
    return this.program("pg_ctl", ["-D", this.data, "status"]).then(
      () => true,
      () => false,
    );
  }

  async stop(): Promise<void> {
    if (await this.isRunning()) await this.program("pg_ctl", ["-D", this.data, "-w", "-m", "immediate", "stop"]);
  }

  private get standbySignal(): string {
    return join(this.data, "standby.signal");
  }

  /** False if it must be copied anew. */
  private async rewind({ host, port }: Address): Promise<boolean> {
    const source = `host=${host} port=${port} user=postgres dbname=postgres`;
    try {
      await this.program("pg_rewind", ["-D", this.data, `--source-server=${source}`]);
      return true;
    } catch (error) {
      this.options.out(`${this.options.id}: pg_rewind: ${(error as Error).message.trim().split("\n").at(-1)}`);
      return false;
    }
  }

  private async startAsReplica(): Promise<void> {
    this.write(this.standbySignal, "");
    await this.start();
  }

  private async start(): Promise<void> {
    this.include();
    this.writeSettings();
    await this.program("pg_ctl", ["-D", this.data, "-w", "-s", "-l", join(this.options.folder, "log"), "start"]);
    this.options.out(`${this.options.id}: PostgreSQL runs`);
  }

  /** Resolves with whether changes arrive. */
  private async streams(signal: AbortSignal): Promise<boolean> {
    const late = AbortSignal.timeout(STREAM_MS);
    while (!late.aborted) {
      signal.throwIfAborted();
      if ((await this.query("select count(*) from pg_stat_wal_receiver where status = 'streaming'")) === "1")
        return true;
      await pause(50, undefined, { signal });
    }
    return false;
  }

  /** Copies of another node have that node's settings. */
  private include(): void {
    const settings = [
      "listen_addresses = '127.0.0.1'",
      "unix_socket_directories = ''",
      "wal_level = replica",
      "wal_log_hints = on",
      "wal_keep_size = 64MB",
      "hot_standby = on",
      "include 'agent.conf'",
    ];
    this.write(join(this.data, "postgresql.conf"), `${settings.join("\n")}\n`);
  }

  private writeSettings(): void {
    if (!existsSync(this.data)) return;
    const { primary, synchronous, options } = this;
    const source = primary && `host=${primary.host} port=${primary.port} user=postgres application_name=${options.id}`;
    const settings = [
      `port = ${options.port}`,
      `primary_conninfo = '${source ?? ""}'`,
      `synchronous_standby_names = '${synchronous === undefined ? "" : `"${synchronous}"`}'`,
    ];
    this.write(join(this.data, "agent.conf"), `${settings.join("\n")}\n`);
  }

  private write(path: string, text: string): void {
    const { user } = this.installation;
    writeFileSync(path, text);
    if (user !== undefined) chownSync(path, user.uid, user.gid);
  }

  private query(sql: string): Promise<string> {
    const { host, port } = this.address;
    const where = ["-h", host, "-p", `${port}`, "-U", "postgres", "-d", "postgres"];
    return this.program("psql", [...where, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql]);
  }

  private async program(name: string, args: readonly string[]): Promise<string> {
    const { bin, user } = this.installation;
    const options = { ...user, cwd: this.options.folder, timeout: CALL_MS };
    const { stdout } = await run(join(bin, name), [...args], options);
    return stdout.trim();
  }
}
