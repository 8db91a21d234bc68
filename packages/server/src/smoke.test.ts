import { openMemoryEngine } from "@rookery/storage";
import { expect, it } from "vitest";
import { startServer, STATE_TABLES } from "./index.ts";

it("starts", async () => {
  const engine = openMemoryEngine({ tables: STATE_TABLES } as never);
  const server = await startServer(await engine, { clientPort: 0 });
  expect(server.address.port).toBeGreaterThan(0);
  await server.stop();
});
