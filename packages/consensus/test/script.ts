/**
 * Runs a transcript: a text file of blocks, each of comments, commands, `----` and what came of it.
 *
 * ```text
 * # A follower that is cut off does not hold up the other two.
 * cut 1 2 | 3
 * propose 1 a
 * advance 10
 * ----
 *    1.000  a client of 1 writes "a": entry 2, zxid 1/1
 * ```
 *
 * Commands; NAME is a server's, TIME in ms:
 *
 * - `cluster N [observers=N] [first=NAME] [heartbeat=TIME] [election=TIME] [latency=TIME] [disk=TIME] [LIMIT=N …]`: first of
 *   all. Names count from `first`, 1 unless given; sids always from 1.
 * - `start [NAME …]`, `crash NAME` (connections close), `poweroff NAME` (they do not)
 * - `advance TIME`, `elect` (until a leader serves), `until NAME PHASE`
 * - `propose NAME TEXT`, `read NAME COOKIE`, `transfer NAME [TO]`
 * - `cut 1 2 | 3` (silently), `sever 1 2 | 3` (connections close), `heal`, `hold FROM TO`, `deliver FROM TO [COUNT]`, `lose FROM TO`
 * - `disk NAME ok|slow|hangs|fails`, `wipe NAME`, `vouch NAME`, `save NAME`, `restore NAME`, `trim NAME INDEX`, `stall NAME`,
 *   `unstall NAME`
 * - `show KIND …`, `hide KIND …`
 * - `logs [NAME …]`, `roles [NAME …]`, `acknowledged`
 */
import { DEFAULT_LIMITS, type Limits, timeoutsOf } from "../src/index.ts";
import { Cluster, type ClusterOptions, ensembleOf } from "./cluster.ts";
import { MARGIN, Printer, wrap } from "./printer.ts";
import { KINDS, type Kind, wordsOfEntry } from "./words.ts";

const SEPARATOR = "----";
const SLOW_MS = 300;

/** The text of a transcript with the outcome of each block as it is now. */
export function rerun(text: string): string {
  const session = new Session();
  const blocks = text
    .trim()
    .split(/\n\s*\n/)
    .map((block) => {
      const lines = block.split("\n");
      const end = lines.indexOf(SEPARATOR);
      if (end < 0) {
        if (lines.every((line) => line.startsWith("#"))) return block;
        throw new Error(`a block without ${SEPARATOR}:\n${block}`);
      }
      const given = lines.slice(0, end);
      const outcome: string[] = [];
      session.beginBlock();
      for (const line of given) {
        if (line.startsWith("#") || line.trim() === "") continue;
        try {
          outcome.push(...session.run(line));
        } catch (cause) {
          throw new Error(`in "${line}"`, { cause });
        }
      }
      return [...given, SEPARATOR, ...outcome].join("\n");
    });
  return `${blocks.join("\n\n")}\n`;
}

class Session {
  private cluster: Cluster | undefined;
  private printer = new Printer(String);
  private first = 1;

  beginBlock(): void {
    this.printer.beginBlock();
  }

  /** One command; what it led to, a line each. */
  run(line: string): string[] {
    const [command = "", ...words] = line.trim().split(/\s+/);
    const said = command === "cluster" ? this.create(words) : this.carryOut(command, words);
    return [...this.printer.take(), ...said];
  }

  private get running(): Cluster {
    if (this.cluster === undefined) throw new Error('a transcript begins with "cluster"');
    return this.cluster;
  }

  private create(words: readonly string[]): string[] {
    const [count = "", ...settings] = words;
    const given = new Map(settings.map((setting) => setting.split("=") as [string, string]));
    const take = (key: string): number | undefined => {
      const value = given.get(key);
      given.delete(key);
      return value === undefined ? undefined : numberOf(value);
    };
    this.first = take("first") ?? 1;
    const observers = take("observers") ?? 0;
    const heartbeatMs = take("heartbeat");
    const defaults = timeoutsOf(2000, 10, 5, take("election"));
    const limits: Partial<Record<keyof Limits, number>> = {};
    const options = { latencyMs: take("latency") ?? 1, diskMs: take("disk") ?? 1 };
    for (const key of given.keys()) {
      if (!(key in DEFAULT_LIMITS)) throw new Error(`there is no setting ${key}`);
      limits[key as keyof Limits] = numberOf(given.get(key) ?? "");
    }
    this.printer = new Printer((sid) => this.name(sid));
    const all: ClusterOptions = {
      members: ensembleOf(numberOf(count), observers),
      timeouts: heartbeatMs === undefined ? defaults : { ...defaults, heartbeatMs },
      limits,
      ...options,
      told: this.printer.told,
    };
    this.cluster = new Cluster(all);
    return [];
  }

  private carryOut(command: string, words: readonly string[]): string[] {
    const cluster = this.running;
    const sid = () => this.sid(words[0]);
    switch (command) {
      case "start":
        cluster.start(...words.map((word) => this.sid(word)));
        return [];
      case "crash":
        cluster.crash(sid());
        return this.settled();
      case "poweroff":
        cluster.powerOff(sid());
        return [];
      case "advance":
        cluster.advance(numberOf(words[0]));
        return [];
      case "elect":
        cluster.elect();
        return [];
      case "until": {
        const of = sid();
        cluster.advanceUntil(() => cluster.core(of).role.phase === words[1]);
        return [];
      }
      case "propose":
        cluster.propose(sid(), words.slice(1).join(" "));
        return this.settled();
      case "read":
        cluster.read(sid(), numberOf(words[1]));
        return this.settled();
      case "transfer":
        cluster.transfer(sid(), words[1] === undefined ? 0 : this.sid(words[1]));
        return this.settled();
      case "cut":
        cluster.cut(...this.groups(words));
        return [];
      case "sever":
        cluster.sever(...this.groups(words));
        return this.settled();
      case "heal":
        cluster.heal();
        return this.settled();
      case "hold":
        cluster.hold(sid(), this.sid(words[1]));
        return [];
      case "deliver":
        cluster.release(sid(), this.sid(words[1]), words[2] === undefined ? undefined : numberOf(words[2]));
        return this.settled();
      case "lose":
        cluster.lose(sid(), this.sid(words[1]));
        return [];
      case "disk":
        this.disk(sid(), words[1] ?? "");
        return this.settled();
      case "wipe":
        cluster.wipe(sid());
        return [];
      case "vouch":
        cluster.vouch(sid());
        return [];
      case "save":
        cluster.saveDisk(sid());
        return [];
      case "restore":
        cluster.restoreDisk(sid());
        return [];
      case "trim":
        cluster.trim(sid(), numberOf(words[1]));
        return [];
      case "stall":
        cluster.stall(sid(), true);
        return [];
      case "unstall":
        cluster.stall(sid(), false);
        return this.settled();
      case "show":
        for (const word of words) this.printer.shown.add(kindOf(word));
        return [];
      case "hide":
        for (const word of words) this.printer.shown.delete(kindOf(word));
        return [];
      case "logs":
        return this.each(words, (of) => this.logOf(of));
      case "roles":
        return this.each(words, (of) => this.roleOf(of));
      case "acknowledged":
        return this.acknowledged();
      default:
        throw new Error(`there is no command ${command}`);
    }
  }

  /** Lets what was asked for at this moment come out, without moving the clock. */
  private settled(): string[] {
    this.running.advance(0);
    return this.printer.take();
  }

  private disk(sid: number, how: string): void {
    const cluster = this.running;
    if (how === "ok") cluster.setDisk(sid, 1);
    else if (how === "slow") cluster.setDisk(sid, SLOW_MS);
    else if (how === "hangs") cluster.setDisk(sid, Number.POSITIVE_INFINITY);
    else if (how === "fails") cluster.failDisk(sid);
    else throw new Error(`a disk is ok, slow, hangs or fails, not ${how}`);
  }

  private each(words: readonly string[], lineOf: (sid: number) => string): string[] {
    const sids = words.length === 0 ? this.running.sids : words.map((word) => this.sid(word));
    const names = new Map<string, string[]>();
    for (const of of sids) {
      const line = lineOf(of);
      names.set(line, [...(names.get(line) ?? []), this.name(of)]);
    }
    return [...names].flatMap(([line, same]) => wrap(`${MARGIN}${same.join(" ")}: ${line}`));
  }

  private logOf(sid: number): string {
    const { core, disk } = this.running.server(sid);
    const { base, entries } = disk;
    const parts = [
      ...(base.position.index > 0 ? [`… ${base.position.index} in the state`] : []),
      ...entries.map(wordsOfEntry),
    ];
    const log = parts.length === 0 ? "empty" : parts.join(", ");
    return core === undefined ? `${log}; does not run` : `${log}; committed ${core.commit}`;
  }

  private roleOf(sid: number): string {
    const { core } = this.running.server(sid);
    if (core === undefined) return "does not run";
    const { role, phase, epoch, leader, canServe } = core.role;
    const whom = leader === 0 || leader === sid ? "" : ` ${this.name(leader)}`;
    return `${role}${whom}, ${phase}, epoch ${epoch}, ${canServe ? "serves clients" : "serves no clients"}`;
  }

  private acknowledged(): string[] {
    const cluster = this.running;
    return cluster.acknowledged.map(({ index, epoch, counter, text }) => {
      const holders = cluster.running.filter((sid) =>
        cluster.server(sid).values.some((value) => value.index === index),
      );
      return `${MARGIN}"${text}" (entry ${index}, zxid ${epoch}/${counter}): applied at ${holders.map((sid) => this.name(sid)).join(" ")}`;
    });
  }

  private groups(words: readonly string[]): number[][] {
    return words
      .join(" ")
      .split("|")
      .map((group) =>
        group
          .trim()
          .split(" ")
          .map((word) => this.sid(word)),
      );
  }

  private sid(name: string | undefined): number {
    const sid = numberOf(name) - this.first + 1;
    this.running.server(sid);
    return sid;
  }

  private name(sid: number): string {
    return String(sid + this.first - 1);
  }
}

function numberOf(word: string | undefined): number {
  const value = Number(word);
  if (word === undefined || word === "" || !Number.isInteger(value)) throw new Error(`${word} is not a whole number`);
  return value;
}

function kindOf(word: string): Kind {
  const kind = KINDS.find((known) => known === word);
  if (kind === undefined) throw new Error(`there is no kind ${word}: ${KINDS.join(", ")}`);
  return kind;
}
