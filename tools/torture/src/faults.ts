/** Faults done to an ensemble. Which can be had depends on the machine. */

import { cpSync, existsSync, lstatSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Chance } from "./chance.ts";
import type { Ensemble } from "./ensemble.ts";
import { atExit, runs, runToEnd, start } from "./processes.ts";
import { FAULT_KINDS, type Fault, type FaultKind } from "./schedule.ts";

/** Large enough for what a run writes, small enough to be filled at once. */
const SMALL_DISK = "1g";
const FILLING_BYTES = 1 << 20;
const WRITE_DELAY_US = 30_000;
const SERVES_TIMEOUT_MS = 30_000;
const POLL_MS = 100;
/** All that Node and the JVM write and flush files by; sockets go by others. */
const DISK_CALLS = "pwrite64,pwritev,pwritev2,fsync,fdatasync";
const FLUSH_CALLS = "fsync,fdatasync,pwrite64,pwritev,pwritev2";

export interface Abilities {
  /** The kinds of fault that can be had. */
  readonly kinds: readonly FaultKind[];
  /** Why each of the others cannot. */
  readonly missing: readonly string[];
  /** The library that fakes time. */
  readonly fakeTime: string | undefined;
}

/**
 * @param hasFaultVariable - Whether servers are given a file with disk faults, so that strace is not needed.
 * @param realTime - Why the servers cannot be given another time, if so.
 */
export function abilities(hasFaultVariable: boolean, realTime: string | undefined): Abilities {
  const missing: string[] = [];
  const without = new Set<FaultKind>();
  const lack = (kinds: readonly FaultKind[], why: string) => {
    for (const kind of kinds) without.add(kind);
    missing.push(`${kinds.join(", ")}: ${why}`);
  };
  if (process.getuid?.() !== 0) lack(["full-disk"], "needs root, to mount a small tmpfs");
  else if (!runs("mount", "--version")) lack(["full-disk"], "needs mount");
  if (!hasFaultVariable && !runs("strace", "-o", "/dev/null", "-e", "inject=fsync:delay_exit=1", "true")) {
    lack(["slow-disk", "failing-disk"], "need strace, and the right to trace");
  }
  const fakeTime = findFakeTime();
  if (realTime !== undefined) lack(["clock-jump"], realTime);
  else if (fakeTime === undefined) lack(["clock-jump"], "needs libfaketime (Debian: libfaketime)");
  const kinds = (Object.keys(FAULT_KINDS) as FaultKind[]).filter((kind) => !without.has(kind));
  return { kinds, missing, fakeTime };
}

function findFakeTime(): string | undefined {
  const folders = ["/usr/lib", "/usr/local/lib"].filter((folder) => existsSync(folder));
  const places = folders.flatMap((folder) => [folder, ...readdirSync(folder).map((name) => join(folder, name))]);
  return places.map((place) => join(place, "faketime", "libfaketimeMT.so.1")).find((file) => existsSync(file));
}

/**
 * Puts a server's data on a small disk of its own, for as long as the run lasts.
 *
 * @param keep - Whether what is on it is to stay after the run, beside the folder.
 */
export function mountSmallDisk(folder: string, keep: () => boolean): void {
  runToEnd("mount", ["-t", "tmpfs", "-o", `size=${SMALL_DISK}`, "tmpfs", folder]);
  atExit(() => {
    const filter = (path: string) => lstatSync(path).isFile() || lstatSync(path).isDirectory();
    if (keep()) cpSync(folder, `${folder}-of-the-small-disk`, { recursive: true, filter });
    runToEnd("umount", ["--lazy", folder]);
  });
}

/** A fault that is on. */
export interface Active {
  /** The kind, and whom it hit. */
  readonly detail: string;
  /** Resolves once all is as before, as far as it is the fault's to undo. */
  readonly healed: Promise<void>;
}

export interface FaultContext {
  readonly ensemble: Ensemble;
  readonly fakeTimeFile: (server: number) => string;
  /** Where a server looks for disk faults, if it was told to. */
  readonly diskFaultFile: ((server: number) => string) | undefined;
  /** The server whose data is on a small disk. */
  readonly smallDisk: number | undefined;
  /** Crashes of this server are no incident until it says otherwise. */
  readonly expectCrash: (server: number, expected: boolean) => void;
  readonly onIncident: (message: string) => void;
}

/** Begins a fault. Resolves when it is on. */
export async function begin(fault: Fault, context: FaultContext): Promise<Active> {
  const { ensemble } = context;
  const chance = new Chance(fault.pick);
  const voters = ensemble.members.filter(({ observer }) => !observer).map(({ server }) => server);
  const all = ensemble.members.map(({ server }) => server);
  const leader = (await ensemble.leader()) ?? chance.one(voters);
  const follower = chance.one(all.filter((server) => server !== leader));
  const lastsMs = fault.lasts * 1000;
  const on = (detail: string, heal: () => Promise<void> | void): Active => ({
    detail: `${fault.kind} ${detail}`,
    healed: sleep(lastsMs).then(heal),
  });
  switch (fault.kind) {
    case "kill-leader":
      return kill(leader);
    case "kill-follower":
      return kill(follower);
    case "kill-all":
      await Promise.all(all.map((server) => ensemble.kill(server)));
      return on("", () => {
        for (const server of all) ensemble.start(server);
      });
    case "hunt-leaders":
      return { detail: fault.kind, healed: huntLeaders(ensemble, lastsMs) };
    case "pause-leader":
    case "pause-leader-long":
      return pause(leader);
    case "pause-follower":
    case "pause-follower-long":
      return pause(follower);
    case "stutter": {
      const server = chance.one(all);
      return { detail: `${fault.kind} ${server}`, healed: stutter(ensemble, server, lastsMs) };
    }
    case "rolling-restart":
      return { detail: fault.kind, healed: rollingRestart(context, chance.shuffled(all)) };
    case "isolate-leader":
      return cut(`${leader}`, [...pairsFrom(leader, all), ...pairsTo(leader, all)]);
    case "isolate-follower":
      return cut(`${follower}`, [...pairsFrom(follower, all), ...pairsTo(follower, all)]);
    case "mute-leader":
      return cut(`${leader}`, pairsFrom(leader, all));
    case "deafen-leader":
      return cut(`${leader}`, pairsTo(leader, all));
    case "cut-link": {
      const [a, b] = chance.shuffled(all) as [number, number];
      const pairs: Pair[] = [
        [a, b],
        [b, a],
      ];
      return cut(`${a}-${b}`, pairs);
    }
    case "one-way-link": {
      const [a, b] = chance.shuffled(all) as [number, number];
      return cut(`${a}→${b}`, [[a, b]]);
    }
    case "flap-links":
      return { detail: fault.kind, healed: flapLinks(ensemble, all, chance, lastsMs) };
    case "reset-links":
      ensemble.links.reset();
      return on("", () => {});
    case "slow-links":
      for (const [from, to] of allPairs(all)) ensemble.links.delay(from, to, chance.between(20, 150));
      return on("", () => ensemble.links.heal());
    case "full-disk":
      return fillDisk();
    case "slow-disk":
      return trace(chance.one(all), "slow", [
        "-e",
        `trace=${DISK_CALLS}`,
        "-e",
        `inject=${DISK_CALLS}:delay_exit=${WRITE_DELAY_US}`,
      ]);
    case "failing-disk": {
      const server = chance.one(all);
      context.expectCrash(server, true);
      return trace(server, "fail", ["-e", `trace=${FLUSH_CALLS}`, "-e", `inject=${FLUSH_CALLS}:error=EIO`]);
    }
    case "wipe-majority": {
      await Promise.all(all.map((server) => ensemble.kill(server)));
      const wiped = voters.slice(0, Math.floor(voters.length / 2) + 1);
      for (const server of wiped) wipe(ensemble.members[server - 1]?.dataFolder ?? "");
      for (const server of wiped) ensemble.start(server);
      return on(wiped.join(), async () => {
        // The last one with data must not be asked before they have made up their minds.
        const until = performance.now() + SERVES_TIMEOUT_MS;
        while ((await ensemble.leader()) === undefined && performance.now() < until) await sleep(POLL_MS);
        for (const server of all) ensemble.start(server);
      });
    }
    case "clock-jump": {
      const server = chance.one(all);
      const hours = chance.one([-30, -3, 3, 30]);
      writeFileSync(context.fakeTimeFile(server), `${hours > 0 ? "+" : ""}${hours}h`);
      return on(`${server} by ${hours} h`, () => writeFileSync(context.fakeTimeFile(server), "+0"));
    }
  }

  async function kill(server: number): Promise<Active> {
    await ensemble.kill(server);
    return on(`${server}`, () => ensemble.start(server));
  }

  function pause(server: number): Active {
    ensemble.pause(server);
    return on(`${server}`, () => ensemble.resume(server));
  }

  function cut(who: string, pairs: readonly Pair[]): Active {
    for (const [from, to] of pairs) ensemble.links.cut(from, to);
    return on(who, () => ensemble.links.heal());
  }

  async function fillDisk(): Promise<Active> {
    const server = context.smallDisk ?? 0;
    const { dataFolder } = ensemble.members[server - 1] as { readonly dataFolder: string };
    const file = join(dataFolder, "filling");
    context.expectCrash(server, true);
    ensemble.supervise(server, false);
    await fill(file);
    // What it has set aside may last for a while. A start needs more.
    await sleep(lastsMs / 3);
    await ensemble.kill(server);
    ensemble.start(server);
    return on(`${server}`, async () => {
      rmSync(file);
      // Whatever it made of the full disk: it has to come back from what it wrote.
      await ensemble.kill(server);
      context.expectCrash(server, false);
      ensemble.supervise(server, true);
      ensemble.start(server);
    });
  }

  /** What strace does to the calls of one server, or what the server does to itself if it reads a file of faults. */
  async function trace(server: number, word: string, words: readonly string[]): Promise<Active> {
    const member = ensemble.members[server - 1];
    const done = async () => {
      if (fault.kind !== "failing-disk") return;
      // It must not go on with what it could not flush: if it is still there, its restart has to show what it kept.
      await ensemble.kill(server);
      context.expectCrash(server, false);
      ensemble.start(server);
    };
    if (context.diskFaultFile !== undefined) {
      const file = context.diskFaultFile(server);
      writeFileSync(file, word);
      return on(`${server}`, async () => {
        writeFileSync(file, "");
        await done();
      });
    }
    const output = join(member?.folder ?? ".", "strace.txt");
    const tracer = start("strace", ["-f", "-qq", ...words, "-o", "/dev/null", "-p", String(member?.pid)], output, {});
    return on(`${server}`, async () => {
      tracer.signal("SIGINT");
      await tracer.ended;
      await done();
    });
  }
}

type Pair = readonly [from: number, to: number];

function pairsFrom(server: number, all: readonly number[]): Pair[] {
  return all.filter((other) => other !== server).map((other) => [server, other]);
}

function pairsTo(server: number, all: readonly number[]): Pair[] {
  return pairsFrom(server, all).map(([from, to]) => [to, from]);
}

function allPairs(all: readonly number[]): Pair[] {
  return all.flatMap((server) => pairsFrom(server, all));
}

async function huntLeaders(ensemble: Ensemble, lastsMs: number): Promise<void> {
  const until = performance.now() + lastsMs;
  while (performance.now() < until) {
    const leader = await ensemble.leader();
    if (leader !== undefined) {
      await ensemble.kill(leader);
      ensemble.start(leader);
    }
    await sleep(POLL_MS);
  }
}

async function stutter(ensemble: Ensemble, server: number, lastsMs: number): Promise<void> {
  const until = performance.now() + lastsMs;
  while (performance.now() < until) {
    ensemble.pause(server);
    await sleep(180);
    ensemble.resume(server);
    await sleep(20);
  }
}

async function flapLinks(ensemble: Ensemble, all: readonly number[], chance: Chance, lastsMs: number): Promise<void> {
  const until = performance.now() + lastsMs;
  while (performance.now() < until) {
    for (const [from, to] of allPairs(all)) if (chance.happens(0.3)) ensemble.links.cut(from, to);
    await sleep(chance.between(100, 800));
    ensemble.links.heal();
    await sleep(chance.between(0, 400));
  }
}

async function rollingRestart({ ensemble, onIncident }: FaultContext, servers: readonly number[]): Promise<void> {
  for (const server of servers) {
    if (!(await ensemble.shutDown(server))) onIncident(`server ${server} did not stop when told to`);
    ensemble.start(server);
    const until = performance.now() + SERVES_TIMEOUT_MS;
    while (((await ensemble.roles()).get(server) ?? "") === "") {
      if (performance.now() > until) break; // The end of the run is what says whether it recovers.
      await sleep(POLL_MS);
    }
  }
}

/** All but the file that says which server it is. */
function wipe(dataFolder: string): void {
  for (const name of readdirSync(dataFolder)) {
    if (name !== "myid") rmSync(join(dataFolder, name), { recursive: true, force: true });
  }
}

async function fill(path: string): Promise<void> {
  const file = await open(path, "w");
  const bytes = Buffer.alloc(FILLING_BYTES);
  try {
    for (;;) await file.write(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    await file.close();
  }
}
