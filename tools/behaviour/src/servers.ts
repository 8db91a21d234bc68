/** Runs before all tests: starts a server for each configuration, and ends them all after the last test. */

import type { TestProject } from "vitest/node";
import { CONFIGURATIONS, type ConfigurationName } from "./configurations.ts";
import { type Address, Server } from "./server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    readonly servers: Readonly<Record<ConfigurationName, Address>>;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const names = Object.keys(CONFIGURATIONS) as ConfigurationName[];
  const started = await Promise.allSettled(names.map((name) => Server.start(CONFIGURATIONS[name])));
  const servers = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const end = async () => {
    await Promise.all(servers.map((server) => server.discard()));
  };
  const failed = started.find((each) => each.status === "rejected");
  if (failed !== undefined) {
    await end();
    const error = failed.reason as Error;
    error.stack = error.message;
    throw error;
  }
  const addresses = names.map((name, index) => {
    const { port, pid } = servers[index] as Server;
    return [name, { port, pid }];
  });
  project.provide("servers", Object.fromEntries(addresses));
  return async () => {
    for (const [index, server] of servers.entries()) {
      if (!server.isRunning) console.error(`the "${names[index]}" server died during the run:\n${server.log()}`);
    }
    await end();
  };
}
