/**
 * Decides what the server is told. A flag wins over a variable, a variable over the configuration file, and that over
 * the default. Every value is checked, also one that another hides, and every problem is reported at once, each with
 * its key, value, place and what is allowed. Reading the file and the environment is left to `serve.ts`.
 */
import { parseProperties } from "./properties.ts";
import { flagOf, SETTING_KEYS, SETTINGS, type Setting, type SettingKey, type Values, variableOf } from "./settings.ts";
import { closest } from "./spelling.ts";
import { judgeZookeeperKey, ZOOKEEPER_KEYS } from "./zookeeper-keys.ts";

export interface Said {
  /** Options of the command line by setting; `true` for a flag without a value. */
  readonly flags: Readonly<Partial<Record<SettingKey, string | true>>>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly path: string; readonly text: string } | undefined;
}

/** One thing somebody said. */
export interface Given {
  readonly key: string;
  readonly value: string;
  /** As `zoo.cfg:3`, `flag --tick-time` or `variable ROOKERY_TICK_TIME`. */
  readonly place: string;
}

export interface Problem extends Given {
  /** Completes a sentence that begins with the key. */
  readonly message: string;
  /** The value must not be shown. */
  readonly secret?: boolean;
}

export interface Configuration {
  readonly values: Values;
  /** What counts, of what was said, by key. */
  readonly origins: ReadonlyMap<SettingKey, Given>;
  /** ZooKeeper's keys that mean nothing here. */
  readonly withoutEffect: readonly Given[];
  readonly warnings: readonly string[];
}

export type Outcome =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Variables that are no setting's. */
export const CONFIG_VARIABLE = "ROOKERY_CONFIG";

export function configure(said: Said): Outcome {
  const sorted = newSorted();
  // From the weakest to the strongest, so that the last to speak is the one that counts.
  if (said.file !== undefined) sortFile(said.file, sorted);
  sortVariables(said.variables, sorted);
  for (const key of SETTING_KEYS) {
    const flag = said.flags[key];
    if (flag === undefined) continue;
    const setting: Setting = SETTINGS[key];
    settle(key, { key, value: flag === true ? (setting.bare ?? "") : flag, place: `flag ${flagOf(key)}` }, sorted);
  }
  const values = sorted.values as Values;
  checkTogether(values, sorted);
  if (sorted.problems.length > 0) return { ok: false, problems: sorted.problems };
  const { origins, withoutEffect, warnings } = sorted;
  return { ok: true, configuration: { values, origins, withoutEffect, warnings } };
}

interface Sorted {
  readonly values: Partial<Record<SettingKey, unknown>>;
  readonly origins: Map<SettingKey, Given>;
  readonly withoutEffect: Given[];
  readonly warnings: string[];
  readonly problems: Problem[];
}

function newSorted(): Sorted {
  return { values: {}, origins: new Map(), withoutEffect: [], warnings: [], problems: [] };
}

function sortFile({ path, text }: NonNullable<Said["file"]>, sorted: Sorted): void {
  const { entries, problems } = parseProperties(text);
  for (const { line, message } of problems) {
    sorted.problems.push({ key: "", value: "", place: `${path}:${line}`, message });
  }
  const given = entries.map(({ key, value, line }) => ({
    // ZooKeeper takes a key it does not know for the system property zookeeper.KEY, unless it is spelt out already.
    key: key.startsWith("zookeeper.") ? key.slice("zookeeper.".length) : key,
    value: value.trim(),
    place: `${path}:${line}`,
  }));
  const last = new Map(given.map((entry) => [entry.key, entry]));
  for (const entry of given) {
    const final = last.get(entry.key);
    if (final !== undefined && final !== entry && final.value !== entry.value) {
      sorted.warnings.push(`${entry.key} stands twice: ${final.place} counts, ${entry.place} does not`);
    }
  }
  const members = [...last.values()].filter(({ key }) => /^server\.\d+$/.test(key));
  sortMembers(members, last, sorted);
  for (const entry of last.values()) if (!members.includes(entry)) sortOne(entry, sorted);
}

function sortOne(entry: Given, sorted: Sorted): void {
  if (isSetting(entry.key)) {
    settle(entry.key, entry, sorted);
    return;
  }
  const verdict = judgeZookeeperKey(entry.key, entry.value);
  if (verdict === undefined) {
    const near = closest(entry.key, [...SETTING_KEYS, ...ZOOKEEPER_KEYS]);
    sorted.problems.push({
      ...entry,
      message: near === undefined ? "is not a setting" : `is not a setting: did you mean ${near}?`,
    });
  } else if (verdict.type === "refuse") {
    sorted.problems.push({ ...entry, message: verdict.message, secret: /pass|digest/i.test(entry.key) });
  } else if (verdict.type === "warn") {
    sorted.warnings.push(`${verdict.message} (${entry.place})`);
  } else {
    sorted.withoutEffect.push(entry);
  }
}

/** One server line describes this server, as in the files that ZooKeeper's container image writes; more, an ensemble. */
function sortMembers(members: readonly Given[], all: ReadonlyMap<string, Given>, sorted: Sorted): void {
  const [only] = members;
  if (only === undefined) return;
  if (members.length > 1) {
    for (const member of members) {
      sorted.problems.push({ ...member, message: "ensembles are not supported yet: leave one server line, or none" });
    }
    return;
  }
  const match = /^[^;]+?(:(participant|observer))?(?:;(?:\[?([^\];]*?)\]?:)?(\d+))?(;.*)?$/i.exec(only.value);
  if (match === null) {
    sorted.problems.push({ ...only, message: "must be HOST:PORT:PORT[:participant][;[ADDRESS:]CLIENTPORT]" });
    return;
  }
  const [, , role, address, port, secure] = match;
  if (role?.toLowerCase() === "observer") {
    sorted.problems.push({ ...only, message: "this server runs alone and cannot observe another" });
  } else if (secure !== undefined) {
    sorted.problems.push({ ...only, message: "TLS is not supported yet: leave out the secure client port" });
  } else {
    if (port === undefined) sorted.withoutEffect.push(only);
    else adopt("clientPort", port);
    if (address !== undefined && address !== "*") adopt("clientPortAddress", address);
  }

  function adopt(key: SettingKey, value: string): void {
    const own = all.get(key);
    if (own !== undefined && own.value !== value) {
      sorted.problems.push({
        ...own,
        message: `contradicts ${only?.key} = ${only?.value} (${only?.place}): leave one of them`,
      });
    } else {
      settle(key, { key, value, place: only?.place ?? "" }, sorted);
    }
  }
}

function sortVariables(variables: Said["variables"], sorted: Sorted): void {
  const byVariable = new Map<string, SettingKey>(SETTING_KEYS.map((key) => [variableOf(key), key]));
  for (const [name, value] of Object.entries(variables)) {
    // An empty variable is how Compose files and shells say "unset".
    if (!name.startsWith("ROOKERY_") || value === undefined || value === "" || name === CONFIG_VARIABLE) continue;
    // Kubernetes tells every container about every service, in variables: a service called rookery-client becomes
    // ROOKERY_CLIENT_PORT=tcp://10.0.0.7:2181.
    if (/^(tcp|udp|sctp):\/\//.test(value) || /_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)_\w+)$/.test(name))
      continue;
    const key = byVariable.get(name);
    const given: Given = { key: key ?? name, value: value.trim(), place: `variable ${name}` };
    if (key !== undefined) settle(key, given, sorted);
    else sortUnknownVariable(given, [...byVariable.keys(), CONFIG_VARIABLE], sorted);
  }
}

/** Others may name their variables like ours, so only what looks like a typing error is one. */
function sortUnknownVariable(given: Given, known: readonly string[], sorted: Sorted): void {
  const zookeeper = ZOOKEEPER_KEYS.find((key) => variableOf(key) === given.key);
  if (zookeeper !== undefined) {
    sortOne({ ...given, key: zookeeper }, sorted);
    return;
  }
  const bare = (name: string) => name.slice("ROOKERY_".length);
  const near = closest(bare(given.key), known.map(bare));
  if (near === undefined) sorted.warnings.push(`${given.place} is not a setting and has no effect`);
  else sorted.problems.push({ ...given, message: `is not a setting: did you mean ROOKERY_${near}?` });
}

/** Checks one value, and lets it count over what was said before. */
function settle(key: SettingKey, given: Given, sorted: Sorted): void {
  const setting: Setting = SETTINGS[key];
  const result = setting.schema.safeParse(given.value);
  if (result.success) {
    sorted.values[key] = result.data;
    sorted.origins.set(key, given);
  } else {
    sorted.problems.push({ ...given, key, message: `must be ${setting.allowed}`, secret: setting.secret === true });
  }
}

/** What no single value can be wrong about. */
function checkTogether(values: Values, sorted: Sorted): void {
  const blame = (key: SettingKey, message: string) => {
    const given = sorted.origins.get(key);
    if (given !== undefined) sorted.problems.push({ ...given, message });
  };
  const tick = values.tickTime ?? 3000;
  const least = positive(values.minSessionTimeout) ?? 2 * tick;
  const most = positive(values.maxSessionTimeout) ?? 20 * tick;
  if (least > most) {
    const guilty = positive(values.maxSessionTimeout) === undefined ? "minSessionTimeout" : "maxSessionTimeout";
    blame(guilty, `leaves no session timeout: the shortest would be ${least} ms and the longest ${most} ms`);
  }
  if (values["enforce.auth.enabled"] === true && values["enforce.auth.schemes"] === undefined) {
    blame("enforce.auth.enabled", "needs enforce.auth.schemes, which says how clients must authenticate");
  }
  const pause = values.outputBytesPause;
  const limit = values.outputBytesMax;
  if (pause !== undefined && limit !== undefined && pause > limit) {
    blame("outputBytesPause", `must not exceed outputBytesMax (${limit})`);
  }
}

function positive(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value;
}

function isSetting(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key);
}
