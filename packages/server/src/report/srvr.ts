/** `srvr` and `stat`. Source: ZooKeeper 3.9, StatCommand and ServerStats; specification §10.2. */
import type { Client } from "../member/client.ts";
import { clientLines } from "./connections.ts";
import type { Report } from "./report.ts";
import { hex64, javaAverage } from "./text.ts";
import { VERSION } from "./version.ts";

export function srvr(report: Report): string {
  return `Zookeeper version: ${VERSION}\n${readOnlyLine(report)}${serverLines(report)}`;
}

export function stat(report: Report, asker: Client): string {
  return `Zookeeper version: ${VERSION}\n${readOnlyLine(report)}Clients:\n${clientLines(report, asker)}\n${serverLines(report)}`;
}

function serverLines(report: Report): string {
  const { member } = report;
  const { stats, tree } = member;
  const { min, average, max } = stats.latency;
  return [
    // Bounds of what was measured in fractions, so that the average lies between them.
    `Latency min/avg/max: ${Math.floor(min)}/${javaAverage(average)}/${Math.ceil(max)}`,
    `Received: ${stats.packetsReceived}`,
    `Sent: ${stats.packetsSent}`,
    `Connections: ${member.clients.size}`,
    `Outstanding: ${member.outstanding}`,
    `Zxid: 0x${hex64(tree.applied.epoch, tree.applied.counter)}`,
    `Mode: ${member.mode}`,
    `Node count: ${nodeCount(report)}`,
    ...(member.mode === "leader" ? [`Proposal sizes last/min/max: ${proposalSizes(report).join("/")}`] : []),
    "",
  ].join("\n");
}

function readOnlyLine({ member }: Report): string {
  return member.readOnly ? "READ-ONLY mode; serving only read-only clients\n" : "";
}

/** Bytes of the transactions proposed here: of the last one, least and most; −1 before the first. */
export function proposalSizes({ member }: Report): readonly [number, number, number] {
  const { proposalBytes, proposalBytesLast } = member.stats;
  return proposalBytes.count === 0 ? [-1, -1, -1] : [proposalBytesLast, proposalBytes.min, proposalBytes.max];
}

/** ZooKeeper counts the root twice, under "" and "/". */
export function nodeCount({ member }: Report): number {
  return member.tree.nodeCount + 1;
}
