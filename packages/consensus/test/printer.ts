/**
 * Turns what a cluster tells into lines: the virtual time, who, and what in words. The same thing said to several
 * servers at one moment is one line; heartbeats that say nothing new, votes and greetings are left out unless asked for.
 */
import type { RoleState } from "../src/index.ts";
import type { Told } from "./cluster.ts";
import { type Kind, type NameOf, wordsOfMessage, wordsOfStore, wordsOfTrace } from "./words.ts";

const WIDTH = 118;
/** Width of the time, and what follows it. */
const INDENT = 10;
/** Stands before what has no time of its own. */
export const MARGIN = " ".repeat(INDENT);

interface Line {
  readonly at: number;
  /** Of a message: who says it, and to whom. */
  readonly from: string;
  readonly to: string[];
  readonly text: string;
}

export class Printer {
  readonly shown = new Set<Kind>(["messages", "decisions"]);
  private readonly name: NameOf;
  private lines: Line[] = [];
  /** The time that was printed last. */
  private printedAt = -1;
  /** By pair, the newest that was acknowledged, and the newest round of reads: what repeats them is no news. */
  private readonly said = new Map<string, number>();

  constructor(name: NameOf) {
    this.name = name;
  }

  readonly told = (told: Told, at: number): void => {
    const { name } = this;
    switch (told.what) {
      case "message": {
        const kind = this.kindOf(told);
        if (!this.shown.has(kind)) return;
        const text = `${wordsOfMessage(told.message, name)}${told.lost ? "   ✗ lost" : ""}`;
        this.message(at, name(told.from), name(told.to), text);
        return;
      }
      case "trace": {
        const text = wordsOfTrace(told.event, name);
        if (text !== undefined && this.shown.has("decisions")) this.line(at, text);
        return;
      }
      case "role":
        this.role(at, name(told.sid), told.role, told.before);
        return;
      case "disk":
        if (told.done && this.shown.has("disk"))
          this.line(at, `${name(told.sid)}'s disk has ${wordsOfStore(told.operation, name)}`);
        return;
      case "server":
        this.line(at, `${name(told.sid)} ${told.text}`);
        return;
      case "client":
        this.line(at, `a client of ${name(told.sid)} ${told.text}`);
        return;
    }
  };

  /** The next line says its time, whatever stands before it. */
  beginBlock(): void {
    this.printedAt = -1;
  }

  /** Everything since the last time, a line each; the time stands where it changes. */
  take(): string[] {
    const printed: string[] = [];
    for (const { at, from, to, text } of this.lines) {
      const time = at === this.printedAt ? "" : (at / 1000).toFixed(3);
      this.printedAt = at;
      const body = from === "" ? text : `${from} → ${to.join(" ")}: ${text}`;
      printed.push(...wrap(`${time.padStart(INDENT - 2)}  ${body}`));
    }
    this.lines = [];
    return printed;
  }

  private role(at: number, self: string, role: RoleState, before: RoleState): void {
    if (this.shown.has("roles")) {
      const whom = role.role === "leading" || role.leader === 0 ? "" : ` ${this.name(role.leader)}`;
      this.line(at, `${self} is ${role.role}${whom}, ${role.phase}, epoch ${role.epoch}`);
    }
    if (role.canServe === before.canServe || !this.shown.has("decisions")) return;
    this.line(
      at,
      role.canServe
        ? `${self} serves clients, ${role.role} in epoch ${role.epoch}`
        : `${self} serves no clients any more`,
    );
  }

  private kindOf({ from, to, message }: Extract<Told, { what: "message" }>): Kind {
    if (message.type === "hail") return "hails";
    if (message.type === "notify") return "votes";
    if (message.type === "heartbeat")
      return this.isNews(`${from}>${to} asks`, message.readSeq) ? "messages" : "heartbeats";
    if (message.type !== "appendAck" || message.reject !== undefined) return "messages";
    const newRound = this.isNews(`${from}>${to} answers`, message.readSeq);
    const newLevel = this.isNews(`${from}>${to} ${message.epoch}`, message.durable);
    return newRound || newLevel ? "messages" : "heartbeats";
  }

  private isNews(of: string, value: number): boolean {
    if (value <= (this.said.get(of) ?? 0)) return false;
    this.said.set(of, value);
    return true;
  }

  private message(at: number, from: string, to: string, text: string): void {
    const same = this.lines.findLast((line) => line.at === at && line.from === from && line.text === text);
    if (same !== undefined && !same.to.includes(to)) same.to.push(to);
    else this.lines.push({ at, from, to: [to], text });
  }

  private line(at: number, text: string): void {
    this.lines.push({ at, from: "", to: [], text });
  }
}

/** The same in lines that are not too long. */
export function wrap(line: string): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > WIDTH) {
    const at = rest.lastIndexOf(" ", WIDTH);
    if (at <= INDENT + 4) break;
    lines.push(rest.slice(0, at));
    rest = `${MARGIN}    ${rest.slice(at + 1)}`;
  }
  lines.push(rest);
  return lines;
}
