/** Ensembles as people run them: a process for each server, its folder, its signals, its exit code. */
import { once } from "node:events";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import {
  ask,
  createRequest,
  freePorts,
  getRequest,
  type Started,
  string,
  talk,
  useRookery,
} from "../test/processes.ts";

const at = useRookery();
const { run, start, startDev } = at;

describe("an ensemble of three processes", { timeout: 90_000 }, () => {
  it("founds itself from empty folders, and says who leads", async () => {
    const servers = await startThree(await threeOf());
    expect(servers[0]?.greeting).toMatch(/^Rookery, server 1 of 3, listens on 127\.0\.0\.1:\d+, /);
    await leaderOf(servers);
    const modes = await Promise.all(servers.map(({ port }) => modeOf(port)));
    expect(modes.sort()).toEqual(["follower", "follower", "leader"]);
  });

  it("keeps what was acknowledged when its leader is killed, and takes it back", async () => {
    const flags = await threeOf();
    const servers = await startThree(flags);
    const leader = await leaderOf(servers);
    expect(await talk(leader.port, [createRequest(1, "/kept", "yes")])).toMatchObject([{ xid: 1, error: 0 }]);
    leader.child.kill("SIGKILL");
    await leader.ended;
    const others = servers.filter((server) => server !== leader);
    const next = await leaderOf(others);
    expect(next).not.toBe(leader);
    const [reply] = await talk(next.port, [getRequest(2, "/kept")]);
    expect(reply?.error).toBe(0);
    expect(reply?.body.subarray(0, 7)).toEqual(string("yes"));
    const again = await start(...(flags[servers.indexOf(leader)] ?? []));
    await until(async () => (await modeOf(again.port)) === "follower");
  });

  it("stops with 0 when each is asked to, and goes on from its folders", async () => {
    const flags = await threeOf();
    const servers = await startThree(flags);
    const leader = await leaderOf(servers);
    expect(await talk(leader.port, [createRequest(1, "/kept", "yes")])).toMatchObject([{ error: 0 }]);
    for (const { child } of servers) child.kill("SIGTERM");
    for (const { ended } of servers) expect(await ended).toEqual({ code: 0, signal: null });
    const again = await leaderOf(await startThree(flags));
    expect(await talk(again.port, [getRequest(2, "/kept")])).toMatchObject([{ error: 0 }]);
  });

  it("deletes the file by which an empty server was vouched for, once it serves", async () => {
    const flags = await threeOf();
    for (const sid of [1, 2, 3]) {
      mkdirSync(join(at.folder, `${sid}`));
      writeFileSync(join(at.folder, `${sid}`, "initialize"), "");
    }
    await leaderOf(await startThree(flags));
    // Removed beside the serving, so perhaps a moment after the server says who leads.
    for (const sid of [1, 2, 3]) await until(async () => !existsSync(join(at.folder, `${sid}`, "initialize")));
  });

  it("ends with 1 and says what to do when the port for the others is taken", async () => {
    const flags = await threeOf();
    const peerPort = Number(/127\.0\.0\.1:(\d+)/.exec(flags[0]?.join(" ") ?? "")?.[1]);
    const other = createServer().listen(peerPort, "127.0.0.1");
    await once(other, "listening");
    const { code, problem } = run("serve", ...(flags[0] ?? []));
    other.close();
    expect(code).toBe(1);
    expect(problem).toContain(`Port ${peerPort} on 127.0.0.1, for the other servers, is taken by another program.`);
  });

  it("lets no other member, and no standalone server, use a member's folder", async () => {
    const flags = await threeOf();
    const servers = await startThree(flags);
    await leaderOf(servers);
    for (const { child } of servers) child.kill("SIGTERM");
    for (const { ended } of servers) await ended;
    const [, second = []] = flags;
    const foreign = second.map((flag) => (flag.startsWith("--data-dir") ? "--data-dir=1" : flag));
    expect(run("serve", ...foreign)).toMatchObject({
      code: 3,
      problem: expect.stringContaining("This server is member 2 of its ensemble, as its myid says."),
    });
    expect(run("serve", "--client-port=0", "--data-dir=2")).toMatchObject({
      code: 3,
      problem: expect.stringContaining("This server has no server.N lines, so it runs alone"),
    });
  });
});

describe("rookery dev with three servers", { timeout: 90_000 }, () => {
  it("says when there is a leader, who leads when that is killed, and takes a server back", async () => {
    const ensemble = await startDev("--", "--election-timeout=500");
    const [, leader] = await ensemble.said(/server (\d) leads/);
    const ports = [0, 1, 2].map((more) => `127.0.0.1:${ensemble.clientPort + more}`);
    await ensemble.said(`Ready. Clients connect to ${ports.join(",")}`);
    ensemble.type(`k ${leader}`);
    const [, next] = await ensemble.said(/server (\d) leads/);
    expect(next).not.toBe(leader);
    ensemble.type(`s ${leader}`);
    await ensemble.said(`server ${leader} follows`);
    ensemble.type(`p ${next}`);
    await ensemble.said(/server (\d) leads/);
    ensemble.type(`p ${next}`);
    await ensemble.said(`server ${next} follows`);
    ensemble.type("q");
    expect(await ensemble.ended).toEqual({ code: 0, signal: null });
  });
});

/** The flags of servers 1, 2 and 3, on ports that are free, with folders called by their ids. */
async function threeOf(): Promise<readonly (readonly string[])[]> {
  const base = await freePorts();
  const lines = [1, 2, 3].map((sid) => `--server=${sid}=127.0.0.1:${base + sid}:${base + 10 + sid};${base + 20 + sid}`);
  return [1, 2, 3].map((sid) => [
    ...lines,
    `--myid=${sid}`,
    `--data-dir=${sid}`,
    "--client-port-address=127.0.0.1",
    "--election-timeout=500",
  ]);
}

function startThree(flags: readonly (readonly string[])[]): Promise<readonly Started[]> {
  return Promise.all(flags.map((words) => start(...words)));
}

async function leaderOf(servers: readonly Started[]): Promise<Started> {
  let leader: Started | undefined;
  await until(async () => {
    const modes = await Promise.all(servers.map(({ port }) => modeOf(port)));
    leader = servers[modes.indexOf("leader")];
    return leader !== undefined && modes.every((mode) => mode === "leader" || mode === "follower");
  });
  return leader as Started;
}

async function modeOf(port: number): Promise<string | undefined> {
  return /^Mode: (\S+)$/m.exec(await ask(port, "srvr"))?.[1];
}

/** A server tells nobody of its role by itself: it has to be asked again. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await after(50);
}
