/** What a run leaves behind to be judged: every operation, every session, and every server's tree at the end. */

/** The session of what was read once all was quiet. */
export const AT_THE_END = -1;

/** What was asked. Values are numbers no other operation writes: the operation's own id. */
export type Call =
  | { readonly type: "create"; readonly path: string; readonly value: number }
  | { readonly type: "set"; readonly path: string; readonly value: number; readonly version: number }
  | { readonly type: "delete"; readonly path: string; readonly version: number }
  /** `synced`: a sync on the same connection went right before. */
  | { readonly type: "read"; readonly path: string; readonly synced: boolean }
  /** Adds a child under a name of its own, or under the next number. */
  | { readonly type: "append"; readonly folder: string; readonly name: string; readonly sequential: boolean }
  | { readonly type: "list"; readonly folder: string; readonly synced: boolean }
  /** Both znodes of a pair, in one multi. `refused`: an operation that must fail stands behind the two. */
  | { readonly type: "setPair"; readonly pair: string; readonly value: number; readonly refused: boolean }
  | { readonly type: "readPair"; readonly pair: string; readonly synced: boolean }
  | { readonly type: "createEphemeral"; readonly path: string; readonly value: number }
  | { readonly type: "deleteEphemeral"; readonly path: string };

/** A znode as a read showed it. Zxids are plain numbers: exact below epoch 2²¹, which no run reaches. */
export interface Seen {
  /** The id of the operation whose value it is; −1 if no operation writes such a value. */
  readonly value: number;
  readonly version: number;
  readonly czxid: number;
  readonly mzxid: number;
}

export type Outcome =
  /** Nobody knows whether it happened: the connection went before the reply came, or the reply says as much. */
  | { readonly type: "unknown" }
  /** It did not happen, for this reason. */
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "done" }
  | { readonly type: "created"; readonly name: string; readonly czxid: number }
  | { readonly type: "set"; readonly version: number; readonly mzxid: number }
  | { readonly type: "seen"; readonly znode: Seen | undefined }
  | { readonly type: "listed"; readonly names: readonly string[] }
  | { readonly type: "pairSet"; readonly stats: readonly { readonly version: number; readonly mzxid: number }[] }
  | { readonly type: "pairSeen"; readonly znodes: readonly Seen[] };

export interface Operation {
  readonly id: number;
  /** Index into `sessions`. */
  readonly session: number;
  readonly server: number;
  /** Its place among the requests of its connection, the order in which they left. */
  readonly order: number;
  /** Milliseconds of the run's one monotonic clock: taken before the request left. */
  readonly invoked: number;
  /** Taken after the reply came. Infinity while the outcome is unknown. */
  returned: number;
  /** Of the reply; −1 without one. */
  zxid: number;
  readonly call: Call;
  outcome: Outcome;
}

export type SessionEnd =
  | "live"
  /** The server acknowledged its closing. */
  | "closed"
  /** The client asked to close it and never heard: it is gone now or once its timeout has passed. */
  | "closing"
  /** A server told its client so. */
  | "expired"
  /** Its client went away without a word: it has to expire. */
  | "abandoned";

export interface Session {
  readonly index: number;
  /** Hexadecimal, as servers print it. */
  readonly id: string;
  readonly client: string;
  readonly timeoutMs: number;
  end: SessionEnd;
}

/** A znode as one server has it: every field that clients can see. */
export interface Znode {
  /** Bytes as Latin-1; null data is null. */
  readonly data: string | null;
  readonly acl: string;
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  /** Hexadecimal; "0x0" if it is not an ephemeral. */
  readonly owner: string;
  readonly dataLength: number;
  readonly numChildren: number;
}

/** One server's whole tree, read after a sync while nobody wrote. */
export interface Tree {
  readonly server: number;
  /** Of the sync that went before. */
  readonly zxid: number;
  readonly nodes: Map<string, Znode>;
}

/** What a server's `hash` command printed: zxid → digest. */
export interface Digests {
  readonly server: number;
  readonly byZxid: ReadonlyMap<string, string>;
}

/** What the kazoo clients did to one counter. */
export interface KazooReport {
  readonly acknowledged: number;
  readonly unknown: number;
  /** The counter at the end, undefined if it could not be read. */
  readonly counter: number | undefined;
  readonly problems: readonly string[];
}

export interface Evidence {
  /** In the order of invocation. */
  readonly history: readonly Operation[];
  readonly sessions: readonly Session[];
  readonly trees: readonly Tree[];
  readonly digests: readonly Digests[];
  readonly kazoo: KazooReport | undefined;
  /** Servers that ended without being told to, and what else went wrong beside the clients. */
  readonly incidents: readonly string[];
}

export const CHECKS = [
  "order",
  "sessions",
  "values",
  "linearizable",
  "children",
  "pairs",
  "ephemerals",
  "trees",
  "kazoo",
  "incidents",
] as const;
export type CheckName = (typeof CHECKS)[number];

export interface Violation {
  readonly check: CheckName;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** The operations it rests on, for the reader. */
  readonly operations: readonly Operation[];
  /** A weakness that the target is known for: reported, and no failure. */
  readonly known?: string;
}

/** Whether it could have changed something. */
export function isWrite({ call }: Operation): boolean {
  return call.type !== "read" && call.type !== "list" && call.type !== "readPair";
}

/** Whether a reply came that says what happened. */
export function isAnswered({ outcome }: Operation): boolean {
  return outcome.type !== "unknown";
}

/** "0x" and hex digits, as ZooKeeper prints it. */
export function formatZxid(zxid: number): string {
  return zxid < 0 ? "none" : `0x${zxid.toString(16)}`;
}

/** A line for people: who asked what when, and what came back. */
export function describe(operation: Operation): string {
  const { id, session, server, invoked, returned, zxid, call, outcome } = operation;
  if (session === AT_THE_END) {
    return `at the end at server ${server}: ${describeCall(call)} → ${describeOutcome(outcome)}, zxid ${formatZxid(zxid)}`;
  }
  const until = returned === Infinity ? "?" : (returned / 1000).toFixed(3);
  const when = `${(invoked / 1000).toFixed(3)}–${until} s`;
  return `#${id} ${when} session ${session} at server ${server}: ${describeCall(call)} → ${describeOutcome(outcome)}, zxid ${formatZxid(zxid)}`;
}

function describeCall(call: Call): string {
  switch (call.type) {
    case "create":
    case "createEphemeral":
      return `${call.type} ${call.path} = ${call.value}`;
    case "set":
      return `set ${call.path} = ${call.value} if version ${call.version}`;
    case "delete":
      return `delete ${call.path} if version ${call.version}`;
    case "deleteEphemeral":
      return `delete ${call.path}`;
    case "read":
      return `${call.synced ? "sync, " : ""}read ${call.path}`;
    case "append":
      return `create ${call.folder}/${call.name}${call.sequential ? " sequential" : ""}`;
    case "list":
      return `${call.synced ? "sync, " : ""}list ${call.folder}`;
    case "setPair":
      return `multi set ${call.pair} = ${call.value}${call.refused ? " and a check that fails" : ""}`;
    case "readPair":
      return `${call.synced ? "sync, " : ""}multiRead ${call.pair}`;
  }
}

function describeOutcome(outcome: Outcome): string {
  switch (outcome.type) {
    case "unknown":
    case "done":
      return outcome.type;
    case "refused":
      return outcome.error;
    case "created":
      return `created ${outcome.name}`;
    case "set":
      return `version ${outcome.version}`;
    case "seen":
      return outcome.znode === undefined ? "absent" : describeSeen(outcome.znode);
    case "listed":
      return `${outcome.names.length} children`;
    case "pairSet":
      return `versions ${outcome.stats.map(({ version }) => version).join(", ")}`;
    case "pairSeen":
      return outcome.znodes.map(describeSeen).join(" and ");
  }
}

function describeSeen({ value, version, mzxid }: Seen): string {
  return `${value} version ${version} mzxid ${formatZxid(mzxid)}`;
}
