/** What is known of the database's nodes together, and how its clients find the primary. */
import { type Client, CoordinationError, isCoordinationError } from "@rookery/client";
import type { ServiceCache } from "@rookery/recipes";
import type { Address } from "./database.ts";

/** The service that agents register; the instance's id is the node's. */
export const SERVICE = "database";

export interface Payload {
  readonly role: "primary" | "replica";
  readonly epoch: number;
}

/** The one znode that says who may lead next. Only whoever holds the lock writes it. */
export interface ClusterState {
  /** Counts the promotions. */
  readonly epoch: number;
  readonly primary: string;
  /** The one replica that has every acknowledged write; null while the primary acknowledges alone. */
  readonly standby: string | null;
}

export interface Paths {
  readonly lock: string;
  readonly state: string;
  readonly discovery: string;
}

export function pathsBelow(root: string): Paths {
  return { lock: `${root}/leader`, state: `${root}/state`, discovery: `${root}/services` };
}

/** Everybody else may lack writes that were acknowledged. */
export function isEligible(state: ClusterState | undefined, id: string): boolean {
  return state === undefined || state.primary === id || state.standby === id;
}

export function decodeState(data: Uint8Array): ClusterState {
  const { epoch, primary, standby } = JSON.parse(Buffer.from(data).toString());
  if (!Number.isInteger(epoch) || typeof primary !== "string" || (standby !== null && typeof standby !== "string"))
    throw new Error("The state's znode holds something else: { epoch, primary, standby } was expected.");
  return { epoch, primary, standby };
}

/** As it is now; undefined before the first primary. `version` is −1 then. */
export async function readState(
  client: Client,
  path: string,
  signal: AbortSignal,
): Promise<{ state: ClusterState | undefined; version: number }> {
  await client.sync("/", { signal });
  try {
    const { data, stat } = await client.get(path, { signal });
    return { state: decodeState(data), version: stat.version };
  } catch (error) {
    if (isCoordinationError(error, "NO_NODE")) return { state: undefined, version: -1 };
    throw error;
  }
}

/** The primary of the newest epoch that is registered; undefined while there is none. */
export function primaryOf(
  cache: ServiceCache<Payload>,
): (Address & { readonly id: string; readonly epoch: number }) | undefined {
  const primaries = cache.instances.filter(({ payload }) => payload?.role === "primary");
  const newest = primaries.sort((a, b) => (b.payload?.epoch ?? 0) - (a.payload?.epoch ?? 0))[0];
  if (newest?.address === undefined || newest.port === undefined) return undefined;
  return { id: newest.id, host: newest.address, port: newest.port, epoch: newest.payload?.epoch ?? 0 };
}

/** Resolves when there is a primary. @throws CoordinationError `TIMEOUT` */
export async function awaitPrimary(cache: ServiceCache<Payload>, timeoutMs: number) {
  const signal = AbortSignal.timeout(timeoutMs);
  await using changes = cache.changes();
  const end = () => void changes.return();
  signal.addEventListener("abort", end, { once: true });
  await cache.ready({ timeoutMs });
  for (;;) {
    const primary = primaryOf(cache);
    if (primary !== undefined) return primary;
    if ((await changes.next()).done === true)
      throw new CoordinationError("TIMEOUT", `there is no primary, nor was one promoted within ${timeoutMs} ms`);
  }
}
