/** Several operations in one request: all of them are applied or none; or several reads at one moment. */
import {
  type MultiOperation,
  type MultiRequest,
  type MultiResult,
  multiRequest,
  multiResponse,
  OpCode,
  ProtocolError,
} from "@rookery/protocol/client";
import type { Request } from "./call.ts";
import { CoordinationError, serverError } from "./errors.ts";
import { versionOf } from "./options.ts";
import { resultOf } from "./replies.ts";
import type { CallOptions, CreateOptions, CreateResult, GetResult, Stat, VersionOptions } from "./types.ts";

/** Of a transaction: nothing was applied. `index` is the operation that failed, from 0. */
export class TransactionError extends CoordinationError {
  readonly index: number;

  constructor(cause: CoordinationError, index: number) {
    super(cause.code, `operation ${index} of the transaction: ${cause.message}`, {
      cause,
      path: cause.path,
      operation: cause.operation,
    });
    this.index = index;
  }
}

/** @internal What a builder needs of its client. */
export interface TransactionHost {
  createOperation(
    path: string,
    data: Uint8Array | string | undefined,
    options: CreateOptions | undefined,
  ): MultiOperation;
  absolute(path: string): string;
  relative(path: string): string;
  bytes(data: Uint8Array | string | undefined): Uint8Array;
  call<T>(request: Request<T>, options: CallOptions | undefined): Promise<T>;
}

export type TransactionCreateOptions = Pick<CreateOptions, "mode" | "sequential" | "ttlMs" | "acl">;
export type TransactionVersionOptions = Pick<VersionOptions, "version">;

/**
 * Collects operations; `commit` sends them. The results stand in the order of the operations:
 *
 * ```ts
 * const [created, stat] = await zk.transaction().create("/a").set("/b", "1", { version: 3 }).commit();
 * ```
 */
export class Transaction<Results extends readonly unknown[] = []> {
  private readonly host: TransactionHost;
  private readonly operations: MultiOperation[] = [];

  /** @internal */
  constructor(host: TransactionHost) {
    this.host = host;
  }

  create(
    path: string,
    data?: Uint8Array | string,
    options?: TransactionCreateOptions,
  ): Transaction<[...Results, CreateResult]> {
    return this.with(this.host.createOperation(path, data, options));
  }

  set(path: string, data: Uint8Array | string, options?: TransactionVersionOptions): Transaction<[...Results, Stat]> {
    const record = { path: this.host.absolute(path), data: this.host.bytes(data), version: versionOf(options) };
    return this.with({ type: OpCode.setData, request: record });
  }

  delete(path: string, options?: TransactionVersionOptions): Transaction<[...Results, undefined]> {
    return this.with({
      type: OpCode.delete,
      request: { path: this.host.absolute(path), version: versionOf(options) },
    });
  }

  /** Fails the transaction unless the znode is there, and at this version if one is given. */
  check(path: string, options?: TransactionVersionOptions): Transaction<[...Results, undefined]> {
    return this.with({ type: OpCode.check, request: { path: this.host.absolute(path), version: versionOf(options) } });
  }

  get length(): number {
    return this.operations.length;
  }

  /** @throws TransactionError with the code of the operation that failed: then none was applied. */
  async commit(options?: CallOptions): Promise<Results> {
    const { host } = this;
    // What is added later is none of this commit's.
    const operations = [...this.operations];
    if (operations.length === 0) return [] as unknown as Results;
    const results = await host.call(multi(OpCode.multi, "multi", true, operations), options);
    const index = results.findIndex(({ type }, at) => type === OpCode.error && isCause(results[at] as MultiResult));
    if (index >= 0) {
      const { err } = results[index] as { readonly err: number };
      const operation = operations[index] as MultiOperation;
      const path = host.relative(operation.request.path ?? "");
      throw new TransactionError(serverError(err, nameOf(operation.type), path, false), index);
    }
    return results.map((result) => relativeResult(host, resultOf(result))) as unknown as Results;
  }

  private with<Result>(operation: MultiOperation): Transaction<[...Results, Result]> {
    this.operations.push(operation);
    return this as unknown as Transaction<[...Results, Result]>;
  }
}

/** Collects reads; `commit` answers them all at one moment of the server's. One that fails is an error in its place. */
export class ReadBatch<Results extends readonly unknown[] = []> {
  private readonly host: TransactionHost;
  private readonly operations: MultiOperation[] = [];

  /** @internal */
  constructor(host: TransactionHost) {
    this.host = host;
  }

  get(path: string): ReadBatch<[...Results, GetResult | CoordinationError]> {
    return this.with({ type: OpCode.getData, request: { path: this.host.absolute(path), watch: false } });
  }

  getChildren(path: string): ReadBatch<[...Results, readonly string[] | CoordinationError]> {
    return this.with({ type: OpCode.getChildren, request: { path: this.host.absolute(path), watch: false } });
  }

  async commit(options?: CallOptions): Promise<Results> {
    const { host } = this;
    const operations = [...this.operations];
    if (operations.length === 0) return [] as unknown as Results;
    const results = await host.call(multi(OpCode.multiRead, "multiRead", false, operations), options);
    return results.map((result, at) => {
      if (result.type !== OpCode.error) return resultOf(result);
      const operation = operations[at] as MultiOperation;
      return serverError(result.err, nameOf(operation.type), host.relative(operation.request.path ?? ""), false);
    }) as unknown as Results;
  }

  private with<Result>(operation: MultiOperation): ReadBatch<[...Results, Result]> {
    this.operations.push(operation);
    return this as unknown as ReadBatch<[...Results, Result]>;
  }
}

function multi(
  op: number,
  operation: string,
  isWrite: boolean,
  operations: readonly MultiOperation[],
): Request<readonly MultiResult[]> {
  return {
    op,
    operation,
    path: undefined,
    isWrite,
    codec: multiRequest,
    record: { operations } satisfies MultiRequest,
    read: (input) => {
      const { results } = multiResponse.decode(input);
      if (results.length !== operations.length)
        throw new ProtocolError("BAD_COUNT", `${operations.length} operations have ${results.length} results`);
      return results;
    },
  };
}

/** The others of a failed transaction say that all was well, or that they were not tried. */
function isCause(result: MultiResult): boolean {
  return result.type === OpCode.error && result.err !== 0 && result.err !== -2;
}

function relativeResult(host: TransactionHost, result: unknown): unknown {
  const created = result as CreateResult | undefined;
  return typeof created?.path === "string" ? { ...created, path: host.relative(created.path) } : result;
}

function nameOf(type: number): string {
  switch (type) {
    case OpCode.delete:
      return "delete";
    case OpCode.setData:
      return "setData";
    case OpCode.check:
      return "check";
    case OpCode.getData:
      return "getData";
    case OpCode.getChildren:
      return "getChildren";
    default:
      return "create";
  }
}
