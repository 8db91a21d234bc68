/**
 * Every setting `rookery serve` understands: its key as zoo.cfg spells it, what its value may be, its default and what
 * it does. Flags, variables, `--help` and CONFIGURATION.md are all made from this table. Where values come from and
 * which wins is `configuration.ts`; keys of ZooKeeper's that mean nothing here are `zookeeper-keys.ts`.
 */
import { getHashes } from "node:crypto";
import { DEFAULT_OPTIONS, type ServerOptions } from "@rookery/server";
import { z } from "zod";
import { SERVER_LINE } from "./server-line.ts";

/** What a value may be: read from text, said in words, and hinted at in a flag's usage. */
interface Kind<T> {
  readonly schema: z.ZodType<T, string>;
  /** Completes "must be …". */
  readonly allowed: string;
  readonly placeholder: string;
  /** What the bare flag means, for kinds that have two values. */
  readonly bare?: string;
  /** The values there are, for completions. */
  readonly choices?: readonly string[];
}

export type Group = "Where" | "Ensemble" | "Sessions and connections" | "Znodes" | "Access" | "Operation";

export interface Setting<T = unknown> extends Kind<T> {
  readonly group: Group;
  /** What holds when nobody says otherwise, in words. */
  readonly fallback: string;
  readonly help: string;
  /** Never printed. */
  readonly secret?: true;
  /** Not a key of ZooKeeper's. */
  readonly ours?: true;
}

const INT32_MAX = 2 ** 31 - 1;

const UNITS: Readonly<Record<string, string>> = {
  port: "a port number",
  ms: "a whole number of milliseconds",
  bytes: "a whole number of bytes",
  ticks: "a whole number of ticks",
};

/** ZooKeeper's words (those that change nothing and those that do). */
const FOUR_LETTER_WORDS = [
  ...["conf", "cons", "crst", "dirs", "dump", "envi", "gtmk", "hash", "isro", "lsnp", "mntr", "orst"],
  ...["ruok", "srst", "srvr", "stat", "stmk", "wchc", "wchp", "wchs"],
];

/** What holds in an ensemble when nobody says otherwise. ZooKeeper has no defaults; these are its sample's. */
export const ENSEMBLE_DEFAULTS = { initLimit: 10, syncLimit: 5 } as const;

/** Shorter ones would elect a new leader at each pause of the old one's. */
export const ELECTION_TIMEOUT_MIN_MS = 100;

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;

export const SETTINGS = {
  clientPort: setting(wholeNumber("port", 0, 65_535), {
    group: "Where",
    fallback: `${DEFAULT_OPTIONS.clientPort}`,
    help: "Port for clients. 0 takes any free one and says which.",
  }),
  clientPortAddress: setting(kind(z.string().regex(/^[^\s/]+$/), "a host name or an IP address", "host"), {
    group: "Where",
    fallback: `${DEFAULT_OPTIONS.clientPortAddress}; with a configuration file, and in an ensemble, every address (0.0.0.0), as ZooKeeper`,
    help: "Address to listen on.",
  }),
  clientPortListenBacklog: setting(orMinusOne(wholeNumber("connections", 1), "the system's choice"), {
    group: "Where",
    fallback: "-1",
    help: "Connections the system keeps waiting to be accepted.",
  }),
  dataDir: setting(kind(z.string().min(1), "the path of a folder", "folder"), {
    group: "Where",
    fallback: "./rookery-data",
    help: "Folder that holds everything the server must remember: state, log and identity. Made if missing.",
  }),
  "datadir.autocreate": setting(trueOrFalse(), {
    group: "Where",
    fallback: "true",
    help: "Whether a missing dataDir is made. Without it, an unmounted disk stops the start instead of hiding the data.",
  }),

  myid: setting(wholeNumber("number", 1, 255), {
    group: "Ensemble",
    fallback: "what the file myid in dataDir says, as with ZooKeeper",
    help: "Which of the server.N lines is this server.",
    ours: true,
  }),
  dynamicConfigFile: setting(kind(z.string().min(1), "the path of a file", "file"), {
    group: "Ensemble",
    fallback: "none",
    help: "File with the server.N, weight.N and group.N lines. It is read, and never written.",
  }),
  peerType: setting(anyCase(oneOf(["participant", "observer"])), {
    group: "Ensemble",
    fallback: "what the server.N line says",
    help: "Whether this server votes. The server.N line counts; what contradicts it is warned of.",
  }),
  standaloneEnabled: setting(trueOrFalse(), {
    group: "Ensemble",
    fallback: "true",
    help: "Whether a single server.N line means a standalone server. If false: an ensemble of one.",
  }),
  initLimit: setting(wholeNumber("ticks", 1), {
    group: "Ensemble",
    fallback: `${ENSEMBLE_DEFAULTS.initLimit}`,
    help: "How long a server may take to catch up with the leader without getting any further, in ticks.",
  }),
  syncLimit: setting(wholeNumber("ticks", 1), {
    group: "Ensemble",
    fallback: `${ENSEMBLE_DEFAULTS.syncLimit}`,
    help: "After how much silence a server is given up, in ticks. electionTimeout is shorter.",
  }),
  electionTimeout: setting(wholeNumber("ms", ELECTION_TIMEOUT_MIN_MS), {
    group: "Ensemble",
    fallback: "2000, or less when syncLimit ticks are short",
    help: "After how much silence the leader is taken for dead and another is elected. Less than syncLimit ticks.",
    ours: true,
  }),
  quorumListenOnAllIPs: setting(trueOrFalse(), {
    group: "Ensemble",
    fallback: "false",
    help: "Listen for the other servers on every address instead of the host's of the own server.N line.",
  }),
  leaderServes: setting(oneOf(["yes", "no"], "yes"), {
    group: "Ensemble",
    fallback: "yes",
    help: "Whether the leader takes clients.",
  }),
  "readonlymode.enabled": setting(trueOrFalse(), {
    group: "Ensemble",
    fallback: "false",
    help:
      "Serve reads, to clients that ask for it, while there is no quorum. New clients are only taken with " +
      "localSessionsEnabled, as in ZooKeeper.",
  }),
  localSessionsEnabled: setting(trueOrFalse(), {
    group: "Ensemble",
    fallback: "false",
    help: "Sessions that only their server knows and that cannot have ephemeral znodes: cheaper to open.",
  }),
  localSessionsUpgradingEnabled: setting(trueOrFalse(), {
    group: "Ensemble",
    fallback: "false",
    help: "Make a local session one that all know when it creates an ephemeral znode, instead of refusing that.",
  }),

  tickTime: setting(wholeNumber("ms", 1), {
    group: "Sessions and connections",
    fallback: `${DEFAULT_OPTIONS.tickTimeMs}`,
    help: "Unit of session expiry: sessions end on a multiple of it. Unit of initLimit and syncLimit.",
  }),
  minSessionTimeout: setting(orMinusOne(wholeNumber("ms", 1), "2 ticks"), {
    group: "Sessions and connections",
    fallback: "-1",
    help: "Shortest session timeout a client is given.",
  }),
  maxSessionTimeout: setting(orMinusOne(wholeNumber("ms", 1), "20 ticks"), {
    group: "Sessions and connections",
    fallback: "-1",
    help: "Longest session timeout a client is given.",
  }),
  maxClientCnxns: setting(wholeNumber("connections", 0), {
    group: "Sessions and connections",
    fallback: `${DEFAULT_OPTIONS.maxClientConnections}`,
    help: "Connections one IP address may have. 0: no limit.",
  }),
  maxCnxns: setting(wholeNumber("connections", 0), {
    group: "Sessions and connections",
    fallback: `${DEFAULT_OPTIONS.maxConnections}`,
    help: "Connections in all. 0: no limit.",
  }),
  "nio.sessionlessCnxnTimeout": setting(wholeNumber("ms", 1), {
    group: "Sessions and connections",
    fallback: `${DEFAULT_OPTIONS.sessionlessTimeoutMs}`,
    help: "A connection that opens no session is closed after this long.",
  }),
  "jute.maxbuffer": setting(javaInteger("bytes", 1), {
    group: "Sessions and connections",
    fallback: `${DEFAULT_OPTIONS.frameBytesMax}`,
    help: "Longest request taken from a client, and so the most a znode can hold.",
  }),
  globalOutstandingLimit: setting(wholeNumber("requests", 1), {
    group: "Sessions and connections",
    fallback: `${DEFAULT_OPTIONS.globalOutstandingLimit}`,
    help: "Requests taken and not yet answered, over all clients, above which busy clients wait.",
  }),
  outputBytesPause: setting(byteCount(), {
    group: "Sessions and connections",
    fallback: inBytes(DEFAULT_OPTIONS.outputBytesPause),
    help: "Replies queued for a client that does not read them, above which its requests are not read either.",
    ours: true,
  }),
  outputBytesMax: setting(byteCount(), {
    group: "Sessions and connections",
    fallback: inBytes(DEFAULT_OPTIONS.outputBytesMax),
    help: "Replies queued for a client that does not read them, above which it is disconnected.",
    ours: true,
  }),

  extendedTypesEnabled: setting(trueOrFalse(), {
    group: "Znodes",
    fallback: `${DEFAULT_OPTIONS.extendedTypes} (ZooKeeper: false)`,
    help: "Znodes with a time to live.",
  }),
  "znode.container.checkIntervalMs": setting(wholeNumber("ms", 1), {
    group: "Znodes",
    fallback: `${DEFAULT_OPTIONS.containerCheckIntervalMs}`,
    help: "How often empty containers and znodes that outlived their time are collected.",
  }),
  "znode.container.maxPerMinute": setting(wholeNumber("znodes", 1), {
    group: "Znodes",
    fallback: `${DEFAULT_OPTIONS.containersPerMinuteMax}`,
    help: "How many are collected in a minute at most.",
  }),
  "znode.container.maxNeverUsedIntervalMs": setting(wholeNumber("ms", 0), {
    group: "Znodes",
    fallback: `${DEFAULT_OPTIONS.containerNeverUsedMs}`,
    help: "A container that never had a child is collected after this long. 0: never.",
  }),
  enforceQuota: setting(trueOrFalse(), {
    group: "Znodes",
    fallback: `${DEFAULT_OPTIONS.enforceQuota}`,
    help: "Whether a hard quota refuses writes beyond it. Otherwise it is only logged.",
  }),

  skipACL: setting(oneOf(["yes", "no"], "yes"), {
    group: "Access",
    fallback: DEFAULT_OPTIONS.skipAcl ? "yes" : "no",
    help: "Let everyone do everything, whatever the ACLs say.",
  }),
  "DigestAuthenticationProvider.enabled": setting(trueOrFalse(), {
    group: "Access",
    fallback: `${DEFAULT_OPTIONS.digestEnabled}`,
    help: "Whether clients can prove who they are with a name and a password (scheme digest).",
  }),
  "DigestAuthenticationProvider.superDigest": setting(
    kind(
      z.string().regex(/^[^:\s]+:[A-Za-z0-9+/]{22,}=*$/),
      "NAME:DIGEST, the digest in base64 (28 characters with SHA1), not a password",
      "name:digest",
    ),
    {
      group: "Access",
      fallback: "none",
      help: "Who may do everything: super:DIGEST, DIGEST = base64 of digestAlg over super:PASSWORD.",
      secret: true,
    },
  ),
  "DigestAuthenticationProvider.digestAlg": setting(digestAlgorithm(), {
    group: "Access",
    fallback: DEFAULT_OPTIONS.digestAlgorithm.toUpperCase(),
    help: "Hash of the digest scheme. Changing it makes the digests in existing ACLs useless.",
  }),
  "enforce.auth.enabled": setting(trueOrFalse(), {
    group: "Access",
    fallback: "false",
    help: "Clients must authenticate, with a scheme of enforce.auth.schemes, before anything else.",
  }),
  "enforce.auth.schemes": setting(listOf(["digest", "ip"], "schemes"), {
    group: "Access",
    fallback: "none",
    help: "Any one of these is enough.",
  }),
  "4lw.commands.whitelist": setting(fourLetterWords(), {
    group: "Access",
    fallback: shownWords(DEFAULT_OPTIONS.fourLetterWords),
    help: "Four-letter words answered on the client port; srvr always is.",
  }),
  reconfigEnabled: setting(trueOrFalse(), {
    group: "Access",
    fallback: `${DEFAULT_OPTIONS.reconfigEnabled}`,
    help: "Whether reconfig requests are considered. A standalone server refuses them either way.",
  }),

  cacheBytesMax: setting(byteCount(), {
    group: "Operation",
    fallback: inBytes(DEFAULT_OPTIONS.cacheBytesMax),
    help: "Memory for znodes that are in use, about. The rest stays on disk.",
    ours: true,
  }),
  logLevel: setting(oneOf(LOG_LEVELS), {
    group: "Operation",
    fallback: "warn",
    help: "The least important log lines that are written (JSON, on standard error).",
    ours: true,
  }),
};

export type SettingKey = keyof typeof SETTINGS;

/** What was said, read; a key is absent when nobody said anything. */
export type Values = {
  readonly [K in SettingKey]?: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** Settings that mean something only to a server that is one of several. */
export const ENSEMBLE_KEYS: readonly SettingKey[] = SETTING_KEYS.filter((key) => SETTINGS[key].group === "Ensemble");

export type NumberedKey = "server" | "weight" | "group";

/** Settings that there are several of, told apart by a number: `server.1`, `server.2`. */
export interface NumberedSetting {
  readonly flag: string;
  /** Holds all of them, with blanks or commas between. */
  readonly variable: string;
  readonly placeholder: string;
  /** As `1=10.0.0.1:2888:3888;2181`. */
  readonly example: string;
  readonly allowed: string;
  readonly fallback: string;
  readonly help: string;
}

export const NUMBERED: Readonly<Record<NumberedKey, NumberedSetting>> = {
  server: {
    flag: "--server",
    variable: "ROOKERY_SERVERS",
    placeholder: "N=host:port:port",
    example: "1=10.0.0.1:2888:3888;2181",
    allowed: SERVER_LINE,
    fallback: "none: a standalone server",
    help:
      "A server of the ensemble, and its id from 1 to 255; say all of them, this one included. The first port is for " +
      "the other servers, the second is only told to clients that ask, and the last is for clients.",
  },
  weight: {
    flag: "--weight",
    variable: "ROOKERY_WEIGHTS",
    placeholder: "N=weight",
    example: "1=2",
    allowed: "a whole number from 0 to 1000000",
    fallback: "1",
    help: "How much the vote of server N counts.",
  },
  group: {
    flag: "--group",
    variable: "ROOKERY_GROUPS",
    placeholder: "N=id:id",
    example: "1=1:2:3",
    allowed: "ids of servers that vote, with colons between them",
    fallback: "none",
    help: "Servers that vote as a group: a quorum is a majority in a majority of the groups. Each voter is in one.",
  },
};

export const NUMBERED_KEYS = Object.keys(NUMBERED) as readonly NumberedKey[];

/**
 * `clientPort` → `client-port`, `skipACL` → `skip-acl`, `4lw.commands.whitelist` → `4lw-commands-whitelist`: a dash for
 * each dot and before each word that a capital begins. IPs are one word.
 */
export function dashed(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z](?!s(?![a-z]))[a-z])/g, "$1-$2")
    .replace(/[._]/g, "-")
    .toLowerCase();
}

export function flagOf(key: string): string {
  return `--${dashed(key)}`;
}

export function variableOf(key: string): string {
  return `ROOKERY_${dashed(key).replaceAll("-", "_").toUpperCase()}`;
}

/** The server's own options, without the ensemble. `everyAddress`: what to listen on if nobody said (see clientPortAddress). */
export function serverOptions(values: Values, everyAddress: boolean): Partial<ServerOptions> {
  const options: { -readonly [K in keyof ServerOptions]?: ServerOptions[K] | undefined } = {
    clientPort: values.clientPort,
    clientPortAddress: values.clientPortAddress ?? (everyAddress ? "0.0.0.0" : undefined),
    clientPortListenBacklog: fromMinusOne(values.clientPortListenBacklog),
    tickTimeMs: values.tickTime,
    minSessionTimeoutMs: fromMinusOne(values.minSessionTimeout),
    maxSessionTimeoutMs: fromMinusOne(values.maxSessionTimeout),
    maxClientConnections: values.maxClientCnxns,
    maxConnections: values.maxCnxns,
    frameBytesMax: values["jute.maxbuffer"],
    globalOutstandingLimit: values.globalOutstandingLimit,
    outputBytesPause: values.outputBytesPause,
    outputBytesMax: values.outputBytesMax,
    sessionlessTimeoutMs: values["nio.sessionlessCnxnTimeout"],
    extendedTypes: values.extendedTypesEnabled,
    containerCheckIntervalMs: values["znode.container.checkIntervalMs"],
    containersPerMinuteMax: values["znode.container.maxPerMinute"],
    containerNeverUsedMs: values["znode.container.maxNeverUsedIntervalMs"],
    enforceQuota: values.enforceQuota,
    skipAcl: values.skipACL === undefined ? undefined : values.skipACL === "yes",
    superDigest: values["DigestAuthenticationProvider.superDigest"],
    digestAlgorithm: values["DigestAuthenticationProvider.digestAlg"],
    digestEnabled: values["DigestAuthenticationProvider.enabled"],
    enforceAuthSchemes: values["enforce.auth.enabled"] === true ? values["enforce.auth.schemes"] : undefined,
    fourLetterWords: values["4lw.commands.whitelist"],
    reconfigEnabled: values.reconfigEnabled,
    cacheBytesMax: values.cacheBytesMax,
  };
  // Absent rather than undefined: an undefined would hide the default.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function setting<T>(of: Kind<T>, about: Omit<Setting<T>, keyof Kind<T>>): Setting<T> {
  return { ...of, ...about };
}

function kind<T>(schema: z.ZodType<T, string>, allowed: string, placeholder: string): Kind<T> {
  return { schema, allowed, placeholder };
}

function wholeNumber(unit: string, min: number, max = INT32_MAX): Kind<number> {
  const schema = z
    .string()
    .regex(/^[+-]?\d+$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max));
  return kind(schema, `${UNITS[unit] ?? "a whole number"} from ${min} to ${max}`, unit);
}

/** As `Integer.getInteger` reads system properties: decimal, or hexadecimal after 0x. */
function javaInteger(unit: string, min: number): Kind<number> {
  const { allowed } = wholeNumber(unit, min);
  const schema = z
    .string()
    .regex(/^(\d+|0[xX][0-9a-fA-F]+)$/)
    .transform(Number)
    .pipe(z.number().min(min).max(INT32_MAX));
  return kind(schema, `${allowed}, or hexadecimal after 0x`, unit);
}

/** ZooKeeper's way to say "as if this line were not there". */
function orMinusOne(of: Kind<number>, meaning: string): Kind<number> {
  return kind(
    z.union([z.literal("-1").transform(Number), of.schema]),
    `${of.allowed}, or -1 for ${meaning}`,
    of.placeholder,
  );
}

function fromMinusOne(value: number | undefined): number | undefined {
  return value === -1 ? undefined : value;
}

function trueOrFalse(): Kind<boolean> {
  const schema = z
    .string()
    .toLowerCase()
    .pipe(z.enum(["true", "false"]))
    .transform((text) => text === "true");
  return { ...kind(schema, "true or false", "true|false"), bare: "true", choices: ["true", "false"] };
}

function oneOf<const T extends string>(choices: readonly T[], bare?: T): Kind<T> {
  const made = kind(z.enum(choices), inWords(choices, "or"), choices.join("|"));
  return { ...made, choices, ...(bare === undefined ? {} : { bare }) };
}

/** Java compares these without regard to case. */
function anyCase<T extends string>(of: Kind<T>): Kind<T> {
  return { ...of, schema: z.string().toLowerCase().pipe(of.schema) };
}

function listOf(choices: readonly string[], placeholder: string): Kind<readonly string[]> {
  const schema = z
    .string()
    .transform(commaSeparated)
    .pipe(z.array(z.enum(choices)).min(1));
  return kind(schema, `a comma-separated list of ${inWords(choices, "and")}`, placeholder);
}

function fourLetterWords(): Kind<readonly string[] | "*"> {
  const list = z
    .string()
    .transform(commaSeparated)
    .pipe(z.array(z.enum(FOUR_LETTER_WORDS)));
  return kind(
    z.union([z.string().trim().pipe(z.literal("*")), list]),
    `* for all, or a comma-separated list of ${inWords(FOUR_LETTER_WORDS, "and")}`,
    "words",
  );
}

/** `64m`, as people write it: k, m and g are 1024, 1024² and 1024³ bytes. */
function byteCount(): Kind<number> {
  const schema = z
    .string()
    .regex(/^\d+[kmgKMG]?$/)
    .transform((text) => Number.parseInt(text, 10) * 1024 ** ("kmg".indexOf(text.slice(-1).toLowerCase()) + 1))
    .pipe(z.number().min(1).max(Number.MAX_SAFE_INTEGER));
  return kind(schema, "a number of bytes, at least 1, that may end in k, m or g (1024 each time)", "bytes");
}

function inBytes(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}m` : `${bytes}`;
}

/** Java's names and Node's differ in case and in a dash: SHA-256 is sha256 (newer Nodes know both), SHA3-256 is sha3-256. */
function digestAlgorithm(): Kind<string> {
  const known = new Set(getHashes());
  const schema = z
    .string()
    .transform((name) => name.toLowerCase().replace(/^sha-/, "sha"))
    .pipe(z.string().refine((name) => known.has(name)));
  return kind(schema, "the name of a hash, such as SHA1, SHA-256 or SHA3-256", "hash");
}

function commaSeparated(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function shownWords(words: readonly string[] | "*"): string {
  return words === "*" ? "*" : words.join(",");
}

function inWords(items: readonly string[], last: "and" | "or"): string {
  return items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} ${last} ${items.at(-1)}`;
}
