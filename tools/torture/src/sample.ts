/**
 * A made-up history of a server without faults, with sessions at the same time, operations without a reply, and the
 * trees it leaves behind. All checks must pass on it; spoiled, it is what the checks are checked with.
 */
import { Chance } from "./chance.ts";
import { pairPaths } from "./checks/pairs.ts";
import type { Call, Evidence, Operation, Outcome, Seen, Session, Tree, Znode } from "./evidence.ts";
import { formatValue } from "./values.ts";

const SESSIONS = 6;
const SERVERS = [1, 2, 3];
const REGISTERS = ["/torture/registers/0", "/torture/registers/1"];
const PAIR = "/torture/pairs/0{a,b}";
const FOLDER = "/torture/children/0";

/** @param operations - How many the sessions ask for. */
export function soundEvidence(seed: number, operations = 400): Evidence {
  const chance = new Chance(seed);
  const store = new Store();
  const sessions: Session[] = Array.from({ length: SESSIONS }, (_, index) => ({
    index,
    id: `0x1000${index}`,
    client: `client ${index}`,
    timeoutMs: 4000,
    end: index === 0 ? "closed" : index === 1 ? "abandoned" : "live",
  }));
  const history: Operation[] = [];
  const open = new Map<number, { readonly operation: Operation; applied: Outcome | undefined }>();
  let now = 0;
  while (history.length < operations || open.size > 0) {
    now += 1;
    const session = chance.below(SESSIONS);
    const current = open.get(session);
    if (current === undefined) {
      if (history.length >= operations) continue;
      const id = history.length;
      const operation: Operation = {
        id,
        session,
        server: chance.one(SERVERS),
        order: id,
        invoked: now,
        returned: Infinity,
        zxid: -1,
        call: someCall(chance, id, store),
        outcome: { type: "unknown" },
      };
      history.push(operation);
      open.set(session, { operation, applied: undefined });
    } else if (current.applied === undefined) {
      if (chance.happens(0.03)) {
        open.delete(session);
        continue;
      }
      current.applied = store.apply(current.operation, sessions[session] as Session);
    } else {
      open.delete(session);
      if (chance.happens(0.03)) {
        current.operation.zxid = -1;
        continue;
      }
      current.operation.outcome = current.applied;
      current.operation.returned = now;
    }
  }
  for (const { id, end } of sessions) if (end !== "live") store.expire(id);
  return {
    history,
    sessions,
    trees: SERVERS.map((server): Tree => ({ server, zxid: store.zxid, nodes: new Map(store.nodes) })),
    digests: SERVERS.map((server) => ({ server, byZxid: new Map([["80", "123"]]) })),
    kazoo: { acknowledged: 10, unknown: 1, counter: 11, problems: [] },
    incidents: [],
  };
}

function someCall(chance: Chance, id: number, store: Store): Call {
  const path = chance.one(REGISTERS);
  const synced = chance.happens(0.5);
  const version = chance.happens(0.5) ? -1 : (store.nodes.get(path)?.version ?? 0);
  switch (chance.below(12)) {
    case 0:
      return { type: "create", path, value: id };
    case 1:
    case 2:
    case 3:
      return { type: "set", path, value: id, version };
    case 4:
      return chance.happens(0.2) ? { type: "delete", path, version } : { type: "read", path, synced: true };
    case 5:
    case 6:
      return { type: "read", path, synced };
    case 7: {
      const sequential = chance.happens(0.5);
      return { type: "append", folder: FOLDER, name: sequential ? `s${id}-` : `n${id}`, sequential };
    }
    case 8:
      return { type: "list", folder: FOLDER, synced };
    case 9:
      if (!store.nodes.has(pairPaths(PAIR)[0])) return { type: "create", path: PAIR, value: id };
      return { type: "setPair", pair: PAIR, value: id, refused: chance.happens(0.2) };
    case 10:
      return { type: "readPair", pair: PAIR, synced };
    default:
      return { type: "createEphemeral", path: `/torture/live/${id}`, value: id };
  }
}

/** One server that answers everything at once. */
class Store {
  readonly nodes = new Map<string, Znode>();
  zxid = 0x1_0000_0000;
  #appended = 0;

  apply(operation: Operation, session: Session): Outcome {
    const { call } = operation;
    const reads = call.type === "read" || call.type === "list" || call.type === "readPair";
    if (!reads) this.zxid += 1;
    operation.zxid = this.zxid;
    return this.#outcome(call, session);
  }

  expire(owner: string): void {
    this.zxid += 1;
    for (const [path, node] of this.nodes) if (node.owner === owner) this.nodes.delete(path);
  }

  #outcome(call: Call, session: Session): Outcome {
    switch (call.type) {
      case "create": {
        const paths = call.path.includes("{") ? pairPaths(call.path) : [call.path];
        if (paths.some((path) => this.nodes.has(path))) return { type: "refused", error: "NODEEXISTS" };
        for (const path of paths) this.#create(path, call.value, "0x0");
        return { type: "created", name: call.path, czxid: this.zxid };
      }
      case "set": {
        const error = this.#refusal(call.path, call.version);
        if (error !== undefined) return { type: "refused", error };
        return { type: "set", ...this.#set(call.path, call.value) };
      }
      case "delete": {
        const error = this.#refusal(call.path, call.version);
        if (error !== undefined) return { type: "refused", error };
        this.nodes.delete(call.path);
        return { type: "done" };
      }
      case "read":
        return { type: "seen", znode: this.#seen(call.path) };
      case "append": {
        const name = call.sequential ? `${call.name}${String(this.#appended).padStart(10, "0")}` : call.name;
        this.#appended += 1;
        this.#create(`${call.folder}/${name}`, 0, "0x0");
        return { type: "created", name, czxid: this.zxid };
      }
      case "list": {
        const prefix = `${call.folder}/`;
        const paths = [...this.nodes.keys()].filter((path) => path.startsWith(prefix));
        return { type: "listed", names: paths.map((path) => path.slice(prefix.length)) };
      }
      case "setPair": {
        const paths = pairPaths(call.pair);
        const error = this.#refusal(paths[0], -1);
        if (error !== undefined || call.refused) return { type: "refused", error: error ?? "BADVERSION" };
        return { type: "pairSet", stats: paths.map((path) => this.#set(path, call.value)) };
      }
      case "readPair": {
        const znodes = pairPaths(call.pair).map((path) => this.#seen(path));
        const there = znodes.filter((znode) => znode !== undefined);
        return there.length === 0 ? { type: "seen", znode: undefined } : { type: "pairSeen", znodes: there };
      }
      case "createEphemeral":
        this.#create(call.path, call.value, session.id);
        return { type: "created", name: call.path, czxid: this.zxid };
      case "deleteEphemeral":
        return { type: "done" };
    }
  }

  #refusal(path: string, version: number): string | undefined {
    const node = this.nodes.get(path);
    if (node === undefined) return "NONODE";
    return version === -1 || version === node.version ? undefined : "BADVERSION";
  }

  #create(path: string, value: number, owner: string): void {
    const data = formatValue(value, 3);
    const zxids = { czxid: this.zxid, mzxid: this.zxid, pzxid: this.zxid };
    const versions = { version: 0, cversion: 0, aversion: 0 };
    const rest = { acl: "31:world:anyone", ctime: 1, mtime: 1, dataLength: data.length, numChildren: 0 };
    this.nodes.set(path, { data, owner, ...zxids, ...versions, ...rest });
  }

  #set(path: string, value: number): { readonly version: number; readonly mzxid: number } {
    const node = this.nodes.get(path) as Znode;
    const changed = { ...node, data: formatValue(value, 3), version: node.version + 1, mzxid: this.zxid };
    this.nodes.set(path, changed);
    return changed;
  }

  #seen(path: string): Seen | undefined {
    const node = this.nodes.get(path);
    if (node === undefined) return undefined;
    const { version, czxid, mzxid } = node;
    return { value: Number(node.data?.split(":")[0]), version, czxid, mzxid };
  }
}
