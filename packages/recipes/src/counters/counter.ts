/** A number that many count in. */

import { type Client, CoordinationError } from "@rookery/client";
import { type Codec, int32Codec, int64Codec, numberCodec } from "../support/codec.ts";
import type { WaitOptions } from "../support/waiting.ts";
import { AtomicValue, type AtomicValueOptions, type Updated } from "./atomic-value.ts";

/**
 * How the number stands in the znode.
 *
 * - `text`: decimal digits: kazoo's Counter. A `number`, fractions as well.
 * - `int64`: 8 bytes, big-endian: Curator's DistributedAtomicLong. A `bigint`.
 * - `int32`: 4 bytes, big-endian: Curator's SharedCount and DistributedAtomicInteger, kazoo's Counter with `support_curator`.
 */
export type CounterFormat = "text" | "int64" | "int32";

/** A `bigint` for `int64`, else a `number`. */
export type CounterNumber<Format extends CounterFormat> = Format extends "int64" ? bigint : number;

export interface CounterOptions<Format extends CounterFormat> extends Omit<AtomicValueOptions<never>, "codec"> {
  /** Default `text`. */
  readonly format?: Format | undefined;
  /** What it is before anybody has counted. Default 0. */
  readonly initial?: CounterNumber<Format> | undefined;
}

const CODECS: Record<CounterFormat, Codec<number> | Codec<bigint>> = {
  text: numberCodec,
  int64: int64Codec,
  int32: int32Codec,
};

/**
 * A number that many processes count in, from `initial`. Each count takes effect once, although connections break: see
 * {@link AtomicValue}, whose guarantees these are. A result that the format cannot hold is refused with `BAD_ARGUMENTS`, and
 * leaves the number as it was.
 */
export class Counter<Format extends CounterFormat = "text"> {
  readonly client: Client;
  readonly path: string;
  private readonly stored: AtomicValue<CounterNumber<Format>>;
  private readonly initial: CounterNumber<Format>;
  private readonly one: CounterNumber<Format>;

  constructor(client: Client, path: string, options: CounterOptions<Format> = {}) {
    const { format = "text" as Format, initial, ...rest } = options;
    const codec = CODECS[format] as unknown as Codec<CounterNumber<Format>> | undefined;
    if (codec === undefined)
      throw new CoordinationError("BAD_ARGUMENTS", `format is ${String(format)}: it must be text, int64 or int32.`);
    this.client = client;
    this.path = path;
    this.one = (format === "int64" ? 1n : 1) as CounterNumber<Format>;
    this.initial = initial ?? ((format === "int64" ? 0n : 0) as CounterNumber<Format>);
    codec.encode(this.initial);
    const { initial: unset } = this;
    // kazoo makes its znodes without data first.
    const decode = (data: Buffer) => (data.length === 0 ? unset : codec.decode(data));
    this.stored = new AtomicValue(client, path, { ...rest, codec: { encode: (value) => codec.encode(value), decode } });
  }

  async get(options?: WaitOptions): Promise<CounterNumber<Format>> {
    return (await this.stored.get(options))?.value ?? this.initial;
  }

  /** Sets the number whatever it was. */
  set(value: CounterNumber<Format>, options?: WaitOptions): Promise<void> {
    return this.stored.set(value, options);
  }

  /** Sets the number if it is `expected`. Resolves with whether it was. */
  async compareAndSet(
    expected: CounterNumber<Format>,
    value: CounterNumber<Format>,
    options?: WaitOptions,
  ): Promise<boolean> {
    if (await this.stored.compareAndSet(expected, value, options)) return true;
    if (expected !== this.initial) return false;
    return this.stored.compareAndSet(undefined, value, options);
  }

  /** Adds; what is less than 0 is subtracted. Resolves with the number before and after. */
  async add(delta: CounterNumber<Format>, options?: WaitOptions): Promise<Counted<CounterNumber<Format>>> {
    if (typeof delta !== typeof this.one)
      throw new CoordinationError(
        "BAD_ARGUMENTS",
        `${String(delta)} is a ${typeof delta}: this counter takes a ${typeof this.one}.`,
      );
    const sum = (current: CounterNumber<Format> = this.initial) =>
      ((current as number) + (delta as number)) as CounterNumber<Format>;
    const { value, previous }: Updated<CounterNumber<Format>> = await this.stored.update(sum, options);
    return { value, previous: previous ?? this.initial };
  }

  /** Adds 1. Resolves with the number after that. */
  async increment(options?: WaitOptions): Promise<CounterNumber<Format>> {
    return (await this.add(this.one, options)).value;
  }

  /** Subtracts 1. Resolves with the number after that. */
  async decrement(options?: WaitOptions): Promise<CounterNumber<Format>> {
    return (await this.add(-this.one as CounterNumber<Format>, options)).value;
  }
}

/** What a count did. */
export interface Counted<N> {
  readonly value: N;
  readonly previous: N;
}
