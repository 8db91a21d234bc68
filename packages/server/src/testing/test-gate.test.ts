import { expect, it, onTestFinished } from "vitest";
import { RawClient } from "../../test/testing-client.ts";
import { startTestGate, startTestServer } from "./index.ts";

/** A gate before a server that it did not start. */
async function startBoth() {
  const server = await startTestServer();
  const gate = await startTestGate({ server: server.port });
  onTestFinished(async () => {
    await gate.stop();
    await server.stop();
  });
  return { server, gate };
}

async function open(port: number, session?: RawClient): Promise<RawClient> {
  const client = await RawClient.open(port, session);
  if (client === undefined) throw new Error("the connection was closed before the handshake");
  return client;
}

it("lets through what clients and server say, and knows the sessions", async () => {
  const { gate, server } = await startBoth();
  const client = await open(gate.port);
  expect(await client.create("/a")).toMatchObject({ error: 0 });
  expect(gate.sessions).toEqual([client.id]);
  expect(server.sessions).toEqual([client.id]);
});

it("drops connections whose sessions live on", async () => {
  const { gate } = await startBoth();
  const client = await open(gate.port);
  expect(await gate.dropConnections()).toBe(1);
  await client.closed;
  expect(await open(gate.port, client)).toMatchObject({ id: client.id });
});

it("loses the reply to what was done", async () => {
  const { gate } = await startBoth();
  const client = await open(gate.port);
  const lost = gate.loseNextReply();
  expect(await client.create("/a")).toBeUndefined();
  expect(await lost).toMatchObject({ error: 0, session: client.id });
});

it("ends a session by its password, which the server's kind derives from the id", async () => {
  const { gate } = await startBoth();
  const client = await open(gate.port);
  await gate.expireSession(client.id);
  await client.closed;
  expect(await open(gate.port, client)).toMatchObject({ timeoutMs: 0 });
});

it("refuses a port that is none, and says so when its own cannot be had", async () => {
  await expect(startTestGate({ server: 0 })).rejects.toThrow(/server is 0/);
  const { gate, server } = await startBoth();
  await expect(startTestGate({ server: server.port, port: gate.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
