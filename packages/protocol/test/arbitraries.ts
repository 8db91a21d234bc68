/** Random values of every record, for tests and for fuzzing. */
import fc from "fast-check";
import {
  acl,
  acls,
  authPacket,
  type Codec,
  checkVersionRequest,
  clientInfo,
  connectRequest,
  connectResponse,
  createRequest,
  createTTLRequest,
  errorResponse,
  id,
  type MultiOperation,
  type MultiResult,
  multiHeader,
  multiRequest,
  multiResponse,
  OpCode,
  type RequestOf,
  type RequestOpCode,
  type ResponseOf,
  replyHeader,
  requestCodecs,
  requestedAcl,
  requestedAcls,
  requestHeader,
  responseCodecs,
  stat,
  watcherEvent,
} from "../src/client/index.ts";

const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const bool = fc.boolean();
const text = fc.oneof(fc.string({ maxLength: 30 }), fc.string({ unit: "grapheme", maxLength: 30 }));
const nullableText = fc.option(text);
const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
const nullableBytes = fc.option(bytes);
const texts = fc.array(text, { maxLength: 5 });
const nullableTexts = fc.option(texts);
const nothing = fc.constant(undefined);

const statValue = fc.record({
  czxid: long,
  mzxid: long,
  ctime: long,
  mtime: long,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: long,
  dataLength: int,
  numChildren: int,
  pzxid: long,
});
const idValue = fc.record({ scheme: nullableText, id: nullableText });
const aclValue = fc.record({ perms: int, scheme: text, id: text });
const requestedAclValue = fc.record({ perms: int, scheme: nullableText, id: nullableText });
const aclsValue = fc.array(aclValue, { maxLength: 4 });
const requestedAclsValue = fc.option(fc.array(requestedAclValue, { maxLength: 4 }));
const connect = { protocolVersion: int, timeoutMs: int, sessionId: long, password: nullableBytes };
const readOnly = fc.option(bool, { nil: undefined });
const clientInfoValue = fc.record({ authScheme: nullableText, user: nullableText });

const pathOnly = fc.record({ path: nullableText });
const watchable = fc.record({ path: nullableText, watch: bool });
const versioned = fc.record({ path: nullableText, version: int });
const typed = fc.record({ path: nullableText, type: int });
const create = { path: nullableText, data: nullableBytes, acl: requestedAclsValue, flags: int };
const createValue = fc.record(create);
const createTTLValue = fc.record({ ...create, ttl: long });
const setDataValue = fc.record({ path: nullableText, data: nullableBytes, version: int });
const created = fc.record({ path: text });
const created2 = fc.record({ path: text, stat: statValue });
const statOnly = fc.record({ stat: statValue });
const dataAndStat = fc.record({ data: nullableBytes, stat: statValue });
const children = fc.record({ children: texts });
const watches = {
  relativeZxid: long,
  dataWatches: nullableTexts,
  existWatches: nullableTexts,
  childWatches: nullableTexts,
};
const token = fc.record({ token: nullableBytes });

const operation: fc.Arbitrary<MultiOperation> = fc.oneof(
  fc.record({
    type: fc.constantFrom(OpCode.create, OpCode.create2, OpCode.createContainer),
    request: createValue,
  }),
  fc.record({ type: fc.constant(OpCode.createTTL), request: createTTLValue }),
  fc.record({ type: fc.constant(OpCode.delete), request: versioned }),
  fc.record({ type: fc.constant(OpCode.setData), request: setDataValue }),
  fc.record({ type: fc.constant(OpCode.check), request: versioned }),
  fc.record({ type: fc.constantFrom(OpCode.getData, OpCode.getChildren), request: watchable }),
);
const result: fc.Arbitrary<MultiResult> = fc.oneof(
  fc.record({ type: fc.constant(OpCode.create), response: created }),
  fc.record({ type: fc.constant(OpCode.create2), response: created2 }),
  fc.record({ type: fc.constantFrom(OpCode.delete, OpCode.check) }),
  fc.record({ type: fc.constant(OpCode.setData), response: statOnly }),
  fc.record({ type: fc.constant(OpCode.getData), response: dataAndStat }),
  fc.record({ type: fc.constant(OpCode.getChildren), response: children }),
  fc.record({ type: fc.constant(OpCode.error), err: int }),
);
const operations = fc.record({ operations: fc.array(operation, { maxLength: 5 }) });
const results = fc.record({ results: fc.array(result, { maxLength: 5 }) });

const requests: { readonly [O in RequestOpCode]: fc.Arbitrary<RequestOf<O>> } = {
  [OpCode.closeSession]: nothing,
  [OpCode.create]: createValue,
  [OpCode.delete]: versioned,
  [OpCode.exists]: watchable,
  [OpCode.getData]: watchable,
  [OpCode.setData]: setDataValue,
  [OpCode.getACL]: pathOnly,
  [OpCode.setACL]: fc.record({ path: nullableText, acl: requestedAclsValue, version: int }),
  [OpCode.getChildren]: watchable,
  [OpCode.sync]: pathOnly,
  [OpCode.ping]: nothing,
  [OpCode.getChildren2]: watchable,
  [OpCode.check]: versioned,
  [OpCode.multi]: operations,
  [OpCode.create2]: createValue,
  [OpCode.reconfig]: fc.record({
    joiningServers: nullableText,
    leavingServers: nullableText,
    newMembers: nullableText,
    curConfigId: long,
  }),
  [OpCode.checkWatches]: typed,
  [OpCode.removeWatches]: typed,
  [OpCode.createContainer]: createValue,
  [OpCode.deleteContainer]: fc.record({ path: nullableBytes }),
  [OpCode.createTTL]: createTTLValue,
  [OpCode.multiRead]: operations,
  [OpCode.auth]: fc.record({ type: int, scheme: nullableText, auth: nullableBytes }),
  [OpCode.setWatches]: fc.record(watches),
  [OpCode.sasl]: token,
  [OpCode.getEphemerals]: fc.record({ prefixPath: nullableText }),
  [OpCode.getAllChildrenNumber]: pathOnly,
  [OpCode.setWatches2]: fc.record({
    ...watches,
    persistentWatches: nullableTexts,
    persistentRecursiveWatches: nullableTexts,
  }),
  [OpCode.addWatch]: fc.record({ path: nullableText, mode: int }),
  [OpCode.whoAmI]: nothing,
};

const responses: { readonly [O in RequestOpCode]: fc.Arbitrary<ResponseOf<O>> } = {
  [OpCode.closeSession]: nothing,
  [OpCode.create]: created,
  [OpCode.delete]: nothing,
  [OpCode.exists]: statOnly,
  [OpCode.getData]: dataAndStat,
  [OpCode.setData]: statOnly,
  [OpCode.getACL]: fc.record({ acl: aclsValue, stat: statValue }),
  [OpCode.setACL]: statOnly,
  [OpCode.getChildren]: children,
  [OpCode.sync]: pathOnly,
  [OpCode.ping]: nothing,
  [OpCode.getChildren2]: fc.record({ children: texts, stat: statValue }),
  [OpCode.check]: nothing,
  [OpCode.multi]: results,
  [OpCode.create2]: created2,
  [OpCode.reconfig]: dataAndStat,
  [OpCode.checkWatches]: nothing,
  [OpCode.removeWatches]: nothing,
  [OpCode.createContainer]: created2,
  [OpCode.deleteContainer]: nothing,
  [OpCode.createTTL]: created2,
  [OpCode.multiRead]: results,
  [OpCode.auth]: nothing,
  [OpCode.setWatches]: nothing,
  [OpCode.sasl]: token,
  [OpCode.getEphemerals]: fc.record({ ephemerals: texts }),
  [OpCode.getAllChildrenNumber]: fc.record({ totalNumber: int }),
  [OpCode.setWatches2]: nothing,
  [OpCode.addWatch]: fc.record({ err: int }),
  [OpCode.whoAmI]: fc.record({ clientInfo: fc.array(clientInfoValue, { maxLength: 4 }) }),
};

export interface RecordKind {
  readonly name: string;
  readonly codec: Codec<unknown>;
  readonly value: fc.Arbitrary<unknown>;
}

function kind<T>(name: string, codec: Codec<T>, value: fc.Arbitrary<T>): RecordKind {
  return { name, codec: codec as Codec<unknown>, value };
}

/** Every record there is. */
export const recordKinds: readonly RecordKind[] = [
  kind("Id", id, idValue),
  kind("ACL", acl, aclValue),
  kind("ACL of a request", requestedAcl, requestedAclValue),
  kind("vector of ACL", acls, aclsValue),
  kind("vector of ACL of a request", requestedAcls, requestedAclsValue),
  kind("Stat", stat, statValue),
  kind("ClientInfo", clientInfo, clientInfoValue),
  kind("ConnectRequest", connectRequest, fc.record({ ...connect, lastZxidSeen: long, readOnly })),
  kind("ConnectResponse", connectResponse, fc.record({ ...connect, readOnly })),
  kind("RequestHeader", requestHeader, fc.record({ xid: int, type: int })),
  kind("ReplyHeader", replyHeader, fc.record({ xid: int, zxid: long, err: int })),
  kind("MultiHeader", multiHeader, fc.record({ type: int, done: bool, err: int })),
  kind("AuthPacket", authPacket, requests[OpCode.auth]),
  kind("WatcherEvent", watcherEvent, fc.record({ type: int, state: int, path: text })),
  kind("ErrorResponse", errorResponse, fc.record({ err: int })),
  kind("CheckVersionRequest", checkVersionRequest, versioned),
  kind("CreateRequest", createRequest, createValue),
  kind("CreateTTLRequest", createTTLRequest, createTTLValue),
  kind("MultiRequest", multiRequest, operations),
  kind("MultiResponse", multiResponse, results),
  ...table("request", requestCodecs, requests),
  ...table("response", responseCodecs, responses),
];

function table(
  what: string,
  codecs: Readonly<Record<number, Codec<unknown>>>,
  values: Readonly<Record<number, fc.Arbitrary<unknown>>>,
): RecordKind[] {
  return Object.entries(codecs).map(([op, codec]) =>
    kind(`${what} of opcode ${op}`, codec, values[Number(op)] as fc.Arbitrary<unknown>),
  );
}
