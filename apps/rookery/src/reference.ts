/** CONFIGURATION.md, made from the table of settings (`pnpm generate`). */
import { flagOf, type Group, SETTING_KEYS, SETTINGS, type Setting, variableOf } from "./settings.ts";

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
  const tables = [...groups].map(
    ([group, rows]) =>
      `## ${group}\n\n| Setting | What it does | Value | Default |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`,
  );
  return `${INTRODUCTION}\n${tables.join("\n")}\n${ZOOKEEPER}`;
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

const ZOOKEEPER = `## ZooKeeper's other keys

An existing \`zoo.cfg\` works as it is when it describes a standalone server.

- Keys that say how the Java server does its work (\`snapCount\`, \`preAllocSize\`, \`autopurge.*\`, \`commitProcessor.*\`,
  \`metricsProvider.*\`, \`admin.*\` …), and those of ensembles that mean nothing to one server (\`initLimit\`, \`syncLimit\` …),
  are accepted and have no effect. They are listed in one log line of level info.
- \`dataLogDir\` has no effect either: the log is kept under \`dataDir\`, beside the state. A warning says so.
- A single \`server.N\` line is accepted; the client address after its semicolon counts.
- Keys that would change what the server does, if it could do that yet, are refused: several \`server.N\`, \`group.N\`,
  \`weight.N\`, \`dynamicConfigFile\`, \`peerType=observer\`, \`secureClientPort\`, \`ssl.*\`, \`authProvider.N\` with a Java
  class, \`superUser\`, the throttles \`connection_throttle_tokens\` and \`request_throttle_max_requests\`, and others.
- A key that neither knows is refused, with the key that may have been meant. (ZooKeeper makes a system property of it.)

The file has the format of \`java.util.Properties\`: \`key=value\`, \`key: value\` or \`key value\`, comments after \`#\` or
\`!\` at the beginning of a line, and a backslash that joins a line with the next or begins an escape. It is UTF-8.

A \`dataDir\` in which ZooKeeper keeps its own data (\`version-2/\`) is refused rather than shown as an empty tree.

## Logs

JSON lines on standard error, from level \`warn\` up. Standard output carries one line for people, when the server is ready.
Under systemd (\`Type=notify\`, \`NotifyAccess=all\`) readiness is reported as well.
`;
