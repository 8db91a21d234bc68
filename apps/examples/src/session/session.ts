/** The steps. Each does one thing that programs do with a session, and says what came of it. */
import {
  type Client,
  formatSessionId,
  formatZxid,
  isCoordinationError,
  type NodeEvent,
  type Watch,
} from "@rookery/client";
import { aborted, openClient, type Surroundings } from "../support/program.ts";

export interface SessionOptions extends Surroundings {
  /** Keeps an ephemeral znode after the last step, until `signal` is aborted. */
  readonly stay: boolean;
}

const PATH = "/examples/session";

export async function runSession(options: SessionOptions): Promise<void> {
  const { connectString, signal, out } = options;
  out(`1. Connect to ${connectString}.`);
  await using client = await openClient(options);
  const { server, sessionTimeoutMs } = client;
  out(`   ${server} granted session ${nameOf(client)}. Silent for ${sessionTimeoutMs} ms, it would be over.`);

  // A container goes when the last znode in it has gone: should this process be killed, nothing stays.
  const run = await client.create(`${PATH}/${nameOf(client)}`, "", { mode: "container", parents: true, signal });
  try {
    await changes(client, `${run.path}/greeting`, options);
    await ephemerals(client, `${run.path}/here`, options);
    if (options.stay) await stay(client, `${run.path}/here`, options);
  } finally {
    // Without a connection it would wait for one, and the program is to end.
    if (client.state === "connected") await client.deleteRecursive(run.path);
  }
  const name = nameOf(client);
  await client.close();
  out(`${options.stay ? "10" : "9"}. Disconnected: session ${name} is over.`);
}

async function changes(client: Client, path: string, { signal, out }: Surroundings): Promise<void> {
  out(`2. Create ${path}.`);
  const { stat } = await client.create(path, "good morning", { signal });
  out(`   Created by change ${formatZxid(stat.czxid)}, at version ${stat.version}.`);

  out("3. Get it.");
  const found = await client.get(path, { signal });
  out(`   It says "${found.data}".`);

  out("4. Watch it, and set it.");
  await using watch = await client.watch(path, { signal });
  const set = await client.set(path, "good evening", { version: found.stat.version, signal });
  out(`   It is at version ${set.version} now. The watch tells: ${(await next(watch)).type}.`);

  out(`5. Set it again as if it were at version ${found.stat.version} still.`);
  try {
    await client.set(path, "good night", { version: found.stat.version, signal });
  } catch (error) {
    if (!isCoordinationError(error, "BAD_VERSION")) throw error;
    out(`   Refused, ${error.code}: somebody was faster. Nothing was changed.`);
  }

  out("6. Change two znodes at once, or none.");
  const [, second] = await client
    .transaction()
    .set(path, "good night", { version: set.version })
    .create(`${path}-answer`, "sleep well", { mode: "ephemeral" })
    .commit({ signal });
  out(`   Both were changed by ${formatZxid(second.stat.czxid)}. The watch tells: ${(await next(watch)).type}.`);

  out("7. Delete it.");
  await client.delete(path, { signal });
  out(`   The watch tells: ${(await next(watch)).type}.`);
}

/** What a session leaves behind, seen by another one. */
async function ephemerals(client: Client, path: string, options: Surroundings): Promise<void> {
  const { signal, out } = options;
  out("8. Create an ephemeral znode in another session, and end that.");
  await using watch = await client.watch(path, { signal });
  const other = await openClient(options);
  try {
    await other.create(path, "I am here", { mode: "ephemeral", signal });
    out(`   The watch of ${nameOf(client)} tells what ${nameOf(other)} did: ${(await next(watch)).type}.`);
  } finally {
    await other.close();
  }
  out(`   It went with its session: ${(await next(watch)).type}.`);
}

async function stay(client: Client, path: string, { signal, out }: Surroundings): Promise<void> {
  await client.create(path, "I am here", { mode: "ephemeral", signal });
  out(`9. ${path} is there for as long as this session. End it with ctrl-C; or kill a server, or this process.`);
  client.events.on("state", async (state) => {
    if (state !== "connected") return;
    try {
      const there = (await client.exists(path, { signal })) !== undefined;
      out(there ? "   The znode is still there." : "   The znode went with its session.");
    } catch (error) {
      // The next connection looks again.
      if (!isCoordinationError(error, "CONNECTION_LOSS", "SESSION_EXPIRED", "ABORTED", "CLOSED")) throw error;
    }
  });
  await aborted(signal);
}

/** The next event of a znode. After a gap one would look at the znode; here it only matters that something comes. */
async function next(watch: Watch): Promise<NodeEvent> {
  for (;;) {
    const { done, value } = await watch.next();
    if (done === true) throw new Error("The client was closed before the watch told anything.");
    if (value.type !== "gap") return value;
  }
}

function nameOf({ sessionId }: Client): string {
  return formatSessionId(sessionId);
}
