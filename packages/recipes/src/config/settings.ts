/** What a configuration's values are: each kind reads them from text, checks them and writes them. */
import { CoordinationError } from "@rookery/client";

export interface Setting<Value> {
  /** What is allowed, for people: `an integer from 1 to 64`. */
  readonly allowed: string;
  /** What holds where there is no znode. Undefined: there must be one. */
  readonly default: Value | undefined;
  /** @throws Error whose message says what is wrong. */
  parse(text: string): Value;
  format(value: Value): string;
}

export interface NumberOptions {
  readonly default?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  /** Default false. */
  readonly integer?: boolean | undefined;
}

/** A decimal number, as JavaScript writes it. */
export function number(options: NumberOptions = {}): Setting<number> {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, integer = false } = options;
  const from = min > Number.NEGATIVE_INFINITY ? ` from ${min}` : "";
  const to = max < Number.POSITIVE_INFINITY ? ` to ${max}` : "";
  return checked({
    allowed: `${integer ? "an integer" : "a number"}${from}${to}`,
    default: options.default,
    parse(text) {
      const value = /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text) ? Number(text) : Number.NaN;
      if (!Number.isFinite(value) || (integer && !Number.isSafeInteger(value)))
        throw new Error(`${JSON.stringify(text)} is not ${integer ? "an integer" : "a number"}`);
      if (value < min) throw new Error(`${value} is less than ${min}`);
      if (value > max) throw new Error(`${value} is more than ${max}`);
      return value;
    },
    format: (value) => String(value),
  });
}

export interface StringOptions<Value extends string = string> {
  readonly default?: NoInfer<Value> | undefined;
  /** All that is allowed. */
  readonly oneOf?: readonly Value[] | undefined;
  readonly pattern?: RegExp | undefined;
  /** Characters. */
  readonly lengthMin?: number | undefined;
  readonly lengthMax?: number | undefined;
}

/** Text, as it stands. */
export function string<const Value extends string = string>(options: StringOptions<Value> = {}): Setting<Value> {
  const { oneOf, pattern, lengthMin = 0, lengthMax = Number.POSITIVE_INFINITY } = options;
  const limits = [
    pattern && `that matches ${pattern}`,
    lengthMin > 0 && `of at least ${lengthMin} characters`,
    lengthMax < Number.POSITIVE_INFINITY && `of at most ${lengthMax} characters`,
  ].filter((limit) => typeof limit === "string");
  return checked({
    allowed: oneOf
      ? `one of ${oneOf.map((one) => JSON.stringify(one)).join(", ")}`
      : ["text", limits.join(", ")].join(" ").trim(),
    default: options.default,
    parse(text) {
      if (oneOf !== undefined && !(oneOf as readonly string[]).includes(text))
        throw new Error(`${JSON.stringify(text)} is none of those allowed`);
      if (pattern !== undefined && text.search(pattern) < 0)
        throw new Error(`${JSON.stringify(text)} does not match ${pattern}`);
      if (text.length < lengthMin || text.length > lengthMax) throw new Error(`it has ${text.length} characters`);
      return text as Value;
    },
    format(value) {
      if (typeof value !== "string") throw new Error(`${JSON.stringify(value)} is not text`);
      return value;
    },
  });
}

/** `true` or `false`. */
export function boolean(options: { readonly default?: boolean | undefined } = {}): Setting<boolean> {
  return checked({
    allowed: "true or false",
    default: options.default,
    parse(text) {
      const word = text.trim();
      if (word !== "true" && word !== "false") throw new Error(`${JSON.stringify(text)} is neither true nor false`);
      return word === "true";
    },
    format: (value) => String(value),
  });
}

export interface JsonOptions<Value> {
  readonly default?: Value | undefined;
  /** Gives the value that was read, or another one made of it. Throws an error that says what is wrong. Default: takes any. */
  readonly check?: ((value: unknown) => Value) | undefined;
  /** What is allowed, for people. Default: `JSON`. */
  readonly allowed?: string | undefined;
}

/** JSON. What is given out is frozen, with all that is in it. */
export function json<Value>(options: JsonOptions<Value> = {}): Setting<Value> {
  const { check = (value) => value as Value, allowed = "JSON" } = options;
  return checked({
    allowed,
    default: options.default,
    parse: (text) => freeze(check(JSON.parse(text))),
    format(value) {
      const text = JSON.stringify(value);
      if (text === undefined) throw new Error(`${typeof value} is not JSON`);
      return text;
    },
  });
}

/** A default must be allowed, too. */
function checked<Value>(setting: Setting<Value>): Setting<Value> {
  if (setting.default === undefined) return setting;
  try {
    return { ...setting, default: setting.parse(setting.format(setting.default)) };
  } catch (error) {
    const text = `the default: ${(error as Error).message}; it must be ${setting.allowed}.`;
    throw new CoordinationError("BAD_ARGUMENTS", text, { cause: error });
  }
}

function freeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}
