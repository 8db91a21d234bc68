/** Changing the configuration by hand. */
import { isCoordinationError } from "@rookery/client";
import { Config } from "@rookery/recipes";
import { openClient, type Surroundings, UsageError } from "../support/program.ts";
import { PATH, type Schema, schema, type Values } from "./schema.ts";

/** Stores values at one moment, all or none, after a check of each. `words` are `name=value`. */
export async function set(words: readonly string[], surroundings: Surroundings): Promise<void> {
  const { signal, out } = surroundings;
  const texts = words.map(split);
  if (texts.length === 0) throw new UsageError("Say what to set: name=value.");
  const entries = texts.map(([name, text]) => [name, checked(name, text)] as const);
  const values = Object.fromEntries(entries) as Partial<Values>;
  await using client = await openClient(surroundings);
  await using config = new Config(client, PATH, { schema });
  await config.setAll(values, { signal });
  for (const [name, value] of entries) out(`${name} is ${JSON.stringify(value)} now.`);
}

/** Stores text without a look at it, as any other client of the servers can. */
export async function store(word: string, surroundings: Surroundings): Promise<void> {
  const { signal, out } = surroundings;
  const [name, text] = split(word);
  const path = `${PATH}/${name}`;
  await using client = await openClient(surroundings);
  try {
    await client.create(path, text, { parents: true, signal });
  } catch (error) {
    if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
    await client.set(path, text, { signal });
  }
  out(`${path} is ${JSON.stringify(text)} now.`);
}

/** Back to the default. */
export async function unset(name: string, surroundings: Surroundings): Promise<void> {
  settingOf(name);
  await using client = await openClient(surroundings);
  await using config = new Config(client, PATH, { schema });
  await config.unset(name as keyof Schema, { signal: surroundings.signal });
  surroundings.out(`${name} is back to ${JSON.stringify(config.values[name as keyof Schema])}.`);
}

function split(word: string): [name: string, text: string] {
  const at = word.indexOf("=");
  if (at < 1) throw new UsageError(`${word} is not name=value.`);
  return [word.slice(0, at), word.slice(at + 1)];
}

function checked(name: string, text: string): unknown {
  const { parse, allowed } = settingOf(name);
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}; it must be ${allowed}. Nothing was stored.`, {
      cause: error,
    });
  }
}

function settingOf(name: string): Schema[keyof Schema] {
  if (Object.hasOwn(schema, name)) return schema[name as keyof Schema];
  throw new UsageError(`${name} is none of ${Object.keys(schema).join(", ")}.`);
}
