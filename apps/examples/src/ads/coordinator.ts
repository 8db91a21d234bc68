/** What the elected one does: it keeps the assignment in step with the nodes that are there. */
import { type Client, formatZxid, isCoordinationError, TransactionError } from "@rookery/client";
import { LeaderLatch, type Lease, type ServiceCache } from "@rookery/recipes";
import { type Assignment, assign, decodeAssignment, encodeAssignment, moved } from "./assignment.ts";
import { Bell } from "./bell.ts";
import type { Paths } from "./paths.ts";

export interface CoordinatorOptions {
  readonly client: Client;
  readonly paths: Paths;
  readonly id: string;
  /** How many slots the service begins with. Whoever comes later takes what is stored. */
  readonly slots: number;
  /** The nodes that are there. */
  readonly nodes: ServiceCache<unknown>;
  /** Nodes that come or go within so long cause one assignment, ms. */
  readonly settleMs: number;
  readonly out: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Stands for election, and coordinates each time that it is elected, until the signal is aborted. */
export async function standForCoordinator(options: CoordinatorOptions): Promise<void> {
  const { client, paths, id, slots, signal, out } = options;
  const owners = Array.from({ length: slots }, () => undefined);
  const first = encodeAssignment({ generation: 0, token: 0n, owners });
  await client.create(paths.assignment, first, { parents: true, signal }).catch((error) => {
    if (!isCoordinationError(error, "NODE_EXISTS")) throw error;
  });
  await using latch = new LeaderLatch(client, paths.election, { id });
  await latch.start({ signal });
  for await (const lease of latch.changes({ signal })) {
    if (lease === undefined) {
      out(`${id}: coordinator no more`);
      continue;
    }
    out(`${id}: elected coordinator, token ${formatZxid(lease.token)}`);
    await coordinate(options, lease).catch((error) => {
      // What fails because the lease is lost is another's to do.
      if (!lease.signal.aborted) throw error;
    });
  }
}

/** Until the lease is lost: whoever is elected next goes on from what is stored. */
async function coordinate(options: CoordinatorOptions, lease: Lease): Promise<void> {
  const { client, paths, id, nodes, settleMs, signal, out } = options;
  const bell = new Bell();
  const onChange = () => bell.ring();
  const ended = AbortSignal.any([signal, lease.signal]);
  nodes.events.on("change", onChange);
  try {
    await nodes.ready({ signal: ended });
    for (;;) {
      const names = nodes.instances.filter(({ enabled }) => enabled).map((instance) => instance.id);
      const written = await reassign(client, paths.assignment, lease, names, ended);
      if (written !== undefined) {
        const { generation, owners, movedSlots } = written;
        out(`${id}: generation ${generation}: ${owners.length} slots over ${names.join(", ")}; ${movedSlots} moved`);
      }
      await bell.settled(settleMs, ended);
    }
  } finally {
    nodes.events.off("change", onChange);
  }
}

/**
 * Writes the assignment for these nodes, if it is another than what is stored. The same transaction checks that the lease's
 * znode is there, so that nothing is written by a coordinator that has been deposed and has not heard of it yet.
 *
 * @throws TransactionError `NO_NODE` if it has been deposed.
 */
export async function reassign(
  client: Client,
  path: string,
  lease: Pick<Lease, "path" | "token">,
  names: readonly string[],
  signal: AbortSignal,
): Promise<(Assignment & { readonly movedSlots: number }) | undefined> {
  for (;;) {
    const { data, stat } = await client.get(path, { signal });
    const stored = decodeAssignment(data);
    const owners = assign(stored.owners, names);
    const movedSlots = moved(stored.owners, owners);
    if (movedSlots === 0) return undefined;
    const next = { generation: stored.generation + 1, token: lease.token, owners };
    try {
      await client
        .transaction()
        .check(lease.path)
        .set(path, encodeAssignment(next), { version: stat.version })
        .commit({ signal });
      return { ...next, movedSlots };
    } catch (error) {
      // The server that was asked was behind: what it told is old.
      if (!(error instanceof TransactionError && error.code === "BAD_VERSION")) throw error;
      await client.sync(path, { signal });
    }
  }
}
