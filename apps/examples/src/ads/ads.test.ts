import { type Client, connect } from "@rookery/client";
import { startTestEnsemble, startTestServer } from "@rookery/server/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type StartedProgram, usePrograms } from "../support/processes.ts";
import { decodeAssignment, encodeAssignment, moved } from "./assignment.ts";
import { reassign } from "./coordinator.ts";
import { Page, type Served } from "./http.ts";
import { runNode } from "./node.ts";
import { pathsBelow } from "./paths.ts";

const SLOTS = 9;
const SESSION_MS = 1500;
/** A session's end, an election, and taking the slots up, with room for a busy machine. */
const BOUND_MS = 10_000;
const paths = pathsBelow("/ads");

const programs = usePrograms("ads");
const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
});

function use<T extends AsyncDisposable>(resource: T): T {
  open.push(resource);
  return resource;
}

interface Line {
  readonly at: number;
  readonly text: string;
}

/** A node in this process, with a session of its own. */
async function startNode(connectString: string, id: string) {
  const client = use(await connect(connectString, { sessionTimeoutMs: SESSION_MS }));
  const ended = new AbortController();
  const lines: Line[] = [];
  const out = (text: string) => lines.push({ at: Date.now(), text });
  const running = runNode({ client, id, slots: SLOTS, settleMs: 20, out, signal: ended.signal });
  const stop = async () => {
    ended.abort();
    await running;
  };
  use({ [Symbol.asyncDispose]: stop });
  return { id, client, lines, stop };
}

async function startPage(connectString: string): Promise<{ client: Client; page: Page }> {
  const client = use(await connect(connectString, { sessionTimeoutMs: SESSION_MS }));
  return { client, page: use(new Page(client, paths)) };
}

/** Asks for every slot until each has been answered. */
function allServed(page: Page): Promise<Served[]> {
  const signal = AbortSignal.timeout(BOUND_MS);
  return Promise.all(Array.from({ length: SLOTS }, (_, slot) => page.askUntilServed(slot, "ann", signal)));
}

/** Resolves when just these nodes serve all slots, with shares that differ by one at most. */
async function spreadOver(page: Page, ids: readonly string[]): Promise<Served[]> {
  return vi.waitFor(
    async () => {
      const served = await allServed(page);
      const count = (id: string) => served.filter(({ node }) => node === id).length;
      expect([...new Set(served.map(({ node }) => node))].sort()).toEqual([...ids].sort());
      expect(Math.max(...ids.map(count)) - Math.min(...ids.map(count))).toBeLessThanOrEqual(1);
      return served;
    },
    { timeout: BOUND_MS, interval: 20 },
  );
}

interface Turn {
  readonly slot: number;
  readonly node: string;
  readonly generation: number;
  readonly token: bigint;
  readonly from: number;
  until: number;
}

/** From what nodes have said: who served which slot, from when to when, ms since 1970. All run on one machine's clock. */
function turnsOf(node: string, lines: readonly string[], diedAt: number): Turn[] {
  const turns: Turn[] = [];
  const current = new Map<number, Turn>();
  for (const line of lines) {
    const serves = /serves slot (\d+) \(generation (\d+), token (\w+)\) at (\d+)/.exec(line);
    const leaves = /leaves slot (\d+) .* at (\d+)/.exec(line);
    const nothing = /serves nothing at (\d+)/.exec(line);
    if (serves !== null) {
      const [slot, generation, from] = [Number(serves[1]), Number(serves[2]), Number(serves[4])];
      const turn = { slot, node, generation, token: BigInt(serves[3] as string), from, until: diedAt };
      current.set(slot, turn);
      turns.push(turn);
    } else if (leaves !== null) {
      const turn = current.get(Number(leaves[1]));
      if (turn !== undefined) turn.until = Math.min(turn.until, Number(leaves[2]));
      current.delete(Number(leaves[1]));
    } else if (nothing !== null) {
      for (const turn of current.values()) turn.until = Math.min(turn.until, Number(nothing[1]));
      current.clear();
    }
  }
  return turns;
}

/** No slot was served by two at once, nor by two for one generation; and the claims' tokens ascend from owner to owner. */
function expectOneAtATime(turns: readonly Turn[]): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    const its = turns.filter((turn) => turn.slot === slot).sort((a, b) => a.from - b.from || a.until - b.until);
    expect(its.length, `turns of slot ${slot}`).toBeGreaterThan(0);
    for (const [at, turn] of its.entries()) {
      const next = its[at + 1];
      if (next === undefined || next.node === turn.node) continue;
      expect(next.from, `slot ${slot}: ${next.node} after ${turn.node}`).toBeGreaterThanOrEqual(turn.until);
      expect(next.token > turn.token, `slot ${slot}: the token of ${next.node} after that of ${turn.node}`).toBe(true);
    }
    const byGeneration = new Map<number, Set<string>>();
    for (const { generation, node } of its)
      byGeneration.set(generation, (byGeneration.get(generation) ?? new Set()).add(node));
    for (const [generation, nodes] of byGeneration)
      expect([...nodes], `slot ${slot}, generation ${generation}`).toHaveLength(1);
  }
}

describe("ads, nodes in one process", () => {
  it("gives a node that joins its share, and moves no other slot", async () => {
    await using server = await startTestServer();
    const { connectString } = server;
    await startNode(connectString, "a");
    await startNode(connectString, "b");
    const { page } = await startPage(connectString);
    await spreadOver(page, ["a", "b"]);
    const before = page.owners;
    await startNode(connectString, "c");
    await spreadOver(page, ["a", "b", "c"]);
    expect(moved(before, page.owners)).toBe(3);
  });

  it("hands over the slots of a node that leaves, one owner at a time", async () => {
    await using server = await startTestServer();
    const { connectString } = server;
    const nodes = [await startNode(connectString, "a"), await startNode(connectString, "b")];
    const { page } = await startPage(connectString);
    await spreadOver(page, ["a", "b"]);
    nodes.push(await startNode(connectString, "c"));
    await spreadOver(page, ["a", "b", "c"]);
    await nodes[0]?.stop();
    await spreadOver(page, ["b", "c"]);
    expectOneAtATime(
      nodes.flatMap(({ id, lines }) =>
        turnsOf(
          id,
          lines.map(({ text }) => text),
          Number.POSITIVE_INFINITY,
        ),
      ),
    );
  });

  it("does not answer for its slots while it is cut off, and does again when it is back within its session", async () => {
    await using server = await startTestServer();
    const a = await startNode(server.connectString, "a");
    const { page } = await startPage(server.connectString);
    const before = await spreadOver(page, ["a"]);
    server.refuseConnections(true);
    await server.dropConnections({ session: a.client.sessionId });
    await vi.waitFor(() => expect(a.client.state).toBe("suspended"));
    await expect(page.ask(0, "ann", AbortSignal.timeout(BOUND_MS))).rejects.toThrow("a does not serve slot 0");
    server.refuseConnections(false);
    const after = await spreadOver(page, ["a"]);
    expect(after.map(({ token }) => token)).toEqual(before.map(({ token }) => token));
  });

  it("does not serve a slot while another still claims it, and does once the claim has gone", async () => {
    await using server = await startTestServer();
    const { client, page } = await startPage(server.connectString);
    await client.create(`${paths.claims}/slot-0`, "", { mode: "ephemeral", parents: true });
    await startNode(server.connectString, "a");
    const signal = AbortSignal.timeout(BOUND_MS);
    for (let slot = 1; slot < SLOTS; slot++) await page.askUntilServed(slot, "ann", signal);
    await expect(page.ask(0, "ann", signal)).rejects.toThrow("a does not serve slot 0");
    await client.delete(`${paths.claims}/slot-0`);
    expect((await page.askUntilServed(0, "ann", signal)).node).toBe("a");
  });

  it("lets a coordinator that has been deposed write nothing", async () => {
    await using server = await startTestServer();
    await using client = await connect(server.connectString);
    const empty = { generation: 0, token: 0n, owners: [undefined, undefined] };
    await client.create(paths.assignment, encodeAssignment(empty), { parents: true });
    const { stat } = await client.create(`${paths.election}-place`, "", { mode: "ephemeral" });
    const lease = { path: `${paths.election}-place`, token: stat.czxid };
    const { signal } = new AbortController();
    const written = await reassign(client, paths.assignment, lease, ["a"], signal);
    expect(written).toMatchObject({ generation: 1, token: stat.czxid, owners: ["a", "a"], movedSlots: 2 });
    await client.delete(lease.path);
    await expect(reassign(client, paths.assignment, lease, ["b"], signal)).rejects.toMatchObject({ code: "NO_NODE" });
    expect(decodeAssignment((await client.get(paths.assignment)).data).owners).toEqual(["a", "a"]);
  });

  it("takes its slots up again in the next session", async () => {
    await using server = await startTestServer();
    const a = await startNode(server.connectString, "a");
    const { page } = await startPage(server.connectString);
    const before = await spreadOver(page, ["a"]);
    await server.expireSession(a.client.sessionId);
    await vi.waitFor(() => expect(a.client.state).toBe("connected"));
    const after = await vi.waitFor(
      async () => {
        const served = await allServed(page);
        for (const [slot, { token }] of served.entries())
          expect(BigInt(token)).toBeGreaterThan(BigInt(before[slot]?.token ?? "0x0"));
        return served;
      },
      { timeout: BOUND_MS },
    );
    expect(after).toHaveLength(SLOTS);
  });

  it("a lost answer to a claim or to the assignment changes nothing", async () => {
    await using server = await startTestServer();
    const MULTI = 14;
    void server.loseNextReply({ opcode: MULTI }).catch(() => {});
    const a = await startNode(server.connectString, "a");
    const { page } = await startPage(server.connectString);
    await spreadOver(page, ["a"]);
    // Of the assignment to both; whoever coordinates, then of a claim of the newcomer.
    await server.loseNextReply({
      opcode: MULTI,
      session: (await startNode(server.connectString, "b")).client.sessionId,
    });
    await spreadOver(page, ["a", "b"]);
    expect(a.client.state).toBe("connected");
  });
});

describe("ads, processes that are killed", () => {
  function startProgram(connectString: string, id: string): StartedProgram {
    return programs.start(connectString, "node", id, "--slots", `${SLOTS}`, "--session-timeout-ms", `${SESSION_MS}`);
  }

  it("serves every slot again when the coordinator and then the ensemble's leader are killed, never twice at once", async () => {
    await using ensemble = await startTestEnsemble({ servers: 3 });
    const { connectString } = ensemble;
    const nodes = new Map(["a", "b", "c"].map((id) => [id, startProgram(connectString, id)]));
    const { client, page } = await startPage(connectString);
    await spreadOver(page, ["a", "b", "c"]);

    const stored = async () => decodeAssignment((await client.get(paths.assignment)).data);
    const first = await stored();
    const isCoordinator = ([, { output }]: [string, StartedProgram]) => output.includes("elected coordinator");
    const [deadId, dead] = [...nodes].find(isCoordinator) as [string, StartedProgram];
    await dead.end("SIGKILL");
    const diedAt = Date.now();
    const left = ["a", "b", "c"].filter((id) => id !== deadId);
    await spreadOver(page, left);
    const second = await stored();
    expect(second.generation).toBeGreaterThan(first.generation);
    expect(second.token, "the next coordinator's token").toBeGreaterThan(first.token);
    expect(moved(first.owners, second.owners), "only the dead node's slots move").toBe(SLOTS / 3);

    await (await ensemble.leader()).kill();
    await ensemble.leader();
    await spreadOver(page, left);
    expect(moved(second.owners, (await stored()).owners), "a server's death moves no slot").toBe(0);

    nodes.set("d", startProgram(connectString, "d"));
    await spreadOver(page, [...left, "d"]);
    for (const id of [...left, "d"]) expect((await nodes.get(id)?.end("SIGTERM"))?.code).toBe(0);
    expectOneAtATime(
      [...nodes].flatMap(([id, { output }]) =>
        turnsOf(id, output.split("\n"), id === deadId ? diedAt : Number.POSITIVE_INFINITY),
      ),
    );
  }, 60_000);

  it("says what to do when there is no server, and when it is called wrongly", async () => {
    const wrong = await programs.start("127.0.0.1:1", "node").ended;
    expect(wrong.code).toBe(2);
    expect(wrong.problems).toContain("Usage: node dist/ads/main.js node NAME");
    const alone = await programs.start("127.0.0.1:1", "node", "a").ended;
    expect(alone.code).toBe(1);
    expect(alone.problems).toContain("or say where one is: ROOKERY=host:port");
  }, 30_000);
});
