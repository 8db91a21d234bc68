/** Four-letter words: which there are, who may ask them, which report answers. Source: specification §2.7 and §10.1. */
import type { RecordedDigest } from "@rookery/tree";
import type { Client } from "../member/client.ts";
import type { ServerOptions } from "../options.ts";
import { conf, dirs } from "./conf.ts";
import { cons } from "./connections.ts";
import { envi } from "./environment.ts";
import { mntr } from "./mntr.ts";
import type { Report } from "./report.ts";
import { dump } from "./sessions.ts";
import { srvr, stat } from "./srvr.ts";
import { hex64 } from "./text.ts";
import { wchc, wchp, wchs } from "./watches.ts";

const NOT_SERVING = "This ZooKeeper instance is not currently serving requests";

type Answer = (report: Report, asker: Client, argument: Buffer) => string;

const ALWAYS: Readonly<Record<string, Answer>> = {
  ruok: () => "imok",
  isro: ({ member }) => (member.readOnly ? "ro" : member.serving ? "rw" : "null"),
  envi,
  gtmk: ({ traceMask }) => traceMask.toString(),
  stmk(report, _asker, argument) {
    report.traceMask = argument.readBigInt64BE(0);
    return report.traceMask.toString();
  },
  hash: ({ member }) => (member.serving ? hash(member.tree.digestLog) : NOT_SERVING),
};

const WHILE_SERVING: Readonly<Record<string, Answer>> = {
  srvr,
  stat,
  mntr,
  conf,
  cons,
  crst({ member }) {
    for (const client of member.clients) client.resetCounters();
    return "Connection stats reset.\n";
  },
  srst(report) {
    const { member } = report;
    report.tellsStart = false;
    member.stats.reset();
    member.tree.watches.resetCounters();
    return "Server stats reset.\n";
  },
  dirs,
  dump,
  wchs,
  wchc,
  wchp,
};

/** A line for each digest, its zxid without a prefix. */
function hash(digests: readonly RecordedDigest[]): string {
  let text = "";
  for (const { epoch, counter, digest } of digests) text += `${hex64(epoch, counter)}: ${digest}\n`;
  return text;
}

/** What telnet sends when it closes: known, so that it is no malformed frame, and not answered. */
const TELNET_CLOSE = "\xff\xf4\xff\xfd";

/** @param word - Four bytes as Latin-1. */
export function isWord(word: string): boolean {
  return Object.hasOwn(ALWAYS, word) || Object.hasOwn(WHILE_SERVING, word) || word === TELNET_CLOSE;
}

/** Bytes that must have come behind the word before it can be answered. A word that is refused needs none. */
export function wordArgumentBytes(word: string, options: ServerOptions): number {
  return word === "stmk" && isAllowed(word, options) ? 8 : 0;
}

/** The answer, or undefined to say nothing. The asker is still among the member's clients and is counted there. */
export function answerWord(word: string, argument: Buffer, asker: Client, report: Report): string | undefined {
  const { stats } = report.member;
  asker.received++;
  stats.packetsReceived++;
  stats.bytesReceived += 4;
  if (word === TELNET_CLOSE) return undefined;
  const text = answer(word, argument, asker, report);
  if (text !== "") {
    asker.sent++;
    stats.packetsSent++;
  }
  return text;
}

function answer(word: string, argument: Buffer, asker: Client, report: Report): string {
  const { member } = report;
  if (!isAllowed(word, member.options)) return `${word} is not executed because it is not in the whitelist.\n`;
  const always = ALWAYS[word];
  if (always !== undefined) return always(report, asker, argument);
  if (!member.serving) return `${NOT_SERVING}\n`;
  return (WHILE_SERVING[word] as Answer)(report, asker, argument);
}

function isAllowed(word: string, { fourLetterWords }: ServerOptions): boolean {
  return word === "srvr" || fourLetterWords === "*" || fourLetterWords.includes(word);
}
