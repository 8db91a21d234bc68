/** `cons`, and the lines that tell of connections. Source: ZooKeeper 3.9, ServerCnxn.dumpConnectionInfo; specification §10.4. */
import { OpCode } from "@rookery/protocol/client";
import type { Client } from "../member/client.ts";
import type { Transport } from "../member/ports.ts";
import type { Report } from "./report.ts";
import { hex64 } from "./text.ts";

export function cons({ member }: Report, asker: Client): string {
  let text = "";
  for (const client of member.clients) text += ` ${brief(client, asker)}${sessionFields(client)})\n`;
  return `${text}\n`;
}

/** One line a connection, as `stat` has them. */
export function clientLines({ member }: Report, asker: Client): string {
  let text = "";
  for (const client of member.clients) text += ` ${brief(client, asker)})\n`;
  return text;
}

/** As Java prints a socket address, but for zeros in IPv6: Java does not shorten them. */
export function addressOf({ address, port }: Transport): string {
  return address.includes(":") ? `/[${address}]:${port}` : `/${address}:${port}`;
}

/** Up to the fields that only some connections have; the bracket is left open. */
function brief(client: Client, asker: Client): string {
  const { transport, queued, received, sent } = client;
  // 1: its requests are read, 4: it has bytes to be sent.
  const interest = client === asker ? 0 : (client.stalled ? 0 : 1) + (transport.pendingBytes() > 0 ? 4 : 0);
  return `${addressOf(transport)}[${interest}](queued=${queued},recved=${received},sent=${sent}`;
}

function sessionFields(client: Client): string {
  const { session, latencies } = client;
  if (session === undefined || client.state !== "open") return "";
  return [
    `,sid=0x${hex64(session.high, session.low)}`,
    `,lop=${LETTERS[client.lastOpcode] ?? "NA"}`,
    `,est=${client.openedMs}`,
    `,to=${session.timeoutMs}`,
    client.lastXid < 0 ? "" : `,lcxid=0x${client.lastXid.toString(16)}`,
    `,lzxid=0x${hex64(client.lastZxidHigh, client.lastZxidLow)}`,
    `,lresp=${Math.floor(client.lastResponseMs)}`,
    `,llat=${Math.floor(client.lastLatencyMs)}`,
    `,minlat=${Math.floor(client.minLatencyMs)}`,
    `,avglat=${latencies === 0 ? 0 : Math.floor(client.latencySumMs / latencies)}`,
    `,maxlat=${Math.floor(client.maxLatencyMs)}`,
  ].join("");
}

/** Source: ZooKeeper HEAD, FinalRequestProcessor. */
const LETTERS: Readonly<Record<number, string>> = {
  [OpCode.ping]: "PING",
  [OpCode.createSession]: "SESS",
  [OpCode.multi]: "MULT",
  [OpCode.multiRead]: "MLTR",
  [OpCode.create]: "CREA",
  [OpCode.create2]: "CREA",
  [OpCode.createTTL]: "CREA",
  [OpCode.createContainer]: "CREA",
  [OpCode.delete]: "DELE",
  [OpCode.deleteContainer]: "DELE",
  [OpCode.setData]: "SETD",
  [OpCode.reconfig]: "RECO",
  [OpCode.setACL]: "SETA",
  [OpCode.closeSession]: "CLOS",
  [OpCode.sync]: "SYNC",
  [OpCode.check]: "CHEC",
  [OpCode.exists]: "EXIS",
  [OpCode.getData]: "GETD",
  [OpCode.setWatches]: "SETW",
  [OpCode.setWatches2]: "STW2",
  [OpCode.addWatch]: "ADDW",
  [OpCode.getACL]: "GETA",
  [OpCode.getChildren]: "GETC",
  [OpCode.getChildren2]: "GETC",
  [OpCode.getAllChildrenNumber]: "GETACN",
  [OpCode.checkWatches]: "CHKW",
  [OpCode.removeWatches]: "REMW",
  [OpCode.whoAmI]: "HOMI",
  [OpCode.getEphemerals]: "GETE",
};
