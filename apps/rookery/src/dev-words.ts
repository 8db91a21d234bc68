/** What `rookery dev` understands and how it says things: commands, roles, log lines for people, the status table. */
import type { End, LocalServer, ProcessState, Role, Status } from "./local-server.ts";

/** What can be done to one server. */
export type Deed = "kill" | "start" | "pause";

export type Command =
  | { readonly type: Deed; readonly sid: number }
  | { readonly type: "table" }
  | { readonly type: "quit" };

const COMMANDS: Readonly<Record<string, Deed>> = { k: "kill", s: "start", p: "pause" };

export const COMMANDS_HELP = "k N kills server N, s N starts it again, p N pauses and resumes it, ? shows all, q stops";

/** A line that was typed, or why it is no command. Undefined for an empty one. */
export function parseCommand(line: string, servers: number): Command | string | undefined {
  const text = line.trim().toLowerCase();
  if (text === "") return undefined;
  if (text === "?") return { type: "table" };
  if (text === "q") return { type: "quit" };
  const match = /^([a-z])\s*(\d*)$/.exec(text);
  const type = COMMANDS[match?.[1] ?? ""];
  if (type === undefined) return COMMANDS_HELP;
  const sid = Number(match?.[2]);
  if (sid >= 1 && sid <= servers) return { type, sid };
  return `${text[0]} needs the number of a server, from 1 to ${servers}`;
}

/** A change of role, as an event. */
export const BECAME: Readonly<Record<Role, string>> = {
  leader: "leads",
  follower: "follows",
  observer: "observes",
  standalone: "serves, alone",
  "read-only": "serves reads only: it has no quorum",
  looking: "looks for a leader",
  starting: "is starting",
  "not answering": "does not answer",
};

/** Whether clients are served: by a leader, and by who has one. */
export function serves(role: Role): boolean {
  return role === "leader" || role === "standalone";
}

export function describeEnd(sid: number, { code, signal, asked }: End): string {
  const how = asked
    ? signal === "SIGKILL"
      ? "was killed"
      : "has stopped"
    : signal === null
      ? `has ended by itself with exit code ${code}`
      : `was ended by ${signal}`;
  return `server ${sid} ${how}`;
}

/** A line of a server's log, which is JSON, for people; any other line as it is. */
export function readable(line: string): string {
  const fields = parseFields(line);
  if (fields === undefined) return line;
  const { level, time, pid: _pid, msg, err, ...rest } = fields;
  const clock = typeof time === "string" ? `${time.slice(11, 23)} ` : "";
  const details = Object.entries(rest).map(([name, value]) => `${name}=${shortened(value)}`);
  const cause = err instanceof Object && "message" in err ? `: ${err.message}` : "";
  return `${clock}${level} ${msg}${cause}${details.length === 0 ? "" : `  ${details.join(" ")}`}`;
}

function parseFields(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return value instanceof Object && "level" in value && "msg" in value ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function shortened(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

/** What of a server the table shows. */
export type Row = Pick<LocalServer, "sid" | "clientPort" | "peerPort" | "pid"> & {
  readonly state: ProcessState;
  readonly status: Status;
};

export function table(servers: readonly Row[]): string {
  const rows = servers.map(({ sid, state, status, clientPort, peerPort, pid }) => [
    `${sid}`,
    state === "running" ? status.role : state,
    `127.0.0.1:${clientPort}`,
    peerPort === undefined ? "-" : `127.0.0.1:${peerPort}`,
    `${pid ?? "-"}`,
    `${status.zxid ?? "-"}`,
    `${status.connections ?? "-"}`,
  ]);
  const all = [["server", "is", "for clients", "for servers", "pid", "zxid", "clients"], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
