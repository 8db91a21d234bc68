/** A database whose primary fails over: started as the agent of a node, or as a client that finds the primary. */
import { resolve } from "node:path";
import { ServiceDiscovery } from "@rookery/recipes";
import { openClient, runProgram, type Surroundings, UsageError } from "../support/program.ts";
import { runAgent } from "./agent.ts";
import { awaitPrimary, type Payload, pathsBelow, SERVICE } from "./cluster.ts";
import type { Database } from "./database.ts";
import { findPostgres, Postgres } from "./postgres.ts";
import { askStore, runStore } from "./store.ts";
import { StoreDatabase } from "./store-database.ts";

const CALL_MS = 10_000;

await runProgram({
  usage: `Usage: node dist/database/main.js agent NAME --port PORT [--folder FOLDER] [--database postgres|store] [--root PATH]
       node dist/database/main.js primary [--root PATH]
       node dist/database/main.js set KEY VALUE [--root PATH]
       node dist/database/main.js get KEY [--root PATH]

An agent makes its database a primary or a replica. "primary" says where the primary is, as psql understands it. "set" and "get"
are for databases of kind store.
  --port      where the database listens, on 127.0.0.1
  --folder    where it keeps its data (./database-NAME)
  --database  what the agent looks after (postgres if it is installed)
  --root      the znode that everything is below (/database)`,
  flags: ["port", "folder", "database", "root"],
  async run(words, surroundings) {
    const root = words.text("root", "/database");
    if (words.first === "agent") {
      const [, id] = words.exactly(2) as [string, string];
      if (!/^[a-z0-9_]{1,40}$/.test(id)) throw new UsageError(`${id} must be a name of letters a to z, digits and _.`);
      const port = words.integer("port", 0, 1);
      if (port === 0) throw new UsageError("Say with --port where the database is to listen.");
      const folder = resolve(words.text("folder", `database-${id}`));
      const database = databaseOf(words.text("database"), { id, folder, port, out: surroundings.out });
      await using client = await openClient(surroundings);
      await runAgent({ client, root, id, database, out: surroundings.out, signal: surroundings.signal });
    } else if (words.first === "store") {
      // For agents only: it ends with the one that started it.
      const leash = new AbortController();
      process.stdin.on("end", () => leash.abort()).resume();
      await runStore(words.text("folder", ""), words.integer("port", 0, 1), leash.signal);
    } else if (words.first === "primary") {
      words.exactly(1);
      const { host, port, id, epoch } = await findPrimary(root, surroundings);
      surroundings.out(`host=${host} port=${port} user=postgres dbname=postgres  (${id}, epoch ${epoch})`);
    } else if (words.first === "set") {
      const [, key, value] = words.exactly(3) as [string, string, string];
      const { port, id, epoch } = await findPrimary(root, surroundings);
      await askStore(port, { op: "set", key, value, epoch }, CALL_MS);
      surroundings.out(`${id} has it (epoch ${epoch})`);
    } else if (words.first === "get") {
      const [, key] = words.exactly(2) as [string, string];
      const { port } = await findPrimary(root, surroundings);
      const { value } = await askStore<{ value: string | null }>(port, { op: "get", key }, CALL_MS);
      surroundings.out(value ?? "(none)");
    } else throw new UsageError("Say what to be: agent, primary, set or get.");
  },
});

function databaseOf(
  kind: string | undefined,
  options: { id: string; folder: string; port: number; out: Surroundings["out"] },
): Database {
  if (kind === "store") return new StoreDatabase(options);
  if (kind !== undefined && kind !== "postgres")
    throw new UsageError(`--database is ${kind}: it must be postgres or store.`);
  const installation = findPostgres();
  if (installation !== undefined) return new Postgres(installation, options);
  if (kind === undefined) return new StoreDatabase(options);
  throw new Error(
    "There is no PostgreSQL on the PATH or in /usr/lib/postgresql: install it, or take --database store.",
  );
}

async function findPrimary(root: string, surroundings: Surroundings) {
  await using client = await openClient({ ...surroundings, out: () => {} });
  await using discovery = new ServiceDiscovery<Payload>(client, pathsBelow(root).discovery);
  return await awaitPrimary(discovery.cache(SERVICE), CALL_MS);
}
