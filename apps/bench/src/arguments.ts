/** Flags into values: each command names its flags once, with what they mean and what is allowed. */
import { parseArgs } from "node:util";

/** A command line that says something it must not. `message` says what is allowed. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Flag<T> {
  /** What stands for the value in the help. Absent for a flag that is just there or not. */
  readonly placeholder?: string;
  readonly help: string;
  readonly fallback: T;
  /** @throws UsageError with what is allowed. */
  readonly read: (text: string) => T;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;
export type Values<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

export interface Address {
  readonly host: string;
  readonly port: number;
}

/**
 * @param words - What follows the command. A first `--`, which pnpm hands on, is skipped.
 * @throws UsageError
 */
export function readFlags<F extends Flags>(words: readonly string[], flags: F): Values<F> {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [
      name,
      { type: flag.placeholder === undefined ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const given = parse(words[0] === "--" ? words.slice(1) : words, options);
  const values = Object.entries(flags).map(([name, flag]) => {
    const value = given[name];
    if (value === undefined) return [name, flag.fallback];
    try {
      return [name, flag.read(String(value))];
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`--${name} must be ${error.message}, not '${value}'`);
    }
  });
  return Object.fromEntries(values) as Values<F>;
}

export function describeFlags(flags: Flags): string {
  const terms = Object.entries(flags).map(([name, { placeholder }]) =>
    placeholder === undefined ? `--${name}` : `--${name} <${placeholder}>`,
  );
  const width = Math.max(...terms.map((term) => term.length));
  return Object.values(flags)
    .map(({ help }, i) => `  ${(terms[i] as string).padEnd(width)}  ${help}\n`)
    .join("");
}

export function wholeNumber(help: string, fallback: number, min: number, max: number): Flag<number> {
  return {
    placeholder: "n",
    help: `${help} (${fallback})`,
    fallback,
    read(text) {
      const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= max)) throw new UsageError(`a whole number from ${min} to ${max}`);
      return value;
    },
  };
}

/** With decimals: a duration. */
export function seconds(help: string, fallback: number, min: number): Flag<number> {
  return {
    placeholder: "s",
    help: `${help} (${fallback})`,
    fallback,
    read(text) {
      const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
      if (!(value >= min && value <= 86_400)) throw new UsageError(`seconds from ${min} to 86400`);
      return value;
    },
  };
}

export function oneOf<const T extends string>(help: string, choices: readonly T[], fallback: T): Flag<T> {
  return {
    placeholder: choices.join("|"),
    help: `${help} (${fallback})`,
    fallback,
    read(text) {
      const choice = choices.find((choice) => choice === text);
      if (choice === undefined) throw new UsageError(`one of ${choices.join(", ")}`);
      return choice;
    },
  };
}

/** Some of the choices, in the order given. */
export function someOf(help: string, choices: readonly string[]): Flag<readonly string[]> {
  return {
    placeholder: "names",
    help: `${help} (${choices.join(",")})`,
    fallback: choices,
    read(text) {
      const names = text.split(",");
      if (!names.every((name) => choices.includes(name))) {
        throw new UsageError(`a comma-separated list of ${choices.join(", ")}`);
      }
      return names;
    },
  };
}

export function text(help: string, placeholder: string): Flag<string | undefined> {
  return { placeholder, help, fallback: undefined, read: (text) => text };
}

export function whether(help: string): Flag<boolean> {
  return { help, fallback: false, read: () => true };
}

/** `host:port,host:port`; an IPv6 address stands in brackets. */
export function addresses(help: string, fallback: string): Flag<readonly Address[]> {
  return {
    placeholder: "host:port,…",
    help: `${help} (${fallback})`,
    fallback: readAddresses(fallback),
    read: readAddresses,
  };
}

export function znodePath(help: string, fallback: string): Flag<string> {
  return {
    placeholder: "path",
    help: `${help} (${fallback})`,
    fallback,
    read(text) {
      if (!/^\/[\w.-]*[\w-][\w.-]*$/.test(text)) throw new UsageError("a path of one name, as /bench");
      return text;
    },
  };
}

function readAddresses(text: string): readonly Address[] {
  return text.split(",").map((part) => {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(part) ?? [];
    const host = bracketed ?? plain;
    const port = Number(digits);
    if (host === undefined || !(port >= 1 && port <= 65_535)) {
      throw new UsageError("host:port, or several with commas between them");
    }
    return { host, port };
  });
}

function parse(words: readonly string[], options: Readonly<Record<string, { readonly type: "boolean" | "string" }>>) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: false, strict: true }).values;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message);
    throw error;
  }
}
