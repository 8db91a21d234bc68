/** `wchs`, `wchc` and `wchp`: data watches only, as ZooKeeper has them. Source: WatchManager; specification §10.1. */
import type { Watcher } from "@rookery/tree";
import type { Client } from "../member/client.ts";
import type { Report } from "./report.ts";
import { hex64 } from "./text.ts";

export function wchs({ member }: Report): string {
  const { watchers, paths, total } = member.tree.watches.summary();
  return `${watchers} connections watching ${paths} paths\nTotal watches:${total}\n`;
}

export function wchc({ member }: Report): string {
  let text = "";
  for (const client of member.clients) {
    const paths = member.tree.watches.dataPathsOf(client);
    if (paths.length === 0) continue;
    text += `${sessionOf(client)}\n`;
    for (const path of paths) text += `\t${path}\n`;
  }
  return `${text}\n`;
}

export function wchp({ member }: Report): string {
  let text = "";
  for (const [path, watchers] of member.tree.watches.dataWatches()) {
    text += `${path}\n`;
    for (const watcher of watchers) text += `\t${sessionOf(watcher)}\n`;
  }
  return `${text}\n`;
}

/** The member registers nothing but its clients. */
function sessionOf(watcher: Watcher): string {
  const { sessionHigh, sessionLow } = watcher as Client;
  return `0x${hex64(sessionHigh, sessionLow)}`;
}
