/** Reads all of one server's tree, after a sync, every field that clients can see. */
import { ErrorCode, OpCode } from "@rookery/protocol/client";
import type { Chance } from "./chance.ts";
import type { Tree, Znode } from "./evidence.ts";
import { formatOwner } from "./recorder.ts";
import { type Answer, type Endpoint, SessionClient } from "./session-client.ts";

/** Requests on their way at a time. */
const WINDOW = 64;
const TRIES = 5;
const SESSION_TIMEOUT_MS = 10_000;

/** @throws If the server does not answer it all, in a few tries. */
export async function walk(endpoint: Endpoint, chance: Chance, root = "/"): Promise<Tree> {
  return withSession(endpoint, chance, async (client) => {
    const { zxid } = must(await client.request(OpCode.sync, { path: "/" }, () => undefined));
    const nodes = new Map<string, Znode>();
    const waiting = [root];
    const visitors = new Set<Promise<void>>();
    while (waiting.length > 0 || visitors.size > 0) {
      const path = visitors.size < WINDOW ? waiting.pop() : undefined;
      if (path === undefined) {
        await Promise.race(visitors);
        continue;
      }
      const visitor: Promise<void> = visit(client, path, nodes, waiting).finally(() => visitors.delete(visitor));
      visitors.add(visitor);
    }
    return { server: endpoint.server, zxid, nodes };
  });
}

/** A session at one server for as long as `use` takes. It is tried again when the connection goes. */
export async function withSession<T>(
  endpoint: Endpoint,
  chance: Chance,
  use: (client: SessionClient) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const client = new SessionClient({ endpoints: [endpoint], timeoutMs: SESSION_TIMEOUT_MS, chance });
    client.start();
    try {
      await client.ready();
      return await use(client);
    } catch (error) {
      if (!(error instanceof Lost) || tries === TRIES) throw error;
    } finally {
      await client.close();
    }
  }
}

/** @throws {@link Lost}, or an error that names what the server answered. */
export function must<T>(answer: Answer<T> | "lost"): Answer<T> & { readonly value: T } {
  if (answer === "lost") throw new Lost("the connection went");
  if (answer.err !== 0) throw new Error(`the server answered ${answer.err}`);
  return answer as Answer<T> & { readonly value: T };
}

export class Lost extends Error {
  override readonly name = "Lost";
}

async function visit(client: SessionClient, path: string, nodes: Map<string, Znode>, waiting: string[]): Promise<void> {
  if (client.server === undefined) throw new Lost("the connection went");
  const [data, acl] = await Promise.all([
    client.request(OpCode.getData, { path, watch: false }, ({ data, stat }) => ({
      data: data === null ? null : Buffer.from(data).toString("latin1"),
      czxid: Number(stat.czxid),
      mzxid: Number(stat.mzxid),
      pzxid: Number(stat.pzxid),
      ctime: Number(stat.ctime),
      mtime: Number(stat.mtime),
      version: stat.version,
      cversion: stat.cversion,
      aversion: stat.aversion,
      owner: formatOwner(stat.ephemeralOwner),
      dataLength: stat.dataLength,
      numChildren: stat.numChildren,
    })),
    client.request(OpCode.getACL, { path }, ({ acl }) =>
      acl.map(({ perms, scheme, id }) => `${perms}:${scheme}:${id}`).join(),
    ),
  ]);
  if (data !== "lost" && data.err === ErrorCode.NONODE) return; // Gone since its parent was asked.
  const node = must(data).value;
  nodes.set(path, { ...node, acl: must(acl).value });
  if (node.numChildren === 0) return;
  if (client.server === undefined) throw new Lost("the connection went");
  const { value } = must(await client.request(OpCode.getChildren, { path, watch: false }, ({ children }) => children));
  for (const name of value) waiting.push(path === "/" ? `/${name}` : `${path}/${name}`);
}
