/** Four-letter words. */
import type { Client } from "../member/client.ts";
import type { Member } from "../member/member.ts";

const WORDS = new Set(["ruok", "srvr", "isro"]);
export const WORD_ARGUMENT_BYTES: Readonly<Record<string, number>> = { stmk: 8 };

export function isWord(word: string): boolean {
  return WORDS.has(word);
}

export function answerWord(word: string, _argument: Buffer, _asker: Client, _member: Member): string | undefined {
  if (word === "ruok") return "imok";
  if (word === "isro") return "rw";
  return "Zookeeper version: 3.10.0-rookery, built on 2026-11-22 00:00 UTC\nMode: standalone\n";
}
