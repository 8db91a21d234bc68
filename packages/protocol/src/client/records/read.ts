/** Requests that only look, and what answers them. Specification §4.8 to §4.11. Nulls are as in `write.ts`. */
import type { Acl } from "../acl.ts";
import { type Codec, decodeStringsOrFail, encodeStrings } from "../codec.ts";
import { acls, type Stat, stat } from "./stat.ts";
import { type StatResponse, setDataResponse } from "./write.ts";

/** Asks about one znode: exists, getData, getChildren and getChildren2. `watch` asks for one notice of a change. */
export interface WatchableRequest {
  readonly path: string | null;
  readonly watch: boolean;
}

/** Layout: path string, watch bool. Source: ZooKeeper 3.9, zookeeper.jute, ExistsRequest. */
export const existsRequest: Codec<WatchableRequest> = {
  encode(out, { path, watch }) {
    out.string(path);
    out.bool(watch);
  },
  decode(input) {
    return { path: input.string(), watch: input.bool() };
  },
};

/**
 * Layout: stat Stat. Source: ZooKeeper 3.9, zookeeper.jute, ExistsResponse.
 * @alias
 */
export const existsResponse: Codec<StatResponse> = setDataResponse;

/**
 * Layout: path string, watch bool. Source: ZooKeeper 3.9, zookeeper.jute, GetDataRequest.
 * @alias
 */
export const getDataRequest: Codec<WatchableRequest> = existsRequest;

export interface GetDataResponse {
  readonly data: Uint8Array | null;
  readonly stat: Stat;
}

/** Layout: data buffer, stat Stat. Source: ZooKeeper 3.9, zookeeper.jute, GetDataResponse. */
export const getDataResponse: Codec<GetDataResponse> = {
  encode(out, value) {
    out.buffer(value.data);
    stat.encode(out, value.stat);
  },
  decode(input) {
    return { data: input.buffer(), stat: stat.decode(input) };
  },
};

/** A path and nothing else: getACL, sync, getAllChildrenNumber. */
export interface PathRequest {
  readonly path: string | null;
}

/** Layout: path string. Source: ZooKeeper 3.9, zookeeper.jute, GetACLRequest. */
export const getACLRequest: Codec<PathRequest> = {
  encode(out, { path }) {
    out.string(path);
  },
  decode(input) {
    return { path: input.string() };
  },
};

export interface GetACLResponse {
  readonly acl: readonly Acl[];
  readonly stat: Stat;
}

/** Layout: acl vector of ACL, stat Stat. Source: ZooKeeper 3.9, zookeeper.jute, GetACLResponse. */
export const getACLResponse: Codec<GetACLResponse> = {
  encode(out, value) {
    acls.encode(out, value.acl);
    stat.encode(out, value.stat);
  },
  decode(input) {
    return { acl: acls.decode(input), stat: stat.decode(input) };
  },
};

/**
 * Layout: path string, watch bool. Source: ZooKeeper 3.9, zookeeper.jute, GetChildrenRequest.
 * @alias
 */
export const getChildrenRequest: Codec<WatchableRequest> = existsRequest;

/**
 * Layout: path string, watch bool. Source: ZooKeeper 3.9, zookeeper.jute, GetChildren2Request.
 * @alias
 */
export const getChildren2Request: Codec<WatchableRequest> = existsRequest;

/** Names, not paths, in no particular order. */
export interface GetChildrenResponse {
  readonly children: readonly string[];
}

/** Layout: children vector of string. Source: ZooKeeper 3.9, zookeeper.jute, GetChildrenResponse. */
export const getChildrenResponse: Codec<GetChildrenResponse> = {
  encode(out, { children }) {
    encodeStrings(out, children);
  },
  decode(input) {
    return { children: decodeStringsOrFail(input) };
  },
};

export interface GetChildren2Response extends GetChildrenResponse {
  readonly stat: Stat;
}

/** Layout: children vector of string, stat Stat. Source: ZooKeeper 3.9, zookeeper.jute, GetChildren2Response. */
export const getChildren2Response: Codec<GetChildren2Response> = {
  encode(out, value) {
    encodeStrings(out, value.children);
    stat.encode(out, value.stat);
  },
  decode(input) {
    return { children: decodeStringsOrFail(input), stat: stat.decode(input) };
  },
};

/**
 * Layout: path string. Source: ZooKeeper 3.9, zookeeper.jute, GetAllChildrenNumberRequest.
 * @alias
 */
export const getAllChildrenNumberRequest: Codec<PathRequest> = getACLRequest;

/** How many znodes lie below, at any depth. */
export interface GetAllChildrenNumberResponse {
  readonly totalNumber: number;
}

/** Layout: totalNumber int. Source: ZooKeeper 3.9, zookeeper.jute, GetAllChildrenNumberResponse. */
export const getAllChildrenNumberResponse: Codec<GetAllChildrenNumberResponse> = {
  encode(out, { totalNumber }) {
    out.int(totalNumber);
  },
  decode(input) {
    return { totalNumber: input.int() };
  },
};

/** Asks for the session's own ephemerals whose path begins so; null, "" and "/" mean all. */
export interface GetEphemeralsRequest {
  readonly prefixPath: string | null;
}

/** Layout: prefixPath string. Source: ZooKeeper 3.9, zookeeper.jute, GetEphemeralsRequest. */
export const getEphemeralsRequest: Codec<GetEphemeralsRequest> = {
  encode(out, { prefixPath }) {
    out.string(prefixPath);
  },
  decode(input) {
    return { prefixPath: input.string() };
  },
};

/** Paths, in no particular order. */
export interface GetEphemeralsResponse {
  readonly ephemerals: readonly string[];
}

/** Layout: ephemerals vector of string. Source: ZooKeeper 3.9, zookeeper.jute, GetEphemeralsResponse. */
export const getEphemeralsResponse: Codec<GetEphemeralsResponse> = {
  encode(out, { ephemerals }) {
    encodeStrings(out, ephemerals);
  },
  decode(input) {
    return { ephemerals: decodeStringsOrFail(input) };
  },
};

/**
 * Layout: path string. Source: ZooKeeper 3.9, zookeeper.jute, SyncRequest.
 * @alias
 */
export const syncRequest: Codec<PathRequest> = getACLRequest;

/**
 * Layout: path string, echoed as it came, null too. Source: ZooKeeper 3.9, zookeeper.jute, SyncResponse.
 * @alias
 */
export const syncResponse: Codec<PathRequest> = getACLRequest;
