/**
 * A small HTTP service that obeys its configuration from the moment it changes:
 *
 * ```text
 * GET /         the greeting; 503 during maintenance, 429 above the rate
 * GET /config   what holds, which values were refused, and whether it is followed at the moment
 * ```
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Config, type ConfigChange } from "@rookery/recipes";
import { messageOf, openClient, type Surroundings } from "../support/program.ts";
import { RateLimit } from "./rate-limit.ts";
import { PATH, type Schema, schema } from "./schema.ts";

export interface ServiceOptions extends Surroundings {
  /** 0: any that is free. */
  readonly port: number;
}

export async function runService(options: ServiceOptions): Promise<void> {
  const { port, signal, out } = options;
  await using client = await openClient(options);
  await using config = new Config(client, PATH, { schema });
  config.events.on("problem", ({ path, name, what, allowed }) => {
    out(`Refused ${path}: ${what}; it must be ${allowed}.`);
    // During the first reading there is nothing yet that holds; the default will.
    if (config.state !== "loading") out(`  ${JSON.stringify(config.values[name as keyof Schema])} still holds.`);
  });
  await config.ready({ signal });
  // From here on nothing is missed.
  const changes = config.changes({ signal });
  const limit = new RateLimit(config.values.requestsPerSecond, performance.now());
  for (const [name, value] of Object.entries(config.values)) out(`${name} is ${JSON.stringify(value)}.`);

  const server = createServer((request, response) => answer(config, limit, request, response));
  server.listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch (error) {
    throw new Error(`The service cannot listen on port ${port}: ${messageOf(error)}. Choose another with --port.`);
  }
  out(`The service listens on http://127.0.0.1:${(server.address() as AddressInfo).port}.`);
  try {
    for await (const change of changes) {
      limit.change(config.values.requestsPerSecond, performance.now());
      // A resync instead says that too much changed to be told one by one.
      if (change.type === "changed") report(change, out);
    }
  } finally {
    const closed = once(server, "close");
    server.close();
    await closed;
    out("The service has ended.");
  }
}

function report({ names, values, previous }: ConfigChange<Schema>, out: (line: string) => void): void {
  for (const name of names)
    out(`${name} was ${JSON.stringify(previous[name])}, and is ${JSON.stringify(values[name])} now.`);
}

function answer(config: Config<Schema>, limit: RateLimit, request: IncomingMessage, response: ServerResponse): void {
  // Taken once: a request is answered by the configuration of one moment.
  const { values } = config;
  const send = (status: number, body: string) => {
    response.writeHead(status, { ...values.headers, "content-type": "text/plain; charset=utf-8", connection: "close" });
    response.end(`${body}\n`);
  };
  if (request.url === "/config") {
    const { state } = config;
    const problems = [...config.problems.values()];
    send(200, JSON.stringify({ state, values, problems }, undefined, 2));
  } else if (request.url !== "/") send(404, "There are / and /config.");
  else if (values.maintenance) send(503, "We are at work. Please come again later.");
  else if (!limit.take(performance.now())) send(429, `More than ${values.requestsPerSecond} requests a second.`);
  else send(200, values.greeting);
}
