/** Connect strings: `host:port,host:port/chroot`. Source: ZooKeeper Programmer's Guide, "ZooKeeper Sessions". */
import { pathProblem } from "@rookery/protocol/client";
import { badArgument } from "./errors.ts";

export interface Host {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface ConnectTarget {
  readonly hosts: readonly Host[];
  /** Empty for none, otherwise absolute. */
  readonly chroot: string;
}

const DEFAULT_PORT = 2181;
const HELP = 'such as "10.0.0.1:2181,[::1]:2181,zk.example.org" or "zk1:2181,zk2:2181/chroot"';

/** @throws CoordinationError `BAD_ARGUMENTS`, which says what is wrong with which part. */
export function parseConnectString(text: string): ConnectTarget {
  if (typeof text !== "string" || text.trim() === "")
    throw badArgument(
      `The connect string is ${text === "" ? "empty" : typeof text === "string" ? JSON.stringify(text) : String(text)}: give servers, ${HELP}.`,
    );
  const slash = text.indexOf("/");
  const list = slash < 0 ? text : text.slice(0, slash);
  const path = slash < 0 ? "" : text.slice(slash);
  const problem = path === "" || path === "/" ? undefined : pathProblem(path);
  if (problem !== undefined) throw badArgument(`The chroot of the connect string ${JSON.stringify(text)}: ${problem}`);
  const hosts = list.split(",").map((part) => parseHost(part.trim(), text));
  return { hosts, chroot: path === "/" ? "" : path };
}

export function formatHost({ host, port }: Host): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseHost(part: string, whole: string): Host {
  const match =
    /^\[(?<six>[0-9a-fA-F:.]+(?:%[\w.-]+)?)\](?::(?<port>\d+))?$/.exec(part) ??
    /^(?<name>[^\s:[\]/]+)(?::(?<port>\d+))?$/.exec(part);
  const { six, name, port } = match?.groups ?? {};
  const host = six ?? name;
  if (host === undefined)
    throw badArgument(
      `${JSON.stringify(part)} in the connect string ${JSON.stringify(whole)} is not a server: write ${HELP}.`,
    );
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (number < 1 || number > 65_535)
    throw badArgument(`The port of ${JSON.stringify(part)} in the connect string must be 1 to 65535.`);
  return { host, port: number };
}
