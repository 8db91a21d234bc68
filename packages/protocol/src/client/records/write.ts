/**
 * Requests that change the tree, and what answers them. Specification §4.3 to §4.7, §4.14.
 *
 * A client can put null wherever there is a string, a buffer or a vector, and a server has to answer it, so requests
 * are typed that way. Replies never hold a null string or vector; decoding one throws `NULL_VALUE`.
 */
import type { Codec } from "../codec.ts";
import { type RequestedAcl, requestedAcls, type Stat, stat } from "./stat.ts";

/** Creates a znode: by create, create2 and createContainer. */
export interface CreateRequest {
  readonly path: string | null;
  /** Null and empty data are different, and both are kept. */
  readonly data: Uint8Array | null;
  readonly acl: readonly RequestedAcl[] | null;
  /** A `CreateFlag`, or any number a client makes up. */
  readonly flags: number;
}

/** Layout: path string, data buffer, acl vector of ACL, flags int. Source: ZooKeeper 3.9, CreateRequest. */
export const createRequest: Codec<CreateRequest> = {
  encode(out, { path, data, acl, flags }) {
    out.string(path);
    out.buffer(data);
    requestedAcls.encode(out, acl);
    out.int(flags);
  },
  decode(input) {
    return { path: input.string(), data: input.buffer(), acl: requestedAcls.decode(input), flags: input.int() };
  },
};

/** Creates a znode that goes when it has been without children and changes for `ttl`. */
export interface CreateTTLRequest extends CreateRequest {
  /** Milliseconds. */
  readonly ttl: bigint;
}

/** Layout: as CreateRequest, then ttl long. Source: ZooKeeper 3.9, zookeeper.jute, CreateTTLRequest. */
export const createTTLRequest: Codec<CreateTTLRequest> = {
  encode(out, { path, data, acl, flags, ttl }) {
    out.string(path);
    out.buffer(data);
    requestedAcls.encode(out, acl);
    out.int(flags);
    out.long(ttl);
  },
  decode(input) {
    return {
      path: input.string(),
      data: input.buffer(),
      acl: requestedAcls.decode(input),
      flags: input.int(),
      ttl: input.long(),
    };
  },
};

/** The path that was created, its sequence suffix included. */
export interface CreateResponse {
  readonly path: string;
}

/** Layout: path string. Source: ZooKeeper 3.9, zookeeper.jute, CreateResponse. */
export const createResponse: Codec<CreateResponse> = {
  encode(out, { path }) {
    out.string(path);
  },
  decode(input) {
    return { path: input.text() };
  },
};

/** What create2, createContainer and createTTL answer with. */
export interface Create2Response extends CreateResponse {
  readonly stat: Stat;
}

/** Layout: path string, stat Stat. Source: ZooKeeper 3.9, zookeeper.jute, Create2Response. */
export const create2Response: Codec<Create2Response> = {
  encode(out, value) {
    out.string(value.path);
    stat.encode(out, value.stat);
  },
  decode(input) {
    return { path: input.text(), stat: stat.decode(input) };
  },
};

/** Deletes a znode without children, at this version or, for −1, at any. */
export interface DeleteRequest {
  readonly path: string | null;
  readonly version: number;
}

/** Layout: path string, version int. Source: ZooKeeper 3.9, zookeeper.jute, DeleteRequest. */
export const deleteRequest: Codec<DeleteRequest> = {
  encode(out, { path, version }) {
    out.string(path);
    out.int(version);
  },
  decode(input) {
    return { path: input.string(), version: input.int() };
  },
};

/** Between servers only: deletes a container that has become empty. */
export interface DeleteContainerRequest {
  /** The path in UTF-8. */
  readonly path: Uint8Array | null;
}

/** Layout: path buffer. Source: ZooKeeper 3.9, zookeeper.jute, DeleteContainerRequest. */
export const deleteContainerRequest: Codec<DeleteContainerRequest> = {
  encode(out, { path }) {
    out.buffer(path);
  },
  decode(input) {
    return { path: input.buffer() };
  },
};

/** Replaces a znode's data, at this version or, for −1, at any. */
export interface SetDataRequest {
  readonly path: string | null;
  readonly data: Uint8Array | null;
  readonly version: number;
}

/** Layout: path string, data buffer, version int. Source: ZooKeeper 3.9, zookeeper.jute, SetDataRequest. */
export const setDataRequest: Codec<SetDataRequest> = {
  encode(out, { path, data, version }) {
    out.string(path);
    out.buffer(data);
    out.int(version);
  },
  decode(input) {
    return { path: input.string(), data: input.buffer(), version: input.int() };
  },
};

/** A reply of a Stat and nothing else: to setData, setACL and exists. */
export interface StatResponse {
  readonly stat: Stat;
}

/** Layout: stat Stat. Source: ZooKeeper 3.9, zookeeper.jute, SetDataResponse. */
export const setDataResponse: Codec<StatResponse> = {
  encode(out, value) {
    stat.encode(out, value.stat);
  },
  decode(input) {
    return { stat: stat.decode(input) };
  },
};

/** Replaces a znode's ACL; `version` is compared with the Stat's aversion. */
export interface SetACLRequest {
  readonly path: string | null;
  readonly acl: readonly RequestedAcl[] | null;
  readonly version: number;
}

/** Layout: path string, acl vector of ACL, version int. Source: ZooKeeper 3.9, zookeeper.jute, SetACLRequest. */
export const setACLRequest: Codec<SetACLRequest> = {
  encode(out, { path, acl, version }) {
    out.string(path);
    requestedAcls.encode(out, acl);
    out.int(version);
  },
  decode(input) {
    return { path: input.string(), acl: requestedAcls.decode(input), version: input.int() };
  },
};

/**
 * Layout: stat Stat. Source: ZooKeeper 3.9, zookeeper.jute, SetACLResponse.
 * @alias
 */
export const setACLResponse: Codec<StatResponse> = setDataResponse;

/** Inside a multi only: holds if the znode is there, at this version or, for −1, at any. */
export interface CheckVersionRequest {
  readonly path: string | null;
  readonly version: number;
}

/**
 * Layout: path string, version int. Source: ZooKeeper 3.9, zookeeper.jute, CheckVersionRequest.
 * @alias
 */
export const checkVersionRequest: Codec<CheckVersionRequest> = deleteRequest;

/** Changes the ensemble's members. Null, not empty, tells which of the two ways is meant. */
export interface ReconfigRequest {
  readonly joiningServers: string | null;
  readonly leavingServers: string | null;
  readonly newMembers: string | null;
  readonly curConfigId: bigint;
}

/**
 * Layout: joiningServers, leavingServers, newMembers string, curConfigId long. The answer is a GetDataResponse.
 * Source: ZooKeeper 3.9, zookeeper.jute, ReconfigRequest.
 */
export const reconfigRequest: Codec<ReconfigRequest> = {
  encode(out, value) {
    out.string(value.joiningServers);
    out.string(value.leavingServers);
    out.string(value.newMembers);
    out.long(value.curConfigId);
  },
  decode(input) {
    return {
      joiningServers: input.string(),
      leavingServers: input.string(),
      newMembers: input.string(),
      curConfigId: input.long(),
    };
  },
};
