export {
  Config,
  type ConfigChange,
  type ConfigEvents,
  type ConfigOptions,
  type ConfigProblem,
  type ConfigSchema,
  type ConfigValues,
  type ExpectedVersion,
  type SetAllOptions,
  type SetOptions,
} from "./config.ts";
export type {
  JsonOptions,
  NumberOptions,
  Setting,
  StringOptions,
} from "./settings.ts";
