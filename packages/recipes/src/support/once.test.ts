import { type Client, CoordinationError, connect, type SessionId } from "@rookery/client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type RecipeServer, startServer } from "../../test/world.ts";
import { OnceWriter } from "./once.ts";

let server: RecipeServer;
let client: Client;

beforeEach(async () => {
  server = await startServer();
  client = await connect(server.connectString, { sessionTimeoutMs: 5000 });
  await client.ensurePath("/list");
});

afterEach(async () => {
  server.heal();
  await client.close({ timeoutMs: 100 });
  await server.stop();
});

/** The client, but for the first reply to a transaction: it is lost, and the session is another from then on. */
function inAnotherSessionAfterLoss(): Client {
  let session: SessionId | undefined;
  let isLost = false;
  return new Proxy(client, {
    get(target, name) {
      if (name === "sessionId") return session ?? target.sessionId;
      if (name !== "transaction") return Reflect.get(target, name, target);
      return () => {
        const transaction = target.transaction();
        const commit = transaction.commit.bind(transaction);
        transaction.commit = async (options) => {
          const results = await commit(options);
          if (isLost) return results;
          isLost = true;
          // As of a client's own: the calls fail first, and the session expires later.
          process.nextTick(() => {
            session = 77n as SessionId;
          });
          throw new CoordinationError("CONNECTION_LOSS", "lost", { outcome: "unknown" });
        };
        return transaction;
      };
    },
  });
}

it("does not send again in another session what may have been applied", async () => {
  const writer = new OnceWriter(inAnotherSessionAfterLoss(), "/marks", undefined);
  await client.ensurePath("/marks");
  const add = () => writer.commit((all) => all.create("/list/item-", "", { sequential: true }), undefined);
  await expect(add()).rejects.toMatchObject({ code: "SESSION_EXPIRED", outcome: "unknown" });
  expect((await client.getChildren("/list")).children).toHaveLength(1);
  await add();
  expect((await client.getChildren("/list")).children).toHaveLength(2);
});

it("writes in the order of the calls, with one mark", async () => {
  const writer = new OnceWriter(client, "/marks", undefined);
  const add = (data: string) =>
    writer.commit((all) => all.create("/list/item-", data, { sequential: true }), undefined);
  await Promise.all(["a", "b", "c"].map(add));
  const names = [...(await client.getChildren("/list")).children].sort();
  const data = await Promise.all(names.map(async (name) => (await client.get(`/list/${name}`)).data.toString()));
  expect(data).toEqual(["a", "b", "c"]);
  expect((await client.getChildren("/marks")).children).toHaveLength(1);
});

it("goes on when somebody has deleted the mark or its folder", async () => {
  const writer = new OnceWriter(client, "/marks", undefined);
  const add = () => writer.commit((all) => all.create("/list/item-", "", { sequential: true }), undefined);
  await add();
  await client.deleteRecursive("/marks");
  await add();
  expect((await client.getChildren("/list")).children).toHaveLength(2);
});

it("gives up its turn without having written", async () => {
  const writer = new OnceWriter(client, "/marks", undefined);
  const stop = new AbortController();
  const add = (signal?: AbortSignal) =>
    writer.commit((all) => all.create("/list/item-", "", { sequential: true }), signal);
  const [first, second] = [add(), add(stop.signal)];
  stop.abort(new Error("enough"));
  await expect(second).rejects.toThrow("enough");
  await first;
  await add();
  expect((await client.getChildren("/list")).children).toHaveLength(2);
});
