/** Which records an opcode has: what follows the header of a request, and of a reply that succeeded. */
import { type Codec, empty } from "../codec.ts";
import { OpCode } from "../constants.ts";
import { authPacket, getSASLRequest, setSASLResponse, whoAmIResponse } from "./auth.ts";
import { multiRequest, multiResponse } from "./multi.ts";
import {
  existsRequest,
  existsResponse,
  getACLRequest,
  getACLResponse,
  getAllChildrenNumberRequest,
  getAllChildrenNumberResponse,
  getChildren2Request,
  getChildren2Response,
  getChildrenRequest,
  getChildrenResponse,
  getDataRequest,
  getDataResponse,
  getEphemeralsRequest,
  getEphemeralsResponse,
  syncRequest,
  syncResponse,
} from "./read.ts";
import { errorResponse } from "./session.ts";
import { addWatchRequest, checkWatchesRequest, removeWatchesRequest, setWatches, setWatches2 } from "./watch.ts";
import {
  checkVersionRequest,
  create2Response,
  createRequest,
  createResponse,
  createTTLRequest,
  deleteContainerRequest,
  deleteRequest,
  reconfigRequest,
  setACLRequest,
  setACLResponse,
  setDataRequest,
  setDataResponse,
} from "./write.ts";

/** The request record of each opcode a client may send; `empty` where the header is all. */
export const requestCodecs = {
  [OpCode.closeSession]: empty,
  [OpCode.create]: createRequest,
  [OpCode.delete]: deleteRequest,
  [OpCode.exists]: existsRequest,
  [OpCode.getData]: getDataRequest,
  [OpCode.setData]: setDataRequest,
  [OpCode.getACL]: getACLRequest,
  [OpCode.setACL]: setACLRequest,
  [OpCode.getChildren]: getChildrenRequest,
  [OpCode.sync]: syncRequest,
  [OpCode.ping]: empty,
  [OpCode.getChildren2]: getChildren2Request,
  [OpCode.check]: checkVersionRequest,
  [OpCode.multi]: multiRequest,
  [OpCode.create2]: createRequest,
  [OpCode.reconfig]: reconfigRequest,
  [OpCode.checkWatches]: checkWatchesRequest,
  [OpCode.removeWatches]: removeWatchesRequest,
  [OpCode.createContainer]: createRequest,
  [OpCode.deleteContainer]: deleteContainerRequest,
  [OpCode.createTTL]: createTTLRequest,
  [OpCode.multiRead]: multiRequest,
  [OpCode.auth]: authPacket,
  [OpCode.setWatches]: setWatches,
  [OpCode.sasl]: getSASLRequest,
  [OpCode.getEphemerals]: getEphemeralsRequest,
  [OpCode.getAllChildrenNumber]: getAllChildrenNumberRequest,
  [OpCode.setWatches2]: setWatches2,
  [OpCode.addWatch]: addWatchRequest,
  [OpCode.whoAmI]: empty,
} as const satisfies Readonly<Record<number, Codec<unknown>>>;

/** The response record of each opcode; `empty` where the header is all. */
export const responseCodecs = {
  [OpCode.closeSession]: empty,
  [OpCode.create]: createResponse,
  [OpCode.delete]: empty,
  [OpCode.exists]: existsResponse,
  [OpCode.getData]: getDataResponse,
  [OpCode.setData]: setDataResponse,
  [OpCode.getACL]: getACLResponse,
  [OpCode.setACL]: setACLResponse,
  [OpCode.getChildren]: getChildrenResponse,
  [OpCode.sync]: syncResponse,
  [OpCode.ping]: empty,
  [OpCode.getChildren2]: getChildren2Response,
  [OpCode.check]: empty,
  [OpCode.multi]: multiResponse,
  [OpCode.create2]: create2Response,
  [OpCode.reconfig]: getDataResponse,
  [OpCode.checkWatches]: empty,
  [OpCode.removeWatches]: empty,
  [OpCode.createContainer]: create2Response,
  [OpCode.deleteContainer]: empty,
  [OpCode.createTTL]: create2Response,
  [OpCode.multiRead]: multiResponse,
  [OpCode.auth]: empty,
  [OpCode.setWatches]: empty,
  [OpCode.sasl]: setSASLResponse,
  [OpCode.getEphemerals]: getEphemeralsResponse,
  [OpCode.getAllChildrenNumber]: getAllChildrenNumberResponse,
  [OpCode.setWatches2]: empty,
  [OpCode.addWatch]: errorResponse,
  [OpCode.whoAmI]: whoAmIResponse,
} as const satisfies Readonly<Record<keyof typeof requestCodecs, Codec<unknown>>>;

/** An opcode that has records here. */
export type RequestOpCode = keyof typeof requestCodecs;
/** The request record of an opcode. */
export type RequestOf<O extends RequestOpCode> = ReturnType<(typeof requestCodecs)[O]["decode"]>;
/** The response record of an opcode. */
export type ResponseOf<O extends RequestOpCode> = ReturnType<(typeof responseCodecs)[O]["decode"]>;

/** The codec of whatever opcode was received, undefined for one that no client may send. */
export function requestCodec(op: number): Codec<unknown> | undefined {
  return requests.get(op);
}

/** The codec of the reply to it. */
export function responseCodec(op: number): Codec<unknown> | undefined {
  return responses.get(op);
}

const requests = byNumber(requestCodecs);
const responses = byNumber(responseCodecs);

function byNumber(codecs: Readonly<Record<number, Codec<unknown>>>): ReadonlyMap<number, Codec<unknown>> {
  return new Map(Object.entries(codecs).map(([op, codec]) => [Number(op), codec]));
}
