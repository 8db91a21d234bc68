/** Other people's client in a process of its own: locks and a counter, by kazoo. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { KazooReport } from "./evidence.ts";
import { runs, startPiped } from "./processes.ts";
import type { Endpoint } from "./session-client.ts";

const CLIENTS = 4;
/** What its clients get to come to an end, and to read the counter: all servers serve by then. */
const STOP_TIMEOUT_MS = 45_000;
const script = fileURLToPath(new URL("../kazoo_counter.py", import.meta.url));
/** Where tools/interop installs kazoo. */
const installed = fileURLToPath(new URL("../../interop/temp/kazoo-venv/bin/python3", import.meta.url));

export interface Kazoo {
  /** Lets its clients come to an end. Resolves to what they did; they need an ensemble that answers. */
  stop(): Promise<KazooReport>;
}

/** @returns undefined if there is no Python with kazoo. */
export function startKazoo(endpoints: readonly Endpoint[]): Kazoo | undefined {
  const pythons = [...(existsSync(installed) ? [installed] : []), "python3"];
  const python = pythons.find((program) => runs(program, "-c", "import kazoo"));
  if (python === undefined) return undefined;
  const hosts = endpoints.map(({ port }) => `127.0.0.1:${port}`).join(",");
  const child = startPiped(python, [script, hosts, String(CLIENTS)]);
  let output = "";
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  });
  child.stdin.on("error", () => {}); // It has ended, which `stop` tells.
  return {
    async stop() {
      child.stdin.end();
      const timer = setTimeout(() => child.signal("SIGKILL"), STOP_TIMEOUT_MS);
      const how = await child.ended;
      clearTimeout(timer);
      const line = output.trim();
      if (line !== "") return JSON.parse(line) as KazooReport;
      return { acknowledged: 0, unknown: 0, counter: undefined, problems: [`kazoo ended with ${how}: ${said.trim()}`] };
    },
  };
}
