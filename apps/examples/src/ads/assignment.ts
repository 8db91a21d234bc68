/** Who serves which slot: worked out here, and written down in one znode. No I/O. */
import { formatZxid, type Zxid } from "@rookery/client";

export interface Assignment {
  /** Counts the assignments that were written; 0 for the empty one that the service begins with. */
  readonly generation: number;
  /** The fencing token of the coordinator that wrote it. */
  readonly token: bigint;
  /** By the slot's number: the node that is to serve it. */
  readonly owners: readonly (string | undefined)[];
}

/**
 * Gives every slot to a node, so that no two nodes differ by more than one slot, and as few slots move as that allows.
 *
 * A node that is still there keeps its slots up to its share. Shares are the quotient; who has most already gets the rest, since
 * whatever it may keep need not move.
 */
export function assign(
  owners: readonly (string | undefined)[],
  nodes: readonly string[],
): readonly (string | undefined)[] {
  if (nodes.length === 0) return owners.map(() => undefined);
  const held = new Map<string, number[]>(nodes.map((node) => [node, []]));
  const free: number[] = [];
  for (const [slot, owner] of owners.entries()) (held.get(owner ?? "") ?? free).push(slot);
  const byHeld = [...held].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const least = Math.floor(owners.length / nodes.length);
  const rest = owners.length % nodes.length;
  const next = [...owners];
  const wanting: string[] = [];
  for (const [at, [node, slots]] of byHeld.entries()) {
    const share = least + (at < rest ? 1 : 0);
    free.push(...slots.slice(share));
    for (let count = slots.length; count < share; count++) wanting.push(node);
  }
  for (const [at, slot] of free.sort((a, b) => a - b).entries()) next[slot] = wanting[at];
  return next;
}

/** How many slots have another owner than before. */
export function moved(before: readonly (string | undefined)[], after: readonly (string | undefined)[]): number {
  return after.filter((owner, slot) => owner !== before[slot]).length;
}

export function encodeAssignment({ generation, token, owners }: Assignment): string {
  const slots = owners.map((owner) => owner ?? null);
  return JSON.stringify({ generation, token: formatZxid(token as Zxid), slots });
}

/** @throws Error if it is not an assignment. */
export function decodeAssignment(data: Uint8Array): Assignment {
  const { generation, token, slots } = JSON.parse(Buffer.from(data).toString());
  if (!Number.isInteger(generation) || typeof token !== "string" || !Array.isArray(slots))
    throw new Error("The znode of the assignment holds something else: { generation, token, slots } was expected.");
  return { generation, token: BigInt(token), owners: slots.map((owner: string | null) => owner ?? undefined) };
}
