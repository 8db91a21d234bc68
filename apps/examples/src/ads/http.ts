/** Both ends of asking for an ad: the server of a node, and the page that finds the slot's node. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, formatZxid, retry } from "@rookery/client";
import { NodeCache, type ServiceCache, ServiceDiscovery } from "@rookery/recipes";
import { decodeAssignment } from "./assignment.ts";
import type { Claims } from "./claims.ts";
import { type Paths, SERVICE } from "./paths.ts";

/** What a node answers for a slot that it serves. */
export interface Served {
  readonly slot: number;
  readonly node: string;
  /** Under which the node took the slot up. */
  readonly generation: number;
  /** The claim's token, in hexadecimal. Who counts impressions refuses one that is less than the slot's newest. */
  readonly token: string;
  readonly ad: string;
}

const CATALOGUE = ["tents", "maps", "lamps", "boots", "stoves", "ropes"] as const;

/** The same user sees the same ad in a slot, whichever node serves it. */
function recommend(slot: number, user: string): string {
  const hash = createHash("sha256").update(`${slot}/${user}`).digest().readUInt32BE(0);
  return CATALOGUE[hash % CATALOGUE.length] as string;
}

/** `GET /slots/7?user=ann`: 200 with {@link Served}; 503 if this node does not serve the slot at this moment; 404. */
export async function listen(id: string, claims: Claims, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://node");
    const found = /^\/slots\/(\d{1,9})$/.exec(url.pathname);
    if (found === null) {
      response.writeHead(404).end("There is /slots/<number>?user=<name>.\n");
      return;
    }
    const slot = Number(found[1]);
    const claim = claims.get(slot);
    if (claim === undefined) {
      response.writeHead(503).end(`${id} does not serve slot ${slot}.\n`);
      return;
    }
    const { generation, token } = claim;
    const ad = recommend(slot, url.searchParams.get("user") ?? "");
    const body: Served = { slot, node: id, generation, token: formatZxid(token), ad };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Asks whoever serves a slot. */
export class Page implements AsyncDisposable {
  private readonly assignment: NodeCache;
  private readonly discovery: ServiceDiscovery;
  private readonly nodes: ServiceCache;

  constructor(client: Client, paths: Paths) {
    this.assignment = new NodeCache(client, paths.assignment);
    this.discovery = new ServiceDiscovery(client, paths.discovery);
    this.nodes = this.discovery.cache(SERVICE);
  }

  /** Resolves when the assignment and the nodes are known. */
  async ready(signal: AbortSignal): Promise<void> {
    await Promise.all([this.assignment.ready({ signal }), this.nodes.ready({ signal })]);
  }

  /** By slot, who is to serve it. */
  get owners(): readonly (string | undefined)[] {
    const data = this.assignment.node?.data;
    return data === undefined ? [] : decodeAssignment(data).owners;
  }

  /** One try. @throws Error if nobody serves the slot at this moment. */
  async ask(slot: number, user: string, signal: AbortSignal): Promise<Served> {
    const owner = this.owners[slot];
    const instance = this.nodes.instances.find(({ id }) => id === owner);
    if (instance === undefined) throw new Error(`Slot ${slot} has no node at the moment.`);
    const url = `http://${instance.address}:${instance.port}/slots/${slot}?user=${encodeURIComponent(user)}`;
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error((await response.text()).trim());
    return (await response.json()) as Served;
  }

  /** Asks until somebody answers; slots change hands in a moment. @throws The signal's reason. */
  askUntilServed(slot: number, user: string, signal: AbortSignal): Promise<Served> {
    return retry(() => this.ask(slot, user, signal), {
      retries: Number.POSITIVE_INFINITY,
      pauseMs: 20,
      pauseMsMax: 200,
      when: () => !signal.aborted,
      signal,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.assignment.close(), this.discovery.close()]);
  }
}
