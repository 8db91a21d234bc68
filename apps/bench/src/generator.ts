/** Puts a server under load and says how it bore it. Every connection keeps `depth` requests unanswered at all times. */
import { createRequest, ErrorCode, OPEN_ACL, OpCode, requestHeader, setDataRequest } from "@rookery/protocol/client";
import type { Address } from "./arguments.ts";
import { Connection, nameOfError, pipeline, settle } from "./connection.ts";
import { Histogram } from "./histogram.ts";
import { churnTape, growing, keyPath, payload, pingTape, type Requests, type Shape, setTape } from "./requests.ts";

export const MODES = ["set", "churn", "grow", "ping"] as const;

export interface Load extends Shape {
  /** Connections take turns with them. */
  readonly hosts: readonly Address[];
  readonly connections: number;
  readonly seconds: number;
  /** Seconds of load before anything is counted. */
  readonly warm: number;
  /** Set: reads and writes of `keys` znodes. Churn: creates and deletes. Grow: creates. Ping: nothing at all. */
  readonly mode: (typeof MODES)[number];
}

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  /** Absent where a generator does not tell. */
  readonly p999?: number | undefined;
}

/** One JSON line. Other generators can take part in comparisons by printing the same keys. */
export interface Report {
  readonly ops_per_s: number;
  readonly reads_per_s: number;
  readonly writes_per_s: number;
  readonly errors: number;
  /** Microseconds; 0 where there was nothing. */
  readonly read_us: Percentiles;
  readonly write_us: Percentiles;
}

const SETUP_DEPTH = 256;

export async function generate(load: Load): Promise<Report & { readonly errors_by_name: Record<string, number> }> {
  const connections: Connection[] = [];
  try {
    const first = await new Connection(addressOf(load, 0)).open();
    connections.push(first);
    await prepare(first, load);
    const rest = Array.from({ length: load.connections - 1 }, (_, i) => new Connection(addressOf(load, i + 1)));
    connections.push(...rest);
    await Promise.all(rest.map((connection) => connection.open()));
    return await measure(connections, load);
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

/** Makes the znodes that a load needs, with values of the right size even if they are there already. */
async function prepare(connection: Connection, { prefix, keys, size, mode }: Load): Promise<void> {
  if (mode === "ping") return;
  const depth = SETUP_DEPTH;
  const data = payload(size);
  const parent = await pipeline(connection, { count: 1, depth }, (out) => {
    requestHeader.encode(out, { xid: 1, type: OpCode.create });
    createRequest.encode(out, { path: prefix, data: payload(0), acl: OPEN_ACL, flags: 0 });
  });
  expectOnly(ErrorCode.NODEEXISTS, parent, prefix);
  if (mode !== "set") return;
  const created = await pipeline(connection, { count: keys, depth }, (out, key) => {
    requestHeader.encode(out, { xid: key + 1, type: OpCode.create });
    createRequest.encode(out, { path: keyPath(prefix, key), data, acl: OPEN_ACL, flags: 0 });
  });
  expectOnly(ErrorCode.NODEEXISTS, created, prefix);
  const there = [...created.keys()];
  const set = await pipeline(connection, { count: there.length, depth }, (out, i) => {
    requestHeader.encode(out, { xid: i + 1, type: OpCode.setData });
    setDataRequest.encode(out, { path: keyPath(prefix, there[i] as number), data, version: -1 });
  });
  expectOnly(ErrorCode.OK, set, prefix);
}

async function measure(connections: readonly Connection[], load: Load) {
  const latency = { read: new Histogram(), write: new Histogram() };
  const errors = new Map<number, number>();
  const { promise: lost, reject } = settle<never>();
  let recording = false;
  let stopped = false;
  const requestsFor = requestsOf(load);
  const starts = connections.map((connection, index) => {
    const requests = requestsFor(index);
    const { depth } = load;
    const sentAt = new Float64Array(depth);
    let oldest = 0;
    let answered = 0;
    connection.onLost = reject;
    connection.onReply = (xid, err) => {
      const kind = requests.nextReply(xid);
      if (recording) {
        latency[kind].record(connection.receivedAt - (sentAt[oldest] as number));
        if (err !== 0) errors.set(err, (errors.get(err) ?? 0) + 1);
      }
      oldest = oldest + 1 === depth ? 0 : oldest + 1;
      answered += 1;
    };
    // The oldest places in the ring are those just answered: what is sent now takes them over.
    const send = (count: number) => {
      const now = performance.now();
      let place = oldest >= count ? oldest - count : oldest - count + depth;
      for (let i = 0; i < count; i++) {
        sentAt[place] = now;
        place = place + 1 === depth ? 0 : place + 1;
      }
      connection.write(requests.take(count));
    };
    connection.onTurn = () => {
      const count = answered;
      answered = 0;
      if (count > 0 && !stopped) send(count);
    };
    return () => send(depth);
  });
  for (const start of starts) start();
  const run = async () => {
    await sleep(load.warm * 1000);
    const from = performance.now();
    recording = true;
    await sleep(load.seconds * 1000);
    recording = false;
    stopped = true;
    return (performance.now() - from) / 1000;
  };
  const seconds = await Promise.race([run(), lost]);
  return reportOf(latency, errors, seconds);
}

/** What each connection asks, by its index. */
function requestsOf(load: Load): (index: number) => Requests {
  const run = `${Date.now().toString(36)}-${process.pid}`; // What one run creates is not in the way of the next.
  switch (load.mode) {
    case "set": {
      const tape = setTape(load, xorshift());
      return (index) => tape.play(Math.floor((index * tape.length) / load.connections));
    }
    case "churn":
      return (index) => churnTape(load, `${run}-${index}`).play(0);
    case "grow":
      return (index) => growing(load, `${run}-${index}`);
    case "ping": {
      const tape = pingTape(load);
      return () => tape.play(0);
    }
  }
}

/** The same keys in the same order in every run, so that both servers of a comparison get the same requests. */
function xorshift(): () => number {
  let state = 88_172_645;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

function reportOf(
  { read, write }: { readonly read: Histogram; readonly write: Histogram },
  errors: ReadonlyMap<number, number>,
  seconds: number,
) {
  const rate = (count: number) => Math.round(count / seconds);
  return {
    ops_per_s: rate(read.count + write.count),
    reads_per_s: rate(read.count),
    writes_per_s: rate(write.count),
    errors: [...errors.values()].reduce((sum, count) => sum + count, 0),
    errors_by_name: Object.fromEntries([...errors].map(([err, count]) => [nameOfError(err), count])),
    read_us: percentilesOf(read),
    write_us: percentilesOf(write),
  };
}

function percentilesOf(histogram: Histogram) {
  return {
    p50: Math.round(histogram.percentileUs(0.5)),
    p99: Math.round(histogram.percentileUs(0.99)),
    p999: Math.round(histogram.percentileUs(0.999)),
  };
}

function expectOnly(allowed: number, errors: ReadonlyMap<number, number>, path: string): void {
  for (const err of errors.values()) {
    if (err !== allowed) throw new Error(`cannot prepare the znodes below ${path}: ${nameOfError(err)}`);
  }
}

function addressOf({ hosts }: Load, index: number): Address {
  return hosts[index % hosts.length] as Address;
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
