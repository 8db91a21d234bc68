/** Every request a client can send, well formed or not, and how to read what comes back. */

import { type In, Out, type Text } from "./jute.ts";

export interface Request<T = undefined> {
  readonly type: number;
  readonly body: Buffer;
  readonly read: (input: In) => T;
  /** Whether an error reply of this operation may carry a body, which is otherwise forbidden. */
  readonly bodyOnError?: boolean;
}

export interface Acl {
  readonly perms: number;
  readonly scheme: Text;
  readonly id: Text;
}

export interface Stat {
  readonly czxid: bigint;
  readonly mzxid: bigint;
  readonly ctime: bigint;
  readonly mtime: bigint;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ephemeralOwner: bigint;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly pzxid: bigint;
}

export const READ = 1;
export const WRITE = 2;
export const CREATE = 4;
export const DELETE = 8;
export const ADMIN = 16;
export const ALL = 31;

export const anyone = (perms: number): Acl => ({ perms, scheme: "world", id: "anyone" });
export const OPEN: readonly Acl[] = [anyone(ALL)];

/** Opcodes by the name the protocol gives them. */
export const OP = {
  createSession: -10,
  closeSession: -11,
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getAcl: 6,
  setAcl: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  deleteContainer: 20,
  createTtl: 21,
  multiRead: 22,
  auth: 100,
  setWatches: 101,
  sasl: 102,
  getEphemerals: 103,
  getAllChildrenNumber: 104,
  setWatches2: 105,
  addWatch: 106,
  whoAmI: 107,
} as const;

/** Values of a create's `flags`. */
export const FLAGS = {
  persistent: 0,
  ephemeral: 1,
  sequential: 2,
  ephemeralSequential: 3,
  container: 4,
  ttl: 5,
  ttlSequential: 6,
} as const;

const nothing = (): undefined => undefined;

export interface CreateOptions {
  readonly data?: string | Buffer | null;
  readonly acl?: readonly Acl[] | null;
  readonly flags?: number;
}

export function create(path: Text, options: CreateOptions = {}): Request<{ path: string }> {
  return {
    type: OP.create,
    body: createBody(path, options),
    read: (input) => ({ path: input.string() }),
  };
}

export function create2(path: Text, options: CreateOptions = {}): Request<{ path: string; stat: Stat }> {
  return { type: OP.create2, body: createBody(path, options), read: readPathAndStat };
}

export function createContainer(path: Text, options: CreateOptions = {}): Request<{ path: string; stat: Stat }> {
  return {
    type: OP.createContainer,
    body: createBody(path, { flags: FLAGS.container, ...options }),
    read: readPathAndStat,
  };
}

export function createTtl(path: Text, ttl: bigint, options: CreateOptions = {}): Request<{ path: string; stat: Stat }> {
  const body = new Out()
    .raw(createBody(path, { flags: FLAGS.ttl, ...options }))
    .long(ttl)
    .done();
  return { type: OP.createTtl, body, read: readPathAndStat };
}

export function remove(path: Text, version = -1): Request {
  return { type: OP.delete, body: new Out().string(path).int(version).done(), read: nothing };
}

/** The server's own request for an empty container, as 3.9 encodes it. No client sends it. */
export function deleteContainer(path: string): Request {
  return { type: OP.deleteContainer, body: new Out().string(path).done(), read: nothing };
}

export function exists(path: Text, watch = false): Request<Stat> {
  return { type: OP.exists, body: new Out().string(path).bool(watch).done(), read: readStat };
}

export function getData(path: Text, watch = false): Request<{ data: string | null; stat: Stat }> {
  return { type: OP.getData, body: new Out().string(path).bool(watch).done(), read: readDataAndStat };
}

export function setData(path: Text, data: string | Buffer | null, version = -1): Request<Stat> {
  return { type: OP.setData, body: new Out().string(path).buffer(bytes(data)).int(version).done(), read: readStat };
}

export function getAcl(path: Text): Request<{ acl: string[]; stat: Stat }> {
  return {
    type: OP.getAcl,
    body: new Out().string(path).done(),
    read: (input) => ({ acl: input.vector(readAcl), stat: readStat(input) }),
  };
}

export function setAcl(path: Text, acl: readonly Acl[] | null, version = -1): Request<Stat> {
  return { type: OP.setAcl, body: writeAcl(new Out().string(path), acl).int(version).done(), read: readStat };
}

export function getChildren(path: Text, watch = false): Request<string[]> {
  return { type: OP.getChildren, body: new Out().string(path).bool(watch).done(), read: readSorted };
}

export function getChildren2(path: Text, watch = false): Request<{ children: string[]; stat: Stat }> {
  return {
    type: OP.getChildren2,
    body: new Out().string(path).bool(watch).done(),
    read: (input) => ({ children: readSorted(input), stat: readStat(input) }),
  };
}

export function getAllChildrenNumber(path: Text): Request<number> {
  return { type: OP.getAllChildrenNumber, body: new Out().string(path).done(), read: (input) => input.int() };
}

export function getEphemerals(prefix: Text): Request<string[]> {
  return { type: OP.getEphemerals, body: new Out().string(prefix).done(), read: readSorted };
}

/** The path comes back as it was sent, null included. */
export function sync(path: Text): Request<string | null> {
  return {
    type: OP.sync,
    body: new Out().string(path).done(),
    read: (input) => input.buffer()?.toString("utf8") ?? null,
  };
}

export function check(path: Text, version = -1): Request {
  return { type: OP.check, body: new Out().string(path).int(version).done(), read: nothing };
}

export const ping: Request = { type: OP.ping, body: Buffer.alloc(0), read: nothing };
export const closeSession: Request = { type: OP.closeSession, body: Buffer.alloc(0), read: nothing };

/** Identities as `scheme:user`, sorted, because their order is not specified. */
export const whoAmI: Request<string[]> = {
  type: OP.whoAmI,
  body: Buffer.alloc(0),
  read: (input) => input.vector((each) => `${each.string()}:${each.string()}`).sort(),
};

export function auth(scheme: Text, credentials: string | Buffer | null): Request {
  return { type: OP.auth, body: new Out().int(0).string(scheme).buffer(bytes(credentials)).done(), read: nothing };
}

export function sasl(token: Buffer | null): Request<Buffer | null> {
  return {
    type: OP.sasl,
    body: new Out().buffer(token).done(),
    read: (input) => input.buffer(),
    bodyOnError: true,
  };
}

export function reconfig(
  change: { joining?: Text; leaving?: Text; members?: Text; from?: bigint } = {},
): Request<{ data: string | null; stat: Stat }> {
  const body = new Out()
    .string(change.joining ?? null)
    .string(change.leaving ?? null)
    .string(change.members ?? null)
    .long(change.from ?? -1n)
    .done();
  return { type: OP.reconfig, body, read: readDataAndStat };
}

export const WATCH_MODE = { persistent: 0, recursive: 1 } as const;

export function addWatch(path: Text, mode: number): Request<number> {
  return { type: OP.addWatch, body: new Out().string(path).int(mode).done(), read: (input) => input.int() };
}

export const WATCHER = { children: 1, data: 2, any: 3, persistent: 4, recursive: 5 } as const;

export function checkWatches(path: Text, type: number): Request {
  return { type: OP.checkWatches, body: new Out().string(path).int(type).done(), read: nothing };
}

export function removeWatches(path: Text, type: number): Request {
  return { type: OP.removeWatches, body: new Out().string(path).int(type).done(), read: nothing };
}

export interface WatchLists {
  readonly data?: readonly Text[] | null;
  readonly exist?: readonly Text[] | null;
  readonly child?: readonly Text[] | null;
  readonly persistent?: readonly Text[] | null;
  readonly recursive?: readonly Text[] | null;
}

export function setWatches(since: bigint, lists: WatchLists): Request {
  const out = new Out().long(since);
  for (const list of [lists.data, lists.exist, lists.child]) writeTexts(out, list);
  return { type: OP.setWatches, body: out.done(), read: nothing };
}

export function setWatches2(since: bigint, lists: WatchLists): Request {
  const out = new Out().long(since);
  for (const list of [lists.data, lists.exist, lists.child, lists.persistent, lists.recursive]) writeTexts(out, list);
  return { type: OP.setWatches2, body: out.done(), read: nothing };
}

/** One result of a multi or multiRead; the fields that its type carries are set. */
export interface Slot {
  readonly type: number;
  readonly err: string;
  readonly path?: string;
  readonly stat?: Stat;
  readonly data?: string | null;
  readonly children?: string[];
}

const MULTI_END = new Out().int(-1).bool(true).int(-1).done();

export function multi(operations: readonly Request<unknown>[]): Request<Slot[]> {
  return { type: OP.multi, body: Buffer.concat([multiBody(operations), MULTI_END]), read: readSlots };
}

export function multiRead(operations: readonly Request<unknown>[]): Request<Slot[]> {
  return {
    type: OP.multiRead,
    body: Buffer.concat([multiBody(operations), MULTI_END]),
    read: readSlots,
    bodyOnError: true,
  };
}

/** The operations of a multi without the terminator that a whole request ends with. */
export function multiBody(operations: readonly Request<unknown>[]): Buffer {
  return Buffer.concat(operations.map(({ type, body }) => new Out().int(type).bool(false).int(-1).raw(body).done()));
}

/** A request whose body is not what its opcode asks for. */
export function malformed(type: number, body: Buffer | string = Buffer.alloc(0)): Request<Buffer> {
  return {
    type,
    body: typeof body === "string" ? Buffer.from(body, "hex") : body,
    read: (input) => input.rest(),
    bodyOnError: true,
  };
}

function readStat(input: In): Stat {
  return {
    czxid: input.long(),
    mzxid: input.long(),
    ctime: input.long(),
    mtime: input.long(),
    version: input.int(),
    cversion: input.int(),
    aversion: input.int(),
    ephemeralOwner: input.long(),
    dataLength: input.int(),
    numChildren: input.int(),
    pzxid: input.long(),
  };
}

const ERRORS: Readonly<Record<number, string>> = {
  0: "OK",
  [-2]: "RUNTIMEINCONSISTENCY",
  [-5]: "MARSHALLINGERROR",
  [-6]: "UNIMPLEMENTED",
  [-8]: "BADARGUMENTS",
  [-13]: "NEWCONFIGNOQUORUM",
  [-14]: "RECONFIGINPROGRESS",
  [-101]: "NONODE",
  [-102]: "NOAUTH",
  [-103]: "BADVERSION",
  [-108]: "NOCHILDRENFOREPHEMERALS",
  [-110]: "NODEEXISTS",
  [-111]: "NOTEMPTY",
  [-112]: "SESSIONEXPIRED",
  [-114]: "INVALIDACL",
  [-115]: "AUTHFAILED",
  [-118]: "SESSIONMOVED",
  [-119]: "NOTREADONLY",
  [-120]: "EPHEMERALONLOCALSESSION",
  [-121]: "NOWATCHER",
  [-123]: "RECONFIGDISABLED",
  [-124]: "SESSIONCLOSEDREQUIRESASLAUTH",
  [-125]: "QUOTAEXCEEDED",
  [-127]: "THROTTLEDOP",
};

/** The protocol's name of an error code, so that a failed expectation can be read. */
export function errorName(code: number): string {
  return ERRORS[code] ?? `code ${code}`;
}

function createBody(path: Text, { data = "", acl = OPEN, flags = 0 }: CreateOptions): Buffer {
  return writeAcl(new Out().string(path).buffer(bytes(data)), acl)
    .int(flags)
    .done();
}

function bytes(data: string | Buffer | null): Buffer | null {
  return typeof data === "string" ? Buffer.from(data, "utf8") : data;
}

function writeAcl(out: Out, acl: readonly Acl[] | null): Out {
  return out.vector(acl, (each, { perms, scheme, id }) => {
    each.int(perms).string(scheme).string(id);
  });
}

function readAcl(input: In): string {
  return `${input.int()}:${input.string()}:${input.string()}`;
}

function writeTexts(out: Out, list: readonly Text[] | null | undefined): void {
  out.vector(list === undefined ? [] : list, (each, text) => {
    each.string(text);
  });
}

/** Children and ephemerals come in no particular order. */
function readSorted(input: In): string[] {
  return input.vector((each) => each.string()).sort();
}

function readPathAndStat(input: In): { path: string; stat: Stat } {
  return { path: input.string(), stat: readStat(input) };
}

function readDataAndStat(input: In): { data: string | null; stat: Stat } {
  return { data: input.buffer()?.toString("utf8") ?? null, stat: readStat(input) };
}

function readSlots(input: In): Slot[] {
  const slots: Slot[] = [];
  for (;;) {
    const type = input.int();
    const done = input.bool();
    const code = input.int();
    if (done) {
      if (type !== -1 || code !== -1) throw new Error(`a multi's terminator is -1 and -1, not ${type} and ${code}`);
      return slots;
    }
    const err = errorName(code);
    if (type === -1) {
      const repeated = input.int();
      if (repeated !== code) throw new Error(`a slot's header says ${code} and its body ${repeated}`);
      slots.push({ type, err });
    } else if (type === OP.create) {
      slots.push({ type, err, path: input.string() });
    } else if (type === OP.create2) {
      slots.push({ type, err, ...readPathAndStat(input) });
    } else if (type === OP.setData) {
      slots.push({ type, err, stat: readStat(input) });
    } else if (type === OP.getData) {
      slots.push({ type, err, ...readDataAndStat(input) });
    } else if (type === OP.getChildren) {
      slots.push({ type, err, children: readSorted(input) });
    } else if (type === OP.delete || type === OP.check) {
      slots.push({ type, err });
    } else {
      throw new Error(`a multi's result cannot have type ${type}`);
    }
  }
}
