/**
 * Several operations in one request. Opcodes 14 and 22 share both layouts; which operations may stand together is the
 * server's to judge.
 *
 * Request and reply alike: for each element a MultiHeader and a record, then a MultiHeader of type −1 that is done.
 * Specification §5; source: ZooKeeper 3.9, MultiOperationRecord, MultiResponse.
 */
import type { Codec } from "../codec.ts";
import { OpCode } from "../constants.ts";
import type { JuteReader } from "../jute-reader.ts";
import type { JuteWriter } from "../jute-writer.ts";
import { ProtocolError } from "../protocol-error.ts";
import {
  type GetChildrenResponse,
  type GetDataResponse,
  getChildrenRequest,
  getChildrenResponse,
  getDataRequest,
  getDataResponse,
  type WatchableRequest,
} from "./read.ts";
import {
  type CheckVersionRequest,
  type Create2Response,
  type CreateRequest,
  type CreateResponse,
  type CreateTTLRequest,
  checkVersionRequest,
  create2Response,
  createRequest,
  createResponse,
  createTTLRequest,
  type DeleteRequest,
  deleteRequest,
  type SetDataRequest,
  type StatResponse,
  setDataRequest,
  setDataResponse,
} from "./write.ts";

/** Stands before each element and, with type −1 and `done`, behind the last. */
export interface MultiHeader {
  readonly type: number;
  readonly done: boolean;
  /** In requests −1 and ignored. */
  readonly err: number;
}

/** Layout: type int, done bool, err int. Source: ZooKeeper 3.9, zookeeper.jute, MultiHeader. */
export const multiHeader: Codec<MultiHeader> = {
  encode(out, { type, done, err }) {
    header(out, type, done, err);
  },
  decode(input) {
    return { type: input.int(), done: input.bool(), err: input.int() };
  },
};

export const MULTI_HEADER_BYTES = 9;

/** One operation of a multi or multiRead. */
export type MultiOperation =
  | {
      readonly type: typeof OpCode.create | typeof OpCode.create2 | typeof OpCode.createContainer;
      readonly request: CreateRequest;
    }
  | { readonly type: typeof OpCode.createTTL; readonly request: CreateTTLRequest }
  | { readonly type: typeof OpCode.delete; readonly request: DeleteRequest }
  | { readonly type: typeof OpCode.setData; readonly request: SetDataRequest }
  | { readonly type: typeof OpCode.check; readonly request: CheckVersionRequest }
  | { readonly type: typeof OpCode.getData | typeof OpCode.getChildren; readonly request: WatchableRequest };

export interface MultiRequest {
  readonly operations: readonly MultiOperation[];
}

/** Layout: MultiHeader(opcode, false, −1) and the opcode's request, repeated; MultiHeader(−1, true, −1). */
export const multiRequest: Codec<MultiRequest> = {
  encode(out, { operations }) {
    for (const operation of operations) {
      header(out, operation.type, false, -1);
      encodeOperation(out, operation);
    }
    header(out, -1, true, -1);
  },
  decode(input) {
    const operations: MultiOperation[] = [];
    for (;;) {
      const type = input.int();
      const done = input.bool();
      input.skip(4);
      if (done) {
        return { operations };
      }
      operations.push(decodeOperation(input, type));
    }
  },
};

/** What became of one operation. In a failed multi every result is of type −1. */
export type MultiResult =
  | { readonly type: typeof OpCode.create; readonly response: CreateResponse }
  | { readonly type: typeof OpCode.create2; readonly response: Create2Response }
  | { readonly type: typeof OpCode.delete | typeof OpCode.check }
  | { readonly type: typeof OpCode.setData; readonly response: StatResponse }
  | { readonly type: typeof OpCode.getData; readonly response: GetDataResponse }
  | { readonly type: typeof OpCode.getChildren; readonly response: GetChildrenResponse }
  | { readonly type: typeof OpCode.error; readonly err: number };

export interface MultiResponse {
  readonly results: readonly MultiResult[];
}

/**
 * Layout: MultiHeader(type, false, 0) and the type's response, or MultiHeader(−1, false, code) and
 * ErrorResponse(code), repeated; MultiHeader(−1, true, −1).
 */
export const multiResponse: Codec<MultiResponse> = {
  encode(out, { results }) {
    for (const result of results) {
      header(out, result.type, false, result.type === OpCode.error ? result.err : 0);
      encodeResult(out, result);
    }
    header(out, -1, true, -1);
  },
  decode(input) {
    const results: MultiResult[] = [];
    for (;;) {
      const type = input.int();
      const done = input.bool();
      input.skip(4);
      if (done) {
        return { results };
      }
      results.push(decodeResult(input, type));
    }
  },
};

function header(out: JuteWriter, type: number, done: boolean, err: number): void {
  out.int(type);
  out.bool(done);
  out.int(err);
}

function encodeOperation(out: JuteWriter, operation: MultiOperation): void {
  switch (operation.type) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
      createRequest.encode(out, operation.request);
      break;
    case OpCode.createTTL:
      createTTLRequest.encode(out, operation.request);
      break;
    case OpCode.delete:
      deleteRequest.encode(out, operation.request);
      break;
    case OpCode.setData:
      setDataRequest.encode(out, operation.request);
      break;
    case OpCode.check:
      checkVersionRequest.encode(out, operation.request);
      break;
    case OpCode.getData:
      getDataRequest.encode(out, operation.request);
      break;
    case OpCode.getChildren:
      getChildrenRequest.encode(out, operation.request);
      break;
  }
}

function decodeOperation(input: JuteReader, type: number): MultiOperation {
  switch (type) {
    case OpCode.create:
    case OpCode.create2:
    case OpCode.createContainer:
      return { type, request: createRequest.decode(input) };
    case OpCode.createTTL:
      return { type, request: createTTLRequest.decode(input) };
    case OpCode.delete:
      return { type, request: deleteRequest.decode(input) };
    case OpCode.setData:
      return { type, request: setDataRequest.decode(input) };
    case OpCode.check:
      return { type, request: checkVersionRequest.decode(input) };
    case OpCode.getData:
      return { type, request: getDataRequest.decode(input) };
    case OpCode.getChildren:
      return { type, request: getChildrenRequest.decode(input) };
    default:
      throw new ProtocolError("BAD_TYPE", `${type} is not the type of an operation in a multi`, type);
  }
}

function encodeResult(out: JuteWriter, result: MultiResult): void {
  switch (result.type) {
    case OpCode.create:
      createResponse.encode(out, result.response);
      break;
    case OpCode.create2:
      create2Response.encode(out, result.response);
      break;
    case OpCode.setData:
      setDataResponse.encode(out, result.response);
      break;
    case OpCode.getData:
      getDataResponse.encode(out, result.response);
      break;
    case OpCode.getChildren:
      getChildrenResponse.encode(out, result.response);
      break;
    case OpCode.error:
      out.int(result.err);
      break;
    case OpCode.delete:
    case OpCode.check:
      break;
  }
}

function decodeResult(input: JuteReader, type: number): MultiResult {
  switch (type) {
    case OpCode.create:
      return { type, response: createResponse.decode(input) };
    case OpCode.create2:
      return { type, response: create2Response.decode(input) };
    case OpCode.setData:
      return { type, response: setDataResponse.decode(input) };
    case OpCode.getData:
      return { type, response: getDataResponse.decode(input) };
    case OpCode.getChildren:
      return { type, response: getChildrenResponse.decode(input) };
    case OpCode.error:
      return { type, err: input.int() };
    case OpCode.delete:
    case OpCode.check:
      return { type };
    default:
      throw new ProtocolError("BAD_TYPE", `${type} is not the type of a result in a multi`, type);
  }
}
