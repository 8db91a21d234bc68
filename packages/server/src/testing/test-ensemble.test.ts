import { CreateFlag } from "@rookery/protocol/client";
import { expect, it, onTestFinished } from "vitest";
import { RawClient } from "../../test/testing-client.ts";
import { startTestEnsemble, type TestEnsemble, type TestEnsembleOptions, type TestServer } from "./index.ts";

it("serves one state at every server", async () => {
  const ensemble = await start();
  expect(ensemble.servers).toHaveLength(3);
  expect(ensemble.connectString).toBe(ensemble.servers.map(({ port }) => `127.0.0.1:${port}`).join(","));
  const [one, other] = await Promise.all(ensemble.servers.slice(0, 2).map(open));
  expect(await one?.create("/a")).toMatchObject({ error: 0 });
  expect(await other?.create("/a")).toMatchObject({ error: NODE_EXISTS });
});

it("elects another leader when the leader is killed, and takes it back when it starts", async () => {
  const ensemble = await start();
  const first = await ensemble.leader();
  const client = await open(first);
  await client.create("/kept");
  await first.kill();
  await client.closed;
  const second = await ensemble.leader();
  expect(second).not.toBe(first);
  const again = await RawClient.openSomewhere([second.port], client);
  expect(again.id).toBe(client.id);
  expect(await again.exists("/kept")).toMatchObject({ error: 0 });
  await first.start();
  expect(await ensemble.leader()).toBe(second);
  expect(await (await open(first)).exists("/kept")).toMatchObject({ error: 0 });
});

it("serves nobody without a quorum, has no leader, and goes on with one", async () => {
  const ensemble = await start();
  const [one, two, three] = ensemble.servers as [TestServer, TestServer, TestServer];
  const client = await open(one);
  await Promise.all([two.kill(), three.kill()]);
  await client.closed;
  await expect(ensemble.leader()).rejects.toThrow("there can be no leader: 1 of 3 servers run");
  await two.start();
  await ensemble.leader();
  await RawClient.openSomewhere([one.port, two.port], client);
});

it("starts again from nothing but its members' data", async () => {
  const ensemble = await start();
  const [server] = ensemble.servers as [TestServer];
  const client = await open(server);
  await client.create("/kept");
  await Promise.all(ensemble.servers.map((each) => each.kill()));
  await Promise.all(ensemble.servers.map((each) => each.start()));
  const again = await RawClient.openSomewhere([server.port], client);
  expect(await again.exists("/kept")).toMatchObject({ error: 0 });
});

it("restarts one server after the other under a session that lives on", async () => {
  const ensemble = await start();
  const ports = ensemble.servers.map(({ port }) => port);
  let client = await RawClient.openSomewhere(ports);
  const { id } = client;
  await client.create("/mine", CreateFlag.EPHEMERAL);
  for (const server of ensemble.servers) {
    await server.restart();
    client = await RawClient.openSomewhere(ports, client);
    expect(client.id).toBe(id);
    expect(await client.exists("/mine")).toMatchObject({ error: 0 });
  }
});

it("ends a session through any server", async () => {
  const ensemble = await start();
  const [one, two] = ensemble.servers as [TestServer, TestServer];
  const client = await open(one);
  await client.create("/mine", CreateFlag.EPHEMERAL);
  await two.expireSession(client.id);
  await client.closed;
  expect((await RawClient.openSomewhere([one.port], client)).timeoutMs).toBe(0);
});

it("may have one server", async () => {
  const ensemble = await start({ servers: 1 });
  expect(await ensemble.leader()).toBe(ensemble.servers[0]);
});

it("loses a reply at one server only", async () => {
  const ensemble = await start();
  const [one, two] = ensemble.servers as [TestServer, TestServer];
  const [client, other] = [await open(one), await open(two)];
  const lost = one.loseNextReply();
  expect(await other.create("/a")).toMatchObject({ error: 0 });
  expect(await client.create("/b")).toBeUndefined();
  expect(await lost).toMatchObject({ session: client.id, error: 0 });
});

it.each<[Record<string, unknown>, RegExp]>([
  [{ servers: 0 }, /servers is 0, and should be a whole number from 1 to 7/],
  [{ port: 2181 }, /each server has a port of the system's choice/],
  [{ tick: 1 }, /startTestEnsemble: there is no option tick/],
])("refuses the options %j", async (options, message) => {
  await expect(startTestEnsemble(options as TestEnsembleOptions)).rejects.toThrow(message);
});

it("leaves nothing in the process when it is stopped", async () => {
  const ensemble = await startTestEnsemble();
  await Promise.all(ensemble.servers.map(open));
  await (await ensemble.leader()).kill();
  await ensemble.stop();
  expect(held(/TCP/)).toEqual([]);
  // The test runner has timers of its own, now and then.
  await expect.poll(() => held(/Timeout/)).toEqual([]);
});

const NODE_EXISTS = -110;

async function start(options: TestEnsembleOptions = {}): Promise<TestEnsemble> {
  const ensemble = await startTestEnsemble(options);
  onTestFinished(() => ensemble.stop());
  return ensemble;
}

async function open(server: TestServer): Promise<RawClient> {
  const client = await RawClient.open(server.port);
  if (client === undefined) throw new Error("the connection ended before the handshake");
  return client;
}

/** What would hold this process, of one kind; the test runner's own pipes are another. */
function held(kind: RegExp): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => kind.test(name));
}
