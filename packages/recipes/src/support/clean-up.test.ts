import type { Client } from "@rookery/client";
import { expect, it } from "vitest";
import { OPCODE, type RecipeServer, type World, worldOfTest } from "../../test/world.ts";
import { Place, type Queue, waitForPredecessor } from "./place.ts";
import { protectedCreate } from "./protected-create.ts";

const PATH = "/places";
const ALL = 31;
const READ = 1;
const DELETE = 8;

it("frees a place that was left while no more calls could wait", async () => {
  const { server, zk, expectNothingLeft } = await start();
  const place = await takePlace(zk);
  server.refuseConnections(true);
  const full = fillUpWhenSuspended(zk);
  await server.dropConnections({ session: zk.sessionId });
  await full;
  await expect(zk.exists("/one-more")).rejects.toMatchObject({ code: "OVERLOADED" });
  const left = place.leave();
  server.refuseConnections(false);
  await left;
  await expectNothingLeft(PATH);
});

it("tries again to free a place when that was refused", async () => {
  const { zk, children } = await start();
  const place = await takePlace(zk);
  await zk.setAcl(PATH, aclWithout(DELETE));
  await expect(place.leave()).rejects.toMatchObject({ code: "NO_AUTH" });
  await zk.setAcl(PATH, aclWithout(0));
  await place.leave();
  expect(await children(PATH)).toEqual([]);
});

it("deletes what a lost reply leaves behind although no more calls could wait", async () => {
  const { server, zk, children } = await start();
  await zk.create(PATH);
  server.refuseConnections(true);
  const full = fillUpWhenSuspended(zk);
  const lost = server.loseNextReply({ opcode: OPCODE.create, session: zk.sessionId });
  const created = protectedCreate(zk, PATH, "a-", "", { mode: "ephemeral" });
  await expect(created).rejects.toMatchObject({ code: "OVERLOADED" });
  await Promise.all([lost, full]);
  server.refuseConnections(false);
  await expect.poll(() => children(PATH)).toEqual([]);
});

it("reports nothing as unhandled of what cannot be cleaned up", async () => {
  const { server, zk } = await start();
  await zk.create(PATH, "", { acl: aclWithout(READ) });
  const lost = server.loseNextReply({ opcode: OPCODE.create, session: zk.sessionId });
  await expect(protectedCreate(zk, PATH, "a-", "", { mode: "ephemeral" })).rejects.toMatchObject({ code: "NO_AUTH" });
  await lost;
  // The clean-up has asked, too, by the time that this is answered.
  await zk.sync(PATH);
  await zk.exists("/");
  // For whoever tidies up behind the test.
  await zk.setAcl(PATH, aclWithout(0));
});

async function start(): Promise<World & { readonly server: RecipeServer; readonly zk: Client }> {
  const world = await worldOfTest();
  return { ...world, zk: await world.client({ waitingMax: 1 }) };
}

async function takePlace(client: Client): Promise<Place> {
  const queue: Queue = { client, path: PATH, name: "a-", id: "", acl: undefined, waitFor: waitForPredecessor };
  const place = await Place.take(queue, new AbortController().signal);
  await place.watching;
  return place;
}

/** Resolves when the connection has broken and a call takes the only room there is. */
function fillUpWhenSuspended(zk: Client): Promise<void> {
  return new Promise((resolve) => {
    zk.events.once("state", () => {
      zk.exists("/filler").catch(() => {});
      resolve();
    });
  });
}

function aclWithout(permission: number) {
  return [{ perms: ALL & ~permission, scheme: "world", id: "anyone" }];
}
