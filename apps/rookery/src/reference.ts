/** CONFIGURATION.md, made from the table of settings (`pnpm generate`). */
import {
  flagOf,
  type Group,
  NUMBERED,
  NUMBERED_KEYS,
  SETTING_KEYS,
  SETTINGS,
  type Setting,
  variableOf,
} from "./settings.ts";

export function reference(): string {
  const groups = new Map<Group, string[]>();
  for (const key of SETTING_KEYS) {
    const setting: Setting = SETTINGS[key];
    const rows = groups.get(setting.group) ?? [];
    groups.set(setting.group, rows);
    const names = `\`${key}\`${setting.ours ? " ◆" : ""}<br>\`${flagOf(key)}\`<br>\`${variableOf(key)}\``;
    const row = [names, cell(setting.help), cell(capitalised(setting.allowed)), cell(setting.fallback)];
    rows.push(`| ${row.join(" | ")} |`);
  }
  groups.get("Ensemble")?.unshift(...NUMBERED_KEYS.map(numberedRow));
  const tables = [...groups].map(
    ([group, rows]) =>
      `## ${group}\n\n| Setting | What it does | Value | Default |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`,
  );
  return `${INTRODUCTION}\n${tables.join("\n")}\n${ZOOKEEPER}`;
}

/** One of the settings that there are several of. */
function numberedRow(family: (typeof NUMBERED_KEYS)[number]): string {
  const { flag, variable, example, help, allowed, fallback } = NUMBERED[family];
  const names = `\`${family}.N\`<br>\`${flag} '${cell(example)}'\`<br>\`${variable}\``;
  return `| ${[names, cell(help), cell(capitalised(allowed)), cell(fallback)].join(" | ")} |`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

const INTRODUCTION = `<!-- Made by \`rookery settings\` from src/settings.ts; \`pnpm generate\` writes it. -->

# Configuration of \`rookery serve\`

Every setting can be said in three places. The first that speaks counts:

1. a flag: \`--tick-time 2000\`;
2. a variable: \`ROOKERY_TICK_TIME=2000\`;
3. a line in the configuration file, \`tickTime=2000\`, which is ZooKeeper's \`zoo.cfg\` (\`--config FILE\` or
   \`ROOKERY_CONFIG=FILE\`).

Names follow from the key: a dash, or an underscore, takes the place of each dot and stands before each word that begins
with a capital. A flag with two values, such as \`--enforce-quota\`, means \`true\` (or \`yes\`) when it stands alone. An
empty variable says nothing. In the file a key may also be spelt as the system property it is in ZooKeeper,
\`zookeeper.extendedTypesEnabled\`.

All values are checked, also those that others hide. Whatever is wrong is reported at once, with its place and what is
allowed, and the server does not start (exit code 2). \`rookery serve --show-config\` prints what counts and where it
comes from.

Settings marked ◆ are Rookery's own; ZooKeeper has no such key.
`;

const ZOOKEEPER = `## Ensembles

Every server is told the same \`server.N\` lines, itself included, and by \`myid\` which of them it is: in the file \`myid\`
in its \`dataDir\`, as with ZooKeeper, or as a setting. The lines can stand in the configuration file, in the file that
\`dynamicConfigFile\` names, in a variable, \`ROOKERY_SERVERS="1=10.0.0.1:2888:3888;2181 2=10.0.0.2:2888:3888;2181"\`, or
behind repeated flags, \`--server '1=10.0.0.1:2888:3888;2181'\`. They are not mixed: the lines of the strongest place count.
The client port of the own line is this server's; a \`clientPort\` that says something else is refused. A single line
describes a standalone server, unless \`standaloneEnabled\` is false.

An ensemble that could never work is refused before anything is touched: nobody who votes, two lines for one id, two
servers at one address, an id outside 1 to 255, a \`myid\` that is in no line, weights that are all 0, a group that leaves a
voter out. Two voters, or an even number of them, are worth a warning.

A new ensemble begins when all its voters have been there once. A server whose disk was emptied, or put back to an older day,
may have forgotten what it acknowledged: it does not take part, says so and ends. An empty file named \`initialize\` in its
\`dataDir\`, as with ZooKeeper, vouches for one that is empty but for \`myid\`, also of a new voter; it is deleted when the
server has been let in.

Servers speak a protocol of their own with each other: Apache ZooKeeper's cannot be members of the same ensemble. It is
neither encrypted nor authenticated yet, so the first ports belong on a network of their own.

## ZooKeeper's other keys

An existing \`zoo.cfg\` works as it is, of a standalone server and of an ensemble.

- Keys that say how the Java server does its work (\`snapCount\`, \`preAllocSize\`, \`autopurge.*\`, \`commitProcessor.*\`,
  \`metricsProvider.*\`, \`admin.*\`, \`cnxTimeout\`, \`electionPortBindRetry\`, \`tcpKeepAlive\`, \`quorumCnxnTimeoutMs\`,
  \`connectToLearnerMasterLimit\`, \`leader.maxTimeToWaitForEpoch\`, \`syncEnabled\` …) are accepted and have no effect, as
  have those of ensembles (\`initLimit\`, \`syncLimit\` …) in a standalone server. They are listed in one log line of level
  info.
- \`dataLogDir\` has no effect either: the log is kept under \`dataDir\`, beside the state. A warning says so.
- Keys that would change what the server does, if it could do that yet, are refused: \`secureClientPort\`, \`ssl.*\`,
  \`sslQuorum\`, \`quorum.auth.enableSasl\`, several addresses in a \`server.N\` (with \`|\`), \`observerMasterPort\`,
  \`oraclePath\`, \`authProvider.N\` with a Java class, \`superUser\`, the throttles \`connection_throttle_tokens\` and
  \`request_throttle_max_requests\`, and others. \`electionAlg\` must be 3.
- A key that neither knows is refused, with the key that may have been meant. (ZooKeeper makes a system property of it.)

The file has the format of \`java.util.Properties\`: \`key=value\`, \`key: value\` or \`key value\`, comments after \`#\` or
\`!\` at the beginning of a line, and a backslash that joins a line with the next or begins an escape. It is UTF-8.

A \`dataDir\` in which ZooKeeper keeps its own data (\`version-2/\`) is refused rather than shown as an empty tree.

## Logs

JSON lines on standard error, from level \`warn\` up. Standard output carries one line for people, when the server is ready.
Under systemd (\`Type=notify\`, \`NotifyAccess=all\`) readiness is reported as well.
`;
