/**
 * One `server.N` line as ZooKeeper 3.9 writes it, `HOST:PORT:PORT[:participant|observer][;[CLIENTHOST:]CLIENTPORT]`.
 * What several lines must be together is `members.ts`.
 *
 * Source: ZooKeeper 3.9, QuorumPeer.QuorumServer, and "Configuration Parameters" of the administrator's guide.
 */
import { isIPv6 } from "node:net";
import type { ServerOptions } from "@rookery/server";

export type EnsembleOptions = NonNullable<ServerOptions["ensemble"]>;
export type EnsembleMember = EnsembleOptions["members"][number];

/** What a line says by itself. */
export type ServerLine = Omit<EnsembleMember, "sid" | "weight" | "group">;

export const SERVER_LINE = "HOST:PORT:PORT[:participant|observer][;[CLIENTHOST:]CLIENTPORT]";

/** The line, or what is wrong with it: completes a sentence that begins with the key. */
export function parseServerLine(text: string): ServerLine | string {
  const [peer = "", client, secure] = text.split(";").map((part) => part.trim());
  if (secure !== undefined) return "TLS is not supported yet: leave out the secure client port";
  if (peer.includes("|")) {
    return "several addresses of one server (with |) are not supported: give the one, or a name that stands for it";
  }
  const match = /^(\[[^\]]*\]|[^:[\]\s/]+):(\d+)(?::(\d+))?(?::([a-z]+))?$/i.exec(peer);
  if (match === null) {
    return isIPv6(peer.replace(/(:\d+){1,2}(:[a-z]+)?$/i, ""))
      ? `must be ${SERVER_LINE}, and an IPv6 address stands in brackets`
      : `must be ${SERVER_LINE}`;
  }
  const [, host = "", first, second, role = "participant"] = match;
  const peerPort = portOf(first);
  const electionPort = portOf(second);
  if (second === undefined) {
    return "needs two ports, HOST:PORT:PORT, as ZooKeeper does; servers use the first for everything, and clients are told both";
  }
  if (peerPort === undefined || electionPort === undefined) return "needs ports from 1 to 65535";
  const name = unbracketed(host);
  if (name === undefined) return `${host} is no IPv6 address`;
  const lower = role.toLowerCase();
  if (lower !== "participant" && lower !== "observer") return `the role must be participant or observer, not ${role}`;
  const reached = client === undefined ? NOWHERE : parseClient(client);
  if (typeof reached === "string") return reached;
  return { role: lower, host: name, peerPort, electionPort, ...reached };
}

type ClientAddress = Pick<ServerLine, "clientHost" | "clientPort">;

const NOWHERE: ClientAddress = { clientHost: undefined, clientPort: undefined };

/** `*`, as older containers write it, is no host in particular. */
function parseClient(text: string): ClientAddress | string {
  const match = /^(?:(\[[^\]]*\]|[^:[\]\s/]+):)?(\d+)$/.exec(text);
  if (match === null) return `must have [CLIENTHOST:]CLIENTPORT behind the semicolon, not ${JSON.stringify(text)}`;
  const [, host, port] = match;
  const clientPort = portOf(port);
  if (clientPort === undefined) return "needs a client port from 1 to 65535";
  if (host === undefined || host === "*") return { clientHost: undefined, clientPort };
  const clientHost = unbracketed(host);
  return clientHost === undefined ? `${host} is no IPv6 address` : { clientHost, clientPort };
}

function portOf(digits: string | undefined): number | undefined {
  const port = Number(digits);
  return port >= 1 && port <= 65_535 ? port : undefined;
}

/** Undefined when the brackets hold no IPv6 address. */
function unbracketed(host: string): string | undefined {
  if (!host.startsWith("[")) return host;
  const address = host.slice(1, -1);
  return isIPv6(address) ? address : undefined;
}

/** `host:port`, with the brackets that an IPv6 address needs. */
export function joined(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
