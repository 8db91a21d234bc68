/** One run: an ensemble, load, faults; then quiet, a look at all that is left, and the judgement. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateFlag, ErrorCode, OPEN_ACL, OpCode } from "@rookery/protocol/client";
import type { RunOptions } from "./arguments.ts";
import { availability, type FaultSpan } from "./availability.ts";
import { Chance } from "./chance.ts";
import { leftBehind } from "./checks/ephemerals.ts";
import { judge } from "./checks/judge.ts";
import { treeDigest } from "./checks/trees.ts";
import { Ensemble } from "./ensemble.ts";
import type { Digests, Evidence, Tree, Violation } from "./evidence.ts";
import { abilities, begin, type FaultContext, mountSmallDisk } from "./faults.ts";
import { type Kazoo, startKazoo } from "./kazoo.ts";
import { makeFolder } from "./processes.ts";
import { Recorder } from "./recorder.ts";
import { progress, reportOutages, reportSummary, reportViolations } from "./report.ts";
import { describeSchedule, FAULT_KINDS, type Fault, mayOverlap, schedule } from "./schedule.ts";
import type { SessionClient } from "./session-client.ts";
import { SPOILS, selfCheck } from "./spoils.ts";
import { targetNamed } from "./targets.ts";
import { Lost, must, walk, withSession } from "./walk.ts";
import { FOLDERS, ROOT, Workload } from "./workload.ts";

const SESSION_TIMEOUT_MS = 4000;
/** The ensemble has to serve through every member within this, once nothing is wrong any more. */
const RECOVERY_MS = 90_000;
/** Ephemerals have to be gone when the sessions' timeout has passed, and an election may start it anew. */
const EXPIRY_MS = 8 * SESSION_TIMEOUT_MS;
/** Between a fault and the next, if the first took longer than planned. */
const RECOVERY_PAUSE_MS = 4000;
const RECONNECT_MS = 30_000;
const POLL_MS = 250;
const WALKS_MAX = 3;
const STATUS_MS = 1000;
/** Znodes searched for a linearization. */
const SAMPLE = 400;
const INCIDENTS_MAX = 50;

/** @returns Whether all promises were kept. @throws NotRun if there is nothing to run. */
export async function run(options: RunOptions): Promise<boolean> {
  const { seed, minutes } = options;
  const target = targetNamed(options.target);
  const faulty = selfCheck();
  if (faulty.length > 0) throw new Error(`the checks do not check: ${faulty.join("; ")}`);
  let passed = false;
  const keep = () => options.keep || !passed;
  const folder = makeFolder(keep);
  const able = abilities(options.faultVariable !== undefined, target.realTime);
  const kinds = options.faults.filter((kind) => able.kinds.includes(kind));
  const faults = kinds.length === 0 ? [] : schedule(seed, kinds, minutes * 60);
  process.stdout.write(`${target.name}: ${options.servers} servers${options.observer ? " and an observer" : ""}, `);
  process.stdout.write(`${minutes} minutes, --seed ${seed}\n${describeSchedule(faults)}`);
  for (const reason of able.missing) process.stdout.write(`  not run: ${reason}\n`);

  const incidents = new Map<string, number>();
  const onIncident = (message: string) => {
    const times = incidents.get(message) ?? 0;
    if (times === 0) progress(`INCIDENT: ${message}`);
    if (times > 0 || incidents.size < INCIDENTS_MAX) incidents.set(message, times + 1);
  };
  const mayCrash = new Set<number>();
  const fakeTimeFile = (server: number) => join(folder, `server-${server}`, "clock");
  const diskFaultFile = (server: number) => join(folder, `server-${server}`, "disk-faults");
  const { faultVariable } = options;
  const smallDisk = kinds.includes("full-disk") ? options.servers : undefined;
  if (smallDisk !== undefined) {
    const dataFolder = join(folder, `server-${smallDisk}`, "data");
    mkdirSync(dataFolder, { recursive: true });
    mountSmallDisk(dataFolder, keep);
  }
  const ensemble = await Ensemble.prepare({
    target,
    voters: options.servers,
    observer: options.observer,
    folder,
    environment: (server) => ({
      ...(faultVariable === undefined ? {} : { [faultVariable]: diskFaultFile(server) }),
      ...(able.fakeTime === undefined || !kinds.includes("clock-jump")
        ? {}
        : fakeTimeVariables(able.fakeTime, fakeTimeFile(server))),
    }),
    onCrash: (server, how) => {
      if (mayCrash.has(server)) progress(`server ${server} ended with ${how}, as it may now`);
      else onIncident(`server ${server} ended with ${how}`);
    },
  });
  for (const { server } of ensemble.members) {
    writeFileSync(fakeTimeFile(server), "+0");
    writeFileSync(diskFaultFile(server), "");
  }
  const context: FaultContext = {
    ensemble,
    fakeTimeFile,
    diskFaultFile: faultVariable === undefined ? undefined : diskFaultFile,
    smallDisk,
    expectCrash: (server, expected) => (expected ? mayCrash.add(server) : mayCrash.delete(server)),
    onIncident,
  };
  const recorder = new Recorder();
  try {
    for (const { server } of ensemble.members) ensemble.start(server);
    await recovered(ensemble, seed);
    await makeFolders(ensemble, seed);
    const kazoo = options.kazoo ? startKazoo(ensemble.endpoints) : undefined;
    if (kazoo === undefined) process.stdout.write("  not run: the clients of kazoo\n");
    const workload = new Workload({
      endpoints: ensemble.endpoints,
      recorder,
      chance: (purpose) => Chance.stream(seed, purpose),
      rate: options.rate,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      onIncident,
      onRefusal: (server, error) => {
        // A leader without room on its disk refuses what comes to any server.
        if (error !== "SYSTEMERROR" || !status.diskFault)
          onIncident(`server ${server} refused a request with ${error}`);
      },
    });
    const began = recorder.now();
    const status = new Status(ensemble, recorder, workload);
    workload.start();
    const until = began + minutes * 60_000;
    const spans = await doFaults(faults, { context, recorder, began, until, status });
    await sleep(Math.max(0, until - recorder.now()));
    const ended = recorder.now();
    progress("no more load; waiting for all servers and sessions");
    await workload.stop();
    const remains = await gather({ ensemble, recorder, workload, kazoo, onIncident, seed });
    const evidence = { ...remains, incidents: counted(incidents) };
    status.stop();
    workload.end();
    const spoil = SPOILS.find(({ name }) => name === options.spoil);
    const judged = spoil === undefined ? evidence : spoil.apply(evidence);
    if (judged === undefined) throw new Error(`nothing was seen that '${options.spoil}' could be made of`);
    progress("judging");
    const judgement = judge(judged, { sample: SAMPLE, staleSyncs: target.staleSyncs });
    passed = judgement.violations.every(({ known }) => known !== undefined);
    reportOutages(availability(evidence.history, spans, ended));
    reportSummary(judged, judgement, (ended - began) / 1000);
    reportViolations(judgement.violations, { seed, folder, ensemble, history: judged.history });
    return passed;
  } catch (error) {
    onIncident(messageOf(error));
    const violations = counted(incidents).map(
      (message): Violation => ({ check: "incidents", message, operations: [] }),
    );
    reportViolations(violations, { seed, folder, ensemble, history: recorder.history });
    return false;
  } finally {
    await ensemble.close();
  }
}

/** The whole process, but for its monotonic clock: that one may not jump. */
function fakeTimeVariables(library: string, file: string): Readonly<Record<string, string>> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_CACHE_DURATION: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
}

interface FaultRun {
  readonly context: FaultContext;
  readonly recorder: Recorder;
  /** When the load began and ends, by the recorder's clock. */
  readonly began: number;
  readonly until: number;
  readonly status: Status;
}

/**
 * Does them when they are due. One that has to wait for others to be over puts off all that come after it; what would
 * then last longer than the load is left out.
 */
async function doFaults(faults: readonly Fault[], run: FaultRun): Promise<readonly FaultSpan[]> {
  const { context, recorder, began, until, status } = run;
  const spans: FaultSpan[] = [];
  const active = new Map<Fault, Promise<void>>();
  let lateMs = 0;
  for (const fault of faults) {
    const due = began + fault.at * 1000 + lateMs;
    await sleep(Math.max(0, due - recorder.now()));
    const inTheWay = [...active].filter(([other]) => !mayOverlap(other.kind, fault.kind));
    if (inTheWay.length > 0) {
      await Promise.all(inTheWay.map(([, over]) => over));
      await sleep(RECOVERY_PAUSE_MS);
    }
    lateMs += Math.max(0, recorder.now() - due);
    if (recorder.now() + fault.lasts * 1000 > until) {
      progress(`no time left for ${fault.kind}`);
      continue;
    }
    const from = recorder.now();
    status.on(fault, fault.kind);
    const { detail, healed } = await begin(fault, context);
    progress(`fault: ${detail}${fault.lasts === 0 ? "" : ` for ${fault.lasts} s`}`);
    status.on(fault, detail);
    const over = healed.then(() => {
      status.off(fault);
      active.delete(fault);
      spans.push({ kind: fault.kind, detail, from, healed: recorder.now() });
    });
    active.set(fault, over);
  }
  await Promise.all(active.values());
  return spans.sort((a, b) => a.from - b.from);
}

interface Remains {
  readonly ensemble: Ensemble;
  readonly recorder: Recorder;
  readonly workload: Workload;
  readonly kazoo: Kazoo | undefined;
  readonly onIncident: (message: string) => void;
  readonly seed: number;
}

/** Waits until nothing changes any more, and reads all that there is. */
async function gather(remains: Remains): Promise<Omit<Evidence, "incidents">> {
  const { ensemble, recorder, workload, kazoo, onIncident, seed } = remains;
  for (const { server } of ensemble.members) ensemble.start(server);
  await recovered(ensemble, seed);
  const kazooReport = await kazoo?.stop();
  try {
    await within(workload.allConnected(), RECONNECT_MS, "not all sessions could come back");
  } catch (error) {
    onIncident(messageOf(error)); // What there is can be judged all the same.
  }
  await expired(ensemble, recorder, seed);
  const trees = await settled(ensemble, seed);
  const digests: Digests[] = [];
  for (const { server } of ensemble.members) {
    digests.push({ server, byZxid: readDigests(await ensemble.ask(server, "hash")) });
  }
  const { history, sessions } = recorder;
  return { history, sessions, trees, digests, kazoo: kazooReport };
}

/** Resolves when a write and a sync passed through each server. */
async function recovered(ensemble: Ensemble, seed: number): Promise<void> {
  const began = performance.now();
  for (const endpoint of ensemble.endpoints) {
    const write = async (client: SessionClient) => {
      const request = { path: "/", data: null, version: -1 };
      must(await client.request(OpCode.setData, request, () => undefined));
      must(await client.request(OpCode.sync, { path: "/" }, () => undefined));
    };
    const trying = async () => {
      for (;;) {
        try {
          return await withSession(endpoint, Chance.stream(seed, "recovered"), write);
        } catch (error) {
          if (!(error instanceof Lost)) throw error;
        }
      }
    };
    await within(trying(), RECOVERY_MS, `no write passes through server ${endpoint.server}`);
  }
  progress(`all servers serve after ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

async function makeFolders(ensemble: Ensemble, seed: number): Promise<void> {
  const [endpoint] = ensemble.endpoints;
  if (endpoint === undefined) return;
  await withSession(endpoint, Chance.stream(seed, "folders"), async (client) => {
    for (const path of [ROOT, ...FOLDERS]) {
      const request = { path, data: null, acl: OPEN_ACL, flags: CreateFlag.PERSISTENT };
      const made = await client.request(OpCode.create, request, () => undefined);
      if (made === "lost" || made.err !== ErrorCode.NODEEXISTS) must(made);
    }
  });
}

/** Resolves when the ephemerals of ended sessions are gone, or should be: the checks will tell. */
async function expired(ensemble: Ensemble, { sessions }: Recorder, seed: number): Promise<void> {
  const until = performance.now() + EXPIRY_MS;
  for (;;) {
    const trees: Tree[] = [];
    for (const endpoint of ensemble.endpoints) {
      trees.push(await walk(endpoint, Chance.stream(seed, "expiry"), `${ROOT}/live`));
    }
    if (leftBehind({ sessions, trees }).length === 0 || performance.now() > until) return;
    await sleep(POLL_MS);
  }
}

/** Every server's tree. Read again where they differ: a session of kazoo's may have ended in between. */
async function settled(ensemble: Ensemble, seed: number): Promise<readonly Tree[]> {
  for (let tries = 1; ; tries++) {
    const trees: Tree[] = [];
    for (const endpoint of ensemble.endpoints) {
      trees.push(await walk(endpoint, Chance.stream(seed, `walk ${endpoint.server}`)));
    }
    if (new Set(trees.map(treeDigest)).size === 1 || tries === WALKS_MAX) return trees;
    progress("the trees differ; reading them again");
    await sleep(SESSION_TIMEOUT_MS);
  }
}

function readDigests(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").map((line) => /^([0-9a-f]+): (\S+)$/.exec(line.trim()));
  return new Map(lines.flatMap((match) => (match === null ? [] : [[match[1] as string, match[2] as string]])));
}

async function within<T>(work: Promise<T>, limitMs: number, complaint: string): Promise<T> {
  const abort = new AbortController();
  const late = sleep(limitMs, undefined, { signal: abort.signal }).then(() => {
    throw new Error(`${complaint} within ${limitMs / 1000} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    abort.abort();
    late.catch(() => {}); // It was stopped, not late.
  }
}

function counted(incidents: ReadonlyMap<string, number>): string[] {
  return [...incidents].map(([message, times]) => (times === 1 ? message : `${message} (${times} times)`));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The line each second. */
class Status {
  readonly #on = new Map<Fault, string>();
  readonly #timer: NodeJS.Timeout;
  #answered = 0;
  #unknown = 0;

  constructor(ensemble: Ensemble, recorder: Recorder, workload: Workload) {
    const began = recorder.now();
    this.#timer = setInterval(() => {
      void ensemble.leader().then((leader) => {
        const seconds = Math.round((recorder.now() - began) / 1000);
        const rate = recorder.answered - this.#answered;
        const unknown = recorder.unknown - this.#unknown;
        this.#answered = recorder.answered;
        this.#unknown = recorder.unknown;
        const states = ensemble.members
          .map(({ server, state }) => (state === "up" ? "" : ` ${server} ${state}`))
          .join("");
        progress(
          `${String(seconds).padStart(4)} s  ${String(rate).padStart(5)} ops/s  ${String(unknown).padStart(3)} unknown  ` +
            `leader ${leader ?? "-"}  ${workload.connected} sessions${states}  ${[...this.#on.values()].join(", ")}`,
        );
      });
    }, STATUS_MS);
  }

  on(fault: Fault, detail: string): void {
    this.#on.set(fault, detail);
  }

  off(fault: Fault): void {
    this.#on.delete(fault);
  }

  /** Whether a server's disk is not as it should be. */
  get diskFault(): boolean {
    return [...this.#on.keys()].some(({ kind }) => FAULT_KINDS[kind].area === "disk");
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
