/**
 * `dump`: sessions by when they expire, their ephemerals, connections by when they are closed.
 * Source: ZooKeeper 3.9, DumpCommand and ExpiryQueue.dump; specification §10.6.
 */
import type { Client } from "../member/client.ts";
import type { Member } from "../member/member.ts";
import { addressOf } from "./connections.ts";
import type { Report } from "./report.ts";
import { hex64, javaDate } from "./text.ts";

export function dump(report: Report): string {
  // Read once: the same tick must give the same time in every line.
  const { member, wallOffsetMs } = report;
  return [
    `SessionTracker dump:\n${sessions(member, wallOffsetMs)}`,
    `ephemeral nodes dump:\n${ephemerals(member)}`,
    `Connections dump:\nConnections ${connectionSets(member, wallOffsetMs)}`,
  ].join("");
}

/** A server that leads, or stands alone, knows when each session expires; others only which there are. */
function sessions(member: Member, wallOffsetMs: number): string {
  const { ensemble } = member.options;
  if (ensemble === undefined) return `Session ${sessionSets(member.clock, wallOffsetMs)}`;
  const local = ensemble.localSessions ? `Local Session ${sessionSets(member.localClock, wallOffsetMs)}` : "";
  if (member.leading === undefined) return `${local}${globalSessions(member)}`;
  return `${local}${ensemble.localSessions ? "Global " : ""}Session ${sessionSets(member.clock, wallOffsetMs)}`;
}

function globalSessions({ tree }: Member): string {
  const all = [...tree.sessions.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const lines = all.map(({ id, timeoutMs }) => `0x${BigInt.asUintN(64, id).toString(16)}\t${timeoutMs}ms\n`);
  return `Global Sessions(${all.length}):\n${lines.join("")}`;
}

function sessionSets(clock: Member["clock"], wallOffsetMs: number): string {
  const sets = new Map<number, string[]>();
  for (const [dueMs, due] of clock.sets()) {
    sets.set(
      dueMs + wallOffsetMs,
      due.map(({ high, low }) => `0x${hex64(high, low)}`),
    );
  }
  return expirySets(sets);
}

function ephemerals(member: Member): string {
  let text = "";
  let owners = 0;
  for (const { id, ephemerals } of member.tree.sessions.values()) {
    if (ephemerals.size === 0) continue;
    owners++;
    text += `0x${BigInt.asUintN(64, id).toString(16)}:\n`;
    for (const path of ephemerals) text += `\t${path}\n`;
  }
  return `Sessions with Ephemerals (${owners}):\n${text}`;
}

/** A connection goes with its session, and without one after `sessionlessTimeoutMs`. */
function connectionSets(member: Member, wallOffsetMs: number): string {
  const sets = new Map<number, string[]>();
  for (const client of member.clients) {
    const untilMs = endMs(member, client, wallOffsetMs);
    const line = `ip: ${addressOf(client.transport)} sessionId: 0x${hex64(client.sessionHigh, client.sessionLow)}`;
    const set = sets.get(untilMs);
    if (set === undefined) sets.set(untilMs, [line]);
    else set.push(line);
  }
  return expirySets(sets);
}

function endMs({ clock, options }: Member, { session, openedMs }: Client, wallOffsetMs: number): number {
  return session === undefined ? openedMs + options.sessionlessTimeoutMs : clock.dueOf(session) + wallOffsetMs;
}

/** @param sets - What expires, by wall time. */
function expirySets(sets: ReadonlyMap<number, readonly string[]>): string {
  let text = "";
  let total = 0;
  for (const [wallMs, lines] of [...sets].sort(([a], [b]) => a - b)) {
    total += lines.length;
    text += `${lines.length} expire at ${javaDate(wallMs)}:\n`;
    for (const line of lines) text += `\t${line}\n`;
  }
  return `Sets (${sets.size})/(${total}):\n${text}`;
}
