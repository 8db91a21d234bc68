/**
 * The numbers of the protocol. Names are ZooKeeper's own, so that a search for one finds its documentation too.
 *
 * Source: client-protocol specification §3.1, §4.1, §4.3, §6, §8.1, §9; ZooKeeper 3.9, ZooDefs, KeeperException.Code.
 */

/** What a request asks for: `RequestHeader.type`, and the types inside a multi. */
export const OpCode = {
  closeSession: -11,
  /** Between servers only. */
  createSession: -10,
  /** Only in the results of a failed multi, and as its terminator. */
  error: -1,
  notification: 0,
  create: 1,
  delete: 2,
  exists: 3,
  getData: 4,
  setData: 5,
  getACL: 6,
  setACL: 7,
  getChildren: 8,
  sync: 9,
  ping: 11,
  getChildren2: 12,
  /** Only inside a multi. */
  check: 13,
  multi: 14,
  create2: 15,
  reconfig: 16,
  checkWatches: 17,
  removeWatches: 18,
  createContainer: 19,
  /** Between servers only. */
  deleteContainer: 20,
  createTTL: 21,
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
export type OpCode = (typeof OpCode)[keyof typeof OpCode];

/** What a reply says went wrong: `ReplyHeader.err`. Those a server never sends are here for clients. */
export const ErrorCode = {
  OK: 0,
  SYSTEMERROR: -1,
  /** A slot of a failed multi that comes after the operation that failed. */
  RUNTIMEINCONSISTENCY: -2,
  DATAINCONSISTENCY: -3,
  /** Made by clients: the request may have been applied or not. */
  CONNECTIONLOSS: -4,
  MARSHALLINGERROR: -5,
  UNIMPLEMENTED: -6,
  /** Made by clients. */
  OPERATIONTIMEOUT: -7,
  BADARGUMENTS: -8,
  /** Made by the C client. */
  INVALIDSTATE: -9,
  UNKNOWNSESSION: -12,
  NEWCONFIGNOQUORUM: -13,
  RECONFIGINPROGRESS: -14,
  /** Made by the C client. */
  SSLCONNECTIONERROR: -15,
  APIERROR: -100,
  NONODE: -101,
  NOAUTH: -102,
  BADVERSION: -103,
  NOCHILDRENFOREPHEMERALS: -108,
  NODEEXISTS: -110,
  NOTEMPTY: -111,
  SESSIONEXPIRED: -112,
  /** Made by clients. */
  INVALIDCALLBACK: -113,
  INVALIDACL: -114,
  AUTHFAILED: -115,
  /** Made by the C client. */
  CLOSING: -116,
  /** Made by the C client. */
  NOTHING: -117,
  /** Never on the wire: the server closes the connection instead. */
  SESSIONMOVED: -118,
  NOTREADONLY: -119,
  EPHEMERALONLOCALSESSION: -120,
  NOWATCHER: -121,
  /** Made by clients. */
  REQUESTTIMEOUT: -122,
  RECONFIGDISABLED: -123,
  SESSIONCLOSEDREQUIRESASLAUTH: -124,
  QUOTAEXCEEDED: -125,
  THROTTLEDOP: -127,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];
export type ErrorName = keyof typeof ErrorCode;

const errorNames: ReadonlyMap<number, ErrorName> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [code, name as ErrorName]),
);

/** The name of an error code, undefined for a number that is none. */
export function errorName(code: number): ErrorName | undefined {
  return errorNames.get(code);
}

const opNames: ReadonlyMap<number, keyof typeof OpCode> = new Map(
  Object.entries(OpCode).map(([name, code]) => [code, name as keyof typeof OpCode]),
);

/** The name of an opcode, undefined for a number that is none. */
export function opName(op: number): keyof typeof OpCode | undefined {
  return opNames.get(op);
}

/** The xids with a meaning. All others are positive, ascend from 1 and go from 2³¹ − 1 back to 1. */
export const Xid = {
  notification: -1,
  ping: -2,
  auth: -4,
  setWatches: -8,
} as const;
export type Xid = (typeof Xid)[keyof typeof Xid];

/** What happened to a watched znode. A server sends 1 to 4; the others are made by clients. */
export const EventType = {
  None: -1,
  NodeCreated: 1,
  NodeDeleted: 2,
  NodeDataChanged: 3,
  NodeChildrenChanged: 4,
  DataWatchRemoved: 5,
  ChildWatchRemoved: 6,
  PersistentWatchRemoved: 7,
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

/** The state of a session in an event. A server only ever sends `SyncConnected`. */
export const KeeperState = {
  Expired: -112,
  Disconnected: 0,
  NoSyncConnected: 1,
  SyncConnected: 3,
  AuthFailed: 4,
  ConnectedReadOnly: 5,
  SaslAuthenticated: 6,
  Closed: 7,
} as const;
export type KeeperState = (typeof KeeperState)[keyof typeof KeeperState];

/** `CreateRequest.flags`. Not bits: a number from this list. */
export const CreateFlag = {
  PERSISTENT: 0,
  EPHEMERAL: 1,
  PERSISTENT_SEQUENTIAL: 2,
  EPHEMERAL_SEQUENTIAL: 3,
  CONTAINER: 4,
  PERSISTENT_WITH_TTL: 5,
  PERSISTENT_SEQUENTIAL_WITH_TTL: 6,
} as const;
export type CreateFlag = (typeof CreateFlag)[keyof typeof CreateFlag];

/** What a create flag asks for. */
export interface CreateMode {
  readonly kind: "persistent" | "ephemeral" | "container" | "ttl";
  readonly sequential: boolean;
}

const createModes: readonly CreateMode[] = [
  { kind: "persistent", sequential: false },
  { kind: "ephemeral", sequential: false },
  { kind: "persistent", sequential: true },
  { kind: "ephemeral", sequential: true },
  { kind: "container", sequential: false },
  { kind: "ttl", sequential: false },
  { kind: "ttl", sequential: true },
];

/** The mode of a create flag, undefined for a number that is none. */
export function createMode(flags: number): CreateMode | undefined {
  return createModes[flags];
}

/** The bits of `Acl.perms`. Others are stored and mean nothing. */
export const Permission = {
  READ: 1,
  WRITE: 2,
  CREATE: 4,
  DELETE: 8,
  ADMIN: 16,
  ALL: 31,
} as const;
export type Permission = (typeof Permission)[keyof typeof Permission];

/** Which watches checkWatches and removeWatches mean. */
export const WatcherType = {
  Children: 1,
  Data: 2,
  Any: 3,
  Persistent: 4,
  PersistentRecursive: 5,
} as const;
export type WatcherType = (typeof WatcherType)[keyof typeof WatcherType];

/** How far a watch set by addWatch reaches. */
export const AddWatchMode = {
  persistent: 0,
  persistentRecursive: 1,
} as const;
export type AddWatchMode = (typeof AddWatchMode)[keyof typeof AddWatchMode];
