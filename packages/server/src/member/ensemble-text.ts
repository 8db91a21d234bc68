/** The ensemble as clients read it at /zookeeper/config. Source: specification §7.5. */
import type { EnsembleMember, EnsembleOptions } from "../options.ts";

/** A line a server, by sid, then the version. */
export function configText({ members }: EnsembleOptions): string {
  const lines = [...members].sort((a, b) => a.sid - b.sid).map(serverLine);
  return `${lines.join("\n")}\nversion=0`;
}

function serverLine({ sid, role, host, peerPort, electionPort, clientHost, clientPort }: EnsembleMember): string {
  const bracketed = (name: string) => (name.includes(":") ? `[${name}]` : name);
  const client = clientPort === undefined ? "" : `;${bracketed(clientHost ?? "0.0.0.0")}:${clientPort}`;
  return `server.${sid}=${bracketed(host)}:${peerPort}:${electionPort}:${role}${client}`;
}
