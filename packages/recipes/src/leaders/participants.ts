/** Who takes part in an election. */

import type { Client } from "@rookery/client";
import { type Contender, contenders } from "../support/place.ts";
import { limit, type WaitOptions } from "../support/waiting.ts";

export interface Participant extends Contender {
  /** As the servers see it: it may not have heard of it yet, or have lost its connection. */
  readonly isLeader: boolean;
}

export function participants(client: Client, path: string, options: WaitOptions): Promise<readonly Participant[]> {
  return limit(`reading the participants of ${path}`, options, async (signal) => {
    const found = await contenders(client, path, signal);
    return found.map((each, at) => ({ ...each, isLeader: at === 0 }));
  });
}
