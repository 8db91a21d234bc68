/** Values and numbers that many change: atomically, watched, or reserved in blocks. */

export { bytesCodec, type Codec, int32Codec, int64Codec, jsonCodec, numberCodec, textCodec } from "../support/codec.ts";
export { AtomicValue, type AtomicValueOptions, type Updated, type Versioned } from "./atomic-value.ts";
export { type Counted, Counter, type CounterFormat, type CounterNumber, type CounterOptions } from "./counter.ts";
export { IdGenerator, type IdGeneratorOptions } from "./id-generator.ts";
export { SharedCount, SharedValue, type SharedValueOptions } from "./shared-value.ts";
