/** What a test is given: a server, sessions that are closed behind it, and a znode of its own. */

import { inject, test as plain } from "vitest";
import { Client, Connection, type Handshake } from "./client.ts";
import { CONFIGURATIONS, type Configuration, type ConfigurationName } from "./configurations.ts";
import { create } from "./requests.ts";
import { type Address, Server } from "./server.ts";

export interface Fixtures {
  readonly server: Address;
  /** Opens a session. */
  readonly connect: (handshake?: Handshake) => Promise<Client>;
  /** Opens a connection without a session. */
  readonly open: () => Promise<Connection>;
  /** A session. */
  readonly c: Client;
  /** An existing znode that no other test uses. */
  readonly root: string;
  /** Starts a server for this test alone. */
  readonly throwaway: (configuration?: Configuration) => Promise<Server>;
}

/** The `test` of a file whose tests all run against one configuration. */
export function testOn(configuration: ConfigurationName) {
  return plain.extend<Fixtures>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to learn what a fixture needs.
    server: async ({}, use) => {
      await use(inject("servers")[configuration]);
    },
    open: async ({ server }, use) => {
      const opened: Connection[] = [];
      await use(async () => {
        const connection = await Connection.open(server.port);
        opened.push(connection);
        return connection;
      });
      for (const connection of opened) connection.destroy();
    },
    connect: async ({ server }, use) => {
      const opened: Client[] = [];
      await use(async (handshake) => {
        const client = await Client.open(server.port, handshake);
        opened.push(client);
        return client;
      });
      for (const client of opened) await end(client, server.port);
    },
    c: async ({ connect }, use) => {
      await use(await connect());
    },
    root: async ({ c, task }, use) => {
      const root = `/t${task.id.replaceAll(/[^0-9a-z]/g, "_")}`;
      await c.ok(create(root));
      await use(root);
    },
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to learn what a fixture needs.
    throwaway: async ({}, use) => {
      const started: Server[] = [];
      await use(async (own = CONFIGURATIONS.main) => {
        const server = await Server.start(own);
        started.push(server);
        return server;
      });
      await Promise.all(started.map((server) => server.discard()));
    },
  });
}

/** Closes a session for good: one that expired later would take a zxid in the middle of another test. */
async function end(client: Client, port: number): Promise<void> {
  client.abandon();
  const again = await Client.attempt(port, client.renewal()).catch(() => "closed");
  if (again instanceof Client) await again.close();
}
