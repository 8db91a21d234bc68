/** Records by which watches are set, looked for, dropped, and heard of. Specification §6.3 to §6.5. */
import { type Codec, decodeStrings, encodeStrings } from "../codec.ts";

/** A watch has fired. Comes in a frame of its own, behind a ReplyHeader with xid −1. */
export interface WatcherEvent {
  /** An `EventType`. */
  readonly type: number;
  /** A `KeeperState`; from a server always SyncConnected. */
  readonly state: number;
  readonly path: string;
}

/** Layout: type int, state int, path string. Source: ZooKeeper 3.9, zookeeper.jute, WatcherEvent. */
export const watcherEvent: Codec<WatcherEvent> = {
  encode(out, { type, state, path }) {
    out.int(type);
    out.int(state);
    out.string(path);
  },
  decode(input) {
    return { type: input.int(), state: input.int(), path: input.text() };
  },
};

/** Sets watches again after a reconnect. What changed since `relativeZxid` fires at once. Null lists are refused. */
export interface SetWatches {
  readonly relativeZxid: bigint;
  readonly dataWatches: readonly string[] | null;
  readonly existWatches: readonly string[] | null;
  readonly childWatches: readonly string[] | null;
}

/**
 * Layout: relativeZxid long; dataWatches, existWatches, childWatches vector of string.
 * Source: ZooKeeper 3.9, zookeeper.jute, SetWatches.
 */
export const setWatches: Codec<SetWatches> = {
  encode(out, value) {
    out.long(value.relativeZxid);
    encodeStrings(out, value.dataWatches);
    encodeStrings(out, value.existWatches);
    encodeStrings(out, value.childWatches);
  },
  decode(input) {
    return {
      relativeZxid: input.long(),
      dataWatches: decodeStrings(input),
      existWatches: decodeStrings(input),
      childWatches: decodeStrings(input),
    };
  },
};

/** As SetWatches, and the watches that stay. */
export interface SetWatches2 extends SetWatches {
  readonly persistentWatches: readonly string[] | null;
  readonly persistentRecursiveWatches: readonly string[] | null;
}

/**
 * Layout: as SetWatches, then persistentWatches, persistentRecursiveWatches vector of string.
 * Source: ZooKeeper 3.9, zookeeper.jute, SetWatches2.
 */
export const setWatches2: Codec<SetWatches2> = {
  encode(out, value) {
    out.long(value.relativeZxid);
    encodeStrings(out, value.dataWatches);
    encodeStrings(out, value.existWatches);
    encodeStrings(out, value.childWatches);
    encodeStrings(out, value.persistentWatches);
    encodeStrings(out, value.persistentRecursiveWatches);
  },
  decode(input) {
    return {
      relativeZxid: input.long(),
      dataWatches: decodeStrings(input),
      existWatches: decodeStrings(input),
      childWatches: decodeStrings(input),
      persistentWatches: decodeStrings(input),
      persistentRecursiveWatches: decodeStrings(input),
    };
  },
};

/** Sets a watch that stays. Answered by an ErrorResponse of 0. */
export interface AddWatchRequest {
  readonly path: string | null;
  /** An `AddWatchMode`, or any number a client makes up. */
  readonly mode: number;
}

/** Layout: path string, mode int. Source: ZooKeeper 3.9, zookeeper.jute, AddWatchRequest. */
export const addWatchRequest: Codec<AddWatchRequest> = {
  encode(out, { path, mode }) {
    out.string(path);
    out.int(mode);
  },
  decode(input) {
    return { path: input.string(), mode: input.int() };
  },
};

/** Names watches of this connection at one path: to find out whether there are any, or to drop them. */
export interface WatchesRequest {
  readonly path: string | null;
  /** A `WatcherType`, or any number a client makes up. */
  readonly type: number;
}

/** Layout: path string, type int. Source: ZooKeeper 3.9, zookeeper.jute, CheckWatchesRequest. */
export const checkWatchesRequest: Codec<WatchesRequest> = {
  encode(out, { path, type }) {
    out.string(path);
    out.int(type);
  },
  decode(input) {
    return { path: input.string(), type: input.int() };
  },
};

/**
 * Layout: path string, type int. Source: ZooKeeper 3.9, zookeeper.jute, RemoveWatchesRequest.
 * @alias
 */
export const removeWatchesRequest: Codec<WatchesRequest> = checkWatchesRequest;
