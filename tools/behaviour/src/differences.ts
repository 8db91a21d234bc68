/**
 * Where Rookery and Apache ZooKeeper 3.9.5 part, and why: the one place, from which DIFFERENCES.md is made.
 * A test that meets a difference states both sides with {@link differs}, so both are checked.
 */

import { TARGET } from "./server.ts";

export interface Difference {
  /** What ZooKeeper 3.9.5 does. */
  readonly zookeeper: string;
  readonly rookery: string;
  readonly why: string;
  /** Why no test shows it, where none can. */
  readonly untested?: string;
}

export const DIFFERENCES = {
  H8: {
    zookeeper: "closes the connection that has the session, then refuses the newcomer",
    rookery: "refuses the newcomer and leaves the connection alone",
    why: "otherwise whoever guesses a session id can cut its owner off without knowing the password",
  },
  F11: {
    zookeeper: "may answer requests pipelined behind closeSession with SESSIONEXPIRED before it closes the connection",
    rookery: "answers nothing after the reply to closeSession",
    why: "whether ZooKeeper answers is a race between its threads; no client waits for it",
  },
  C16: {
    zookeeper: "dies of a createTTL with another kind's flags and a negative ttl, and cannot start again",
    rookery: "answers BADARGUMENTS",
    why: "one request of one client must not end the service",
  },
  S6: {
    zookeeper: "lets super overwrite /zookeeper/config on a standalone server",
    rookery: "refuses",
    why: "the znode tells the ensemble's members; only a reconfiguration changes them",
  },
  R4: {
    zookeeper: "takes the empty path for the root in reads",
    rookery: "may refuse it",
    why: "no client sends it, and nothing says it is a path",
  },
  epoch: {
    zookeeper: "standalone, begins with zxid 1 and goes on counting after a restart, all in epoch 0",
    rookery:
      "opens an epoch at each start: the first zxid of a fresh server is 0x100000001, and a restart goes on at 0x200000000",
    why: "a server alone is an ensemble of one and takes the same path; clients rely on the order of zxids only",
  },
  deleteContainer: {
    zookeeper: "executes opcode 20 from any client: it deletes any empty znode, whatever its ACL",
    rookery: "answers UNIMPLEMENTED and closes the connection",
    why: "it is a request of the server to itself, without a permission check",
  },
  createSession: {
    zookeeper: "answers opcode -10 from a client with another ConnectResponse",
    rookery: "answers UNIMPLEMENTED and closes the connection",
    why: "it is a request of the server to itself",
  },
  "M-ttl": {
    zookeeper: "makes a plain create of a createTTL with another kind's flags inside a multi",
    rookery: "may refuse it as it does outside",
    why: "the flags and the opcode contradict each other",
  },
  undecodable: {
    zookeeper: "gives a zxid to a multi it cannot decode, and to no other undecodable write",
    rookery: "may or may not give one",
    why: "nothing depends on it: zxids only have to grow",
  },
  A6: {
    zookeeper: "answers auth when it reads it, ahead of requests that were sent before",
    rookery: "answers auth in its turn",
    why: "kazoo takes an auth reply for that of its oldest request; every client copes with replies in order",
  },
  "root-quota": {
    zookeeper: "stops serving for good when /zookeeper/quota/zookeeper_limits is created",
    rookery: "refuses to create it",
    why: "one request of one client must not end the service",
  },
  whitelist: {
    zookeeper: "answers srvr alone unless 4lw.commands.whitelist says otherwise",
    rookery: "answers srvr, ruok, mntr and isro",
    why: "health checks, monitoring and clients in search of a full server need them, and they tell no secrets",
  },
  hash: {
    zookeeper: "lists a digest of the tree for every 128th zxid",
    rookery: "may list none",
    why: "the digest is of ZooKeeper's own structures and can be compared with nothing else",
  },
  ttlRestart: {
    zookeeper: "deletes all TTL znodes when it starts without extendedTypesEnabled",
    rookery: "keeps them, and makes no new ones",
    why: "leaving out a setting must not delete data",
  },
  envi: {
    zookeeper: "names the memory in envi os.memory.free, os.memory.max and os.memory.total",
    rookery: "names it jvm.memory.*, as ZooKeeper's development branch does",
    why: "it is the memory of the process and not of the machine",
  },
  operationCounts: {
    zookeeper: "has no zk_op_count_* in mntr",
    rookery: "has them, as ZooKeeper's development branch does",
    why: "they are what one wants to know of a server",
  },
  sequence: {
    zookeeper: "sticks at 2147483647: later sequential creates with the same prefix are NODEEXISTS",
    rookery: "goes on with -2147483648, as ZooKeeper's documentation says",
    why: "a counter that sticks ends every lock and queue under that parent",
    untested: "it takes 2^31 creates under one parent",
  },
  extendedTypes: {
    zookeeper: "has TTL znodes only if extendedTypesEnabled is set",
    rookery: "has them unless it is set to false",
    why: "the setting guards ZooKeeper's snapshots against older versions of itself; Rookery has none to guard against",
    untested: "a default of the configuration; every configuration of this suite sets it",
  },
  bounds: {
    zookeeper:
      "answers a multiRead of any size, and keeps any number of watches, identities and ACL bytes a connection",
    rookery:
      "answers THROTTLEDOP to the reads of a multiRead beyond 32 MiB, closes a connection above 1,048,576 watches, fails the auth above 256 identities and answers INVALIDACL above 1 MiB of ACL",
    why: "one frame of one client must not take all memory",
    untested: "unit tests of the packages reach the bounds; ZooKeeper has none to reach",
  },
  "disk-full": {
    zookeeper: "stops when its disk is full",
    rookery: "answers writes with SYSTEMERROR, done nothing, while room is short; reads and sessions go on",
    why: "an operator can make room without losing the service",
    untested: "shown by the tests of the storage engine and of the member, on a small file system of their own",
  },
} as const satisfies Record<string, Difference>;

export type DifferenceId = keyof typeof DIFFERENCES;

/** What to expect of the server under test where the two differ. */
export function differs<Z, R>(_id: DifferenceId, expected: { readonly zookeeper: Z; readonly rookery: R }): Z | R {
  return expected[TARGET];
}

/** DIFFERENCES.md, made of the table. */
export function renderDifferences(): string {
  const sections = Object.entries<Difference>(DIFFERENCES).map(([id, { zookeeper, rookery, why, untested }]) =>
    [
      `## ${id}`,
      "",
      `- **ZooKeeper** ${zookeeper}.`,
      `- **Rookery** ${rookery}.`,
      `- Why: ${why}.`,
      ...(untested === undefined ? [] : [`- Not shown by a test: ${untested}.`]),
      "",
    ].join("\n"),
  );
  return [
    "# Where Rookery and Apache ZooKeeper 3.9.5 differ",
    "",
    "Seen from a client, on one server. Everything else that the behaviour suite looks at is the same on both.",
    "This file is made from `src/differences.ts`; the headings are the ids that the tests use.",
    "",
    ...sections,
  ].join("\n");
}
