/** Ad-serving nodes that share out slots: started as a node, or as a page that asks for every slot. */
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@rookery/client";
import { openClient, runProgram, UsageError } from "../support/program.ts";
import { Page } from "./http.ts";
import { runNode } from "./node.ts";
import { pathsBelow } from "./paths.ts";

const PAGE_MS = 1000;

await runProgram({
  usage: `Usage: node dist/ads/main.js node NAME [--slots COUNT] [--port PORT] [--root PATH]
       node dist/ads/main.js page [--root PATH]

A node serves the slots that the coordinator gives it, and coordinates itself if it is elected. A page asks for every slot, each
second: slot:ad@node/generation.
  --slots   how many slots there are, if this node comes first (12)
  --port    where the node answers, on 127.0.0.1 (any)
  --root    the znode that everything is below (/ads)`,
  flags: ["slots", "port", "root"],
  async run(words, surroundings) {
    const { signal, out } = surroundings;
    const root = words.text("root", "/ads");
    if (words.first === "page") {
      words.exactly(1);
      await using client = await openClient(surroundings);
      await showPage(client, root, signal, out);
    } else if (words.first === "node") {
      const [, id] = words.exactly(2) as [string, string];
      if (id.includes("/")) throw new UsageError(`${id} must be a name without slashes.`);
      const slots = words.integer("slots", 12, 1);
      const port = words.integer("port", 0);
      await using client = await openClient(surroundings);
      await runNode({ client, id, root, slots, port, out, signal });
    } else throw new UsageError("Say what to be: node or page.");
  },
});

async function showPage(client: Client, root: string, signal: AbortSignal, out: (line: string) => void): Promise<void> {
  await using page = new Page(client, pathsBelow(root));
  await page.ready(signal);
  for (;;) {
    const slots = [...page.owners.keys()];
    const answers = await Promise.all(slots.map((slot) => describeSlot(page, slot)));
    out(answers.length === 0 ? "There are no slots yet: start a node." : answers.join("  "));
    await pause(PAGE_MS, undefined, { signal });
  }
}

async function describeSlot(page: Page, slot: number): Promise<string> {
  try {
    const { node, ad, generation } = await page.ask(slot, "ann", AbortSignal.timeout(PAGE_MS / 2));
    return `${slot}:${ad}@${node}/${generation}`;
  } catch {
    return `${slot}:nobody`;
  }
}
