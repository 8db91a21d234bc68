export { LogFencedError, LogTruncatedError } from "./errors.ts";
export type { WriterState } from "./layout.ts";
export {
  type AppendOptions,
  type Fencing,
  Log,
  type LogBounds,
  type LogCodec,
  type LogEntry,
  type LogOptions,
  type LogRetention,
  type LogStart,
  type ReadOptions,
  type TailOptions,
} from "./log.ts";
