/**
 * Decides what the server is told. A flag wins over a variable, a variable over the configuration file, and that over
 * the default. Every value is checked, also one that another hides, and every problem is reported at once, each with
 * its key, value, place and what is allowed. Reading files and the environment is left to `serve.ts`.
 */
import { isIP } from "node:net";
import { join, resolve } from "node:path";
import { DEFAULT_OPTIONS } from "@rookery/server";
import { membership, type Placed } from "./members.ts";
import { parseProperties } from "./properties.ts";
import type { EnsembleOptions } from "./server-line.ts";
import {
  ELECTION_TIMEOUT_MIN_MS,
  ENSEMBLE_DEFAULTS,
  ENSEMBLE_KEYS,
  flagOf,
  NUMBERED,
  NUMBERED_KEYS,
  type NumberedKey,
  SETTING_KEYS,
  SETTINGS,
  type Setting,
  type SettingKey,
  type Values,
  variableOf,
} from "./settings.ts";
import { closest } from "./spelling.ts";
import { judgeZookeeperKey, ZOOKEEPER_KEYS } from "./zookeeper-keys.ts";

export interface Said {
  /** Options of the command line by setting; `true` for a flag without a value. */
  readonly flags: Readonly<Partial<Record<SettingKey, string | true>>>;
  /** `--server`, `--weight` and `--group`, each as `N=…`. */
  readonly numberedFlags?: Readonly<Partial<Record<NumberedKey, readonly string[]>>>;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly file: { readonly path: string; readonly text: string } | undefined;
  /** Reads the files that settings lead to: myid and dynamicConfigFile. */
  readonly read: (path: string) => FileRead;
}

/** A file's text, or why it cannot be read: completes a sentence that begins with the file. */
export type FileRead =
  | { readonly text: string }
  | { readonly text: undefined; readonly missing: boolean; readonly reason: string };

/** From the weakest to the strongest. */
const SOURCES = ["file", "variable", "flag"] as const;

export type Source = (typeof SOURCES)[number];

/** One thing somebody said. */
export interface Given {
  readonly key: string;
  readonly value: string;
  /** As `zoo.cfg:3`, `flag --tick-time` or `variable ROOKERY_TICK_TIME`. */
  readonly place: string;
  readonly source: Source;
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
  /** Undefined when the server stands alone. Whether an empty disk may vote is not a setting. */
  readonly ensemble: Omit<EnsembleOptions, "vouched"> | undefined;
  /** The server.N, weight.N and group.N lines that count. */
  readonly numbered: readonly Given[];
  /** ZooKeeper's keys that mean nothing here. */
  readonly withoutEffect: readonly Given[];
  readonly warnings: readonly string[];
}

export type Outcome =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Variables that are no setting's. */
export const CONFIG_VARIABLE = "ROOKERY_CONFIG";
/** Set by `rookery dev`: the server stops when the process that started it is gone. */
export const DEV_VARIABLE = "ROOKERY_DEV";

export const DEFAULT_DATA_DIR = "rookery-data";

export function configure(said: Said): Outcome {
  const sorted = newSorted();
  // From the weakest to the strongest, so that the last to speak is the one that counts.
  if (said.file !== undefined) sortFile(said.file, sorted);
  sortVariables(said.variables, sorted);
  for (const key of SETTING_KEYS) {
    const flag = said.flags[key];
    if (flag === undefined) continue;
    const setting: Setting = SETTINGS[key];
    const value = flag === true ? (setting.bare ?? "") : flag;
    settle(key, { key, value, place: `flag ${flagOf(key)}`, source: "flag" }, sorted);
  }
  for (const family of NUMBERED_KEYS) {
    for (const text of said.numberedFlags?.[family] ?? []) {
      sortNumbered(family, text, { place: `flag ${NUMBERED[family].flag}`, source: "flag" }, sorted);
    }
  }
  const ensemble = settleEnsemble(said.read, sorted);
  const values = sorted.values as Values;
  checkTogether(values, ensemble !== undefined, sorted);
  if (sorted.problems.length > 0) return { ok: false, problems: sorted.problems };
  const { origins, withoutEffect, warnings } = sorted;
  const numbered = NUMBERED_KEYS.flatMap((family) => strongest(sorted.numbered[family]));
  return { ok: true, configuration: { values, origins, ensemble, numbered, withoutEffect, warnings } };
}

interface Sorted {
  readonly values: Partial<Record<SettingKey, unknown>>;
  readonly origins: Map<SettingKey, Given>;
  /** Every server.N, weight.N and group.N line, from wherever. */
  readonly numbered: Record<NumberedKey, Given[]>;
  readonly withoutEffect: Given[];
  readonly warnings: string[];
  readonly problems: Problem[];
}

function newSorted(): Sorted {
  const numbered = { server: [], weight: [], group: [] };
  return { values: {}, origins: new Map(), numbered, withoutEffect: [], warnings: [], problems: [] };
}

function sortFile(file: NonNullable<Said["file"]>, sorted: Sorted): void {
  const given = entriesOf(file, sorted);
  const last = new Map(given.map((entry) => [entry.key, entry]));
  for (const entry of given) {
    const family = familyOf(entry.key);
    if (family !== undefined) {
      sorted.numbered[family].push(entry);
      continue;
    }
    const final = last.get(entry.key);
    if (final !== undefined && final !== entry && final.value !== entry.value) {
      sorted.warnings.push(`${entry.key} stands twice: ${final.place} counts, ${entry.place} does not`);
    }
  }
  for (const entry of last.values()) if (familyOf(entry.key) === undefined) sortOne(entry, sorted);
}

function entriesOf({ path, text }: NonNullable<Said["file"]>, sorted: Sorted): readonly Given[] {
  const { entries, problems } = parseProperties(text);
  for (const { line, message } of problems) {
    sorted.problems.push({ key: "", value: "", place: `${path}:${line}`, source: "file", message });
  }
  return entries.map(({ key, value, line }) => ({
    // ZooKeeper takes a key it does not know for the system property zookeeper.KEY, unless it is spelt out already.
    key: key.startsWith("zookeeper.") ? key.slice("zookeeper.".length) : key,
    value: value.trim(),
    place: `${path}:${line}`,
    source: "file",
  }));
}

/** `server` of `server.1`. SASL has settings of the same form, as server.principal. */
function familyOf(key: string): NumberedKey | undefined {
  return NUMBERED_KEYS.find((family) => key.startsWith(`${family}.`) && judgeZookeeperKey(key, "") === undefined);
}

function sortOne(entry: Given, sorted: Sorted): void {
  if (isSetting(entry.key)) {
    settle(entry.key, entry, sorted);
    return;
  }
  const verdict = judgeZookeeperKey(entry.key, entry.value);
  if (verdict === undefined) {
    const numbered = NUMBERED_KEYS.map((family) => `${family}${/\.\d+$/.exec(entry.key)?.[0] ?? ".N"}`);
    const near = closest(entry.key, [...SETTING_KEYS, ...ZOOKEEPER_KEYS, ...numbered]);
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

/** One of several, as flags and variables say it: `1=host:2888:3888`. Container images write `server.1=…`. */
function sortNumbered(
  family: NumberedKey,
  text: string,
  { place, source }: Pick<Given, "place" | "source">,
  sorted: Sorted,
): void {
  const at = text.indexOf("=");
  const number = text.slice(0, Math.max(at, 0)).trim();
  const key = number.startsWith(`${family}.`) ? number : `${family}.${number}`;
  const given: Given = { key, value: text.slice(at + 1).trim(), place, source };
  if (at >= 0) sorted.numbered[family].push(given);
  else sorted.problems.push({ ...given, key: family, message: `must be N=…, as ${NUMBERED[family].example}` });
}

/** What counts of lines from several places: all that the strongest of them says, and nothing of the others. */
function strongest(lines: readonly Given[]): readonly Given[] {
  const source = SOURCES.findLast((source) => lines.some((line) => line.source === source));
  return lines.filter((line) => line.source === source);
}

/** Who the servers are, which of them this one is, and what that means for its own settings. */
function settleEnsemble(read: Said["read"], sorted: Sorted): Configuration["ensemble"] {
  const { dynamicConfigFile } = sorted.values as Values;
  if (dynamicConfigFile !== undefined) sortDynamicFile(dynamicConfigFile, read, sorted);
  const { server, weight, group } = sorted.numbered;
  // Hidden lines can only be wrong by themselves: they need not make an ensemble.
  for (const hidden of server.filter((line) => !strongest(server).includes(line))) {
    sorted.problems.push(...membership({ server: [hidden], weight: [], group: [] }).problems);
  }
  const judged = membership({ server: strongest(server), weight: strongest(weight), group: strongest(group) });
  sorted.problems.push(...judged.problems);
  sorted.warnings.push(...judged.warnings);
  sorted.withoutEffect.push(...judged.withoutEffect);
  const { standaloneEnabled } = sorted.values as Values;
  const [only] = judged.members;
  if (strongest(server).length > 1 || (standaloneEnabled === false && only?.member.role === "participant")) {
    return settleMember(judged.members, read, sorted);
  }
  settleStandalone(only, sorted);
  return undefined;
}

/** ZooKeeper writes this file when the ensemble changes; it holds who belongs and nothing else. */
function sortDynamicFile(path: string, read: Said["read"], sorted: Sorted): void {
  const origin = sorted.origins.get("dynamicConfigFile");
  if (origin === undefined) return;
  for (const line of NUMBERED_KEYS.flatMap((family) => sorted.numbered[family])) {
    if (line.source !== "file") continue;
    sorted.problems.push({ ...line, message: `belongs into dynamicConfigFile = ${path} (${origin.place})` });
  }
  const file = read(resolve(path));
  if (file.text === undefined) {
    sorted.problems.push({ ...origin, message: `cannot be read: ${file.reason}` });
    return;
  }
  const entries = entriesOf({ path, text: file.text }, sorted);
  if (!entries.some(({ key }) => familyOf(key) === "server")) {
    sorted.problems.push({ ...origin, message: "names a file without server.N lines" });
  }
  for (const entry of entries) {
    const family = familyOf(entry.key);
    if (family !== undefined) sorted.numbered[family].push(entry);
    else if (entry.key !== "version") {
      sorted.problems.push({ ...entry, message: "does not belong into the file that dynamicConfigFile names" });
    } else if (!/^[\da-f]{1,16}$/i.test(entry.value)) {
      sorted.problems.push({ ...entry, message: "must be a hexadecimal number, as ZooKeeper writes it" });
    }
  }
}

/**
 * One server line describes this server, as in the files that ZooKeeper's container image writes; its client address
 * counts. What is said of ensembles has no effect.
 */
function settleStandalone(only: Placed | undefined, sorted: Sorted): void {
  if (only !== undefined && only.member.role === "observer") {
    sorted.problems.push({ ...only.given, message: "this server runs alone and cannot observe another" });
  } else if (only !== undefined) {
    if (only.member.clientPort === undefined) sorted.withoutEffect.push(only.given);
    else adoptClientAddress(only, "standalone", sorted);
  }
  sorted.withoutEffect.push(...strongest(sorted.numbered.weight), ...strongest(sorted.numbered.group));
  for (const key of ENSEMBLE_KEYS) {
    const given = sorted.origins.get(key);
    if (given === undefined || key === "dynamicConfigFile") continue;
    if (key === "peerType" && sorted.values[key] === "observer") {
      sorted.problems.push({ ...given, message: "this server runs alone and cannot observe another: say the servers" });
    } else if (key === "standaloneEnabled" && sorted.values[key] === false) {
      sorted.problems.push({
        ...given,
        message: "needs a server.N line that is a participant, for an ensemble of one",
      });
    }
    delete sorted.values[key];
    sorted.origins.delete(key);
    sorted.withoutEffect.push(given);
  }
}

function settleMember(members: readonly Placed[], read: Said["read"], sorted: Sorted): Configuration["ensemble"] {
  settleMyid(members, read, sorted);
  const values = sorted.values as Values;
  const own = members.find(({ member }) => member.sid === values.myid);
  if (own !== undefined) {
    adoptClientAddress(own, "member", sorted);
    checkOwnPorts(own, sorted);
    const { peerType } = values;
    if (peerType !== undefined && peerType !== own.member.role) {
      const place = sorted.origins.get("peerType")?.place;
      sorted.warnings.push(
        `peerType=${peerType} (${place}) has no effect: ${own.given.key} says ${own.member.role} (${own.given.place})`,
      );
    }
  }
  if (values["readonlymode.enabled"] === true && values.localSessionsEnabled !== true) {
    const place = sorted.origins.get("readonlymode.enabled")?.place;
    sorted.warnings.push(
      `readonlymode.enabled=true (${place}) without localSessionsEnabled: while there is no quorum nobody can be given a session, ` +
        "so new clients are turned away, as by ZooKeeper; set both",
    );
  }
  const { initLimit = ENSEMBLE_DEFAULTS.initLimit, syncLimit = ENSEMBLE_DEFAULTS.syncLimit } = values;
  return {
    sid: values.myid ?? 0,
    members: members.map(({ member }) => member),
    initLimit,
    syncLimit,
    electionTimeoutMs: values.electionTimeout,
    listenOnAllIps: values.quorumListenOnAllIPs ?? false,
    readOnly: values["readonlymode.enabled"] ?? false,
    localSessions: values.localSessionsEnabled ?? false,
    localSessionsUpgrading: values.localSessionsUpgradingEnabled ?? false,
    leaderServes: values.leaderServes !== "no",
  };
}

/** From the file in the data folder, where ZooKeeper has it, or from our setting. They must not disagree. */
function settleMyid(members: readonly Placed[], read: Said["read"], sorted: Sorted): void {
  const { dataDir, myid } = sorted.values as Values;
  const path = join(resolve(dataDir ?? DEFAULT_DATA_DIR), "myid");
  const file = read(path);
  const said = sorted.origins.get("myid");
  const ids = members.map(({ member }) => `${member.sid}`);
  if (file.text !== undefined) {
    // ZooKeeper reads the first line.
    const text = file.text.split("\n", 1).join("").trim();
    const given: Given = { key: "myid", value: text, place: path, source: "file" };
    if (said === undefined) settle("myid", given, sorted);
    else if (Number(text) !== myid) {
      sorted.problems.push({ ...said, message: `contradicts ${JSON.stringify(text)} in ${path}: leave one of them` });
    }
  } else if (!file.missing || said === undefined) {
    const message = file.missing
      ? `is missing: it holds this server's id. Make it, here for server ${ids[0] ?? 1} of ${ids.join(", ")}: ` +
        `mkdir -p ${quoted(join(path, ".."))} && echo ${ids[0] ?? 1} > ${quoted(path)}`
      : `cannot be read: ${file.reason}`;
    sorted.problems.push({ key: "", value: "", place: path, source: "file", message });
  }
  const settled = (sorted.values as Values).myid;
  const origin = sorted.origins.get("myid");
  if (settled === undefined || origin === undefined) return;
  // A line that could not be read has its own problem.
  if (strongest(sorted.numbered.server).some(({ key }) => key === `server.${settled}`)) return;
  sorted.problems.push({ ...origin, message: `is not the id of any of the servers: there are ${ids.join(", ")}` });
}

/** As a shell needs it. */
function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/**
 * Takes the client port of a server's own line for its own. What contradicts it is refused, since clients of an ensemble
 * are told what the line says; alone, a flag may win over a line of the file.
 */
function adoptClientAddress({ member, given: line }: Placed, as: "standalone" | "member", sorted: Sorted): void {
  const { clientHost, clientPort } = member;
  if (clientPort !== undefined) adopt("clientPort", `${clientPort}`);
  if (clientHost !== undefined) adopt("clientPortAddress", clientHost);

  function adopt(key: "clientPort" | "clientPortAddress", value: string): void {
    const own = sorted.origins.get(key);
    const differs = own !== undefined && `${sorted.values[key]}` !== value;
    const everyAddress = key === "clientPortAddress" && sorted.values[key] === "0.0.0.0";
    if (differs && !everyAddress && (as === "member" || own.source === line.source)) {
      const message = `contradicts ${line.key} = ${line.value} (${line.place}): leave one of them`;
      sorted.problems.push({ ...own, message });
    } else if (!differs || everyAddress || SOURCES.indexOf(own.source) < SOURCES.indexOf(line.source)) {
      settle(key, { key, value, place: line.place, source: line.source }, sorted);
    }
  }
}

/** Clients and the other servers cannot come to one port, unless each has an address of its own. */
function checkOwnPorts({ member, given: line }: Placed, sorted: Sorted): void {
  const { clientPort = DEFAULT_OPTIONS.clientPort, clientPortAddress, quorumListenOnAllIPs } = sorted.values as Values;
  if (clientPort !== member.peerPort) return;
  const apart = isOneAddress(clientPortAddress) && isOneAddress(member.host) && clientPortAddress !== member.host;
  if (apart && quorumListenOnAllIPs !== true) return;
  const said = sorted.origins.get("clientPort");
  const both = "clients and the other servers each need a port of their own: choose another for one of them";
  sorted.problems.push(
    said === undefined || said.place === line.place
      ? { ...line, message: `makes ${clientPort} its first port and this server's port for clients; ${both}` }
      : { ...said, message: `is the first port of ${line.key} = ${line.value} (${line.place}), this server; ${both}` },
  );
}

/** Not all of them, and no name, which may stand for any. */
function isOneAddress(host: string | undefined): boolean {
  return host !== undefined && isIP(host) !== 0 && host !== "0.0.0.0" && host !== "::";
}

function sortVariables(variables: Said["variables"], sorted: Sorted): void {
  const byVariable = new Map<string, SettingKey>(SETTING_KEYS.map((key) => [variableOf(key), key]));
  const numbered = NUMBERED_KEYS.map((family) => NUMBERED[family].variable);
  for (const [name, value] of Object.entries(variables)) {
    // An empty variable is how Compose files and shells say "unset".
    if (!name.startsWith("ROOKERY_") || value === undefined || value === "") continue;
    if (name === CONFIG_VARIABLE || name === DEV_VARIABLE) continue;
    // Kubernetes tells every container about every service, in variables: a service called rookery-client becomes
    // ROOKERY_CLIENT_PORT=tcp://10.0.0.7:2181.
    if (/^(tcp|udp|sctp):\/\//.test(value) || /_(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)_\w+)$/.test(name))
      continue;
    const key = byVariable.get(name);
    const given: Given = { key: key ?? name, value: value.trim(), place: `variable ${name}`, source: "variable" };
    const family = NUMBERED_KEYS.find((family) => NUMBERED[family].variable === name);
    if (family !== undefined) {
      for (const text of value.split(/[\s,]+/)) if (text !== "") sortNumbered(family, text, given, sorted);
    } else if (key !== undefined) settle(key, given, sorted);
    else sortUnknownVariable(given, [...byVariable.keys(), CONFIG_VARIABLE, ...numbered], sorted);
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
function checkTogether(values: Values, ensemble: boolean, sorted: Sorted): void {
  const blame = (key: SettingKey, message: string) => {
    const given = sorted.origins.get(key);
    if (given !== undefined) sorted.problems.push({ ...given, message });
  };
  const tick = values.tickTime ?? 3000;
  const { syncLimit = ENSEMBLE_DEFAULTS.syncLimit, electionTimeout } = values;
  if (ensemble && electionTimeout !== undefined && electionTimeout >= syncLimit * tick) {
    const product = `${syncLimit} × ${tick} = ${syncLimit * tick} ms`;
    blame("electionTimeout", `must be less than syncLimit × tickTime, which is ${product}`);
  } else if (ensemble && syncLimit * tick <= ELECTION_TIMEOUT_MIN_MS) {
    const message = `makes syncLimit × tickTime ${syncLimit * tick} ms: it must be more than ${ELECTION_TIMEOUT_MIN_MS} ms`;
    blame("tickTime", message);
  }
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
