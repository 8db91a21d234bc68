/** Clients in processes of their own: nothing is left of them, neither memory nor what keeps a process from ending. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { startTestServer } from "@rookery/server/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { FakeServer, type Script } from "./fake-server.ts";

const programs = new Map<string, string>();

beforeAll(async () => {
  for (const name of ["exit-program", "leak-program"]) programs.set(name, await compile(name));
}, 30_000);

function run(name: string, args: readonly string[], flags: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...flags, programs.get(name) as string, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  let text = "";
  for await (const chunk of stream ?? []) text += String(chunk);
  return text;
}

const answers: Script = async (peer) => {
  await peer.grant();
  await peer.answerAll();
};
const silent: Script = async (peer) => {
  await peer.grant();
};
const oneThenSilence: Script = async (peer, index) => {
  if (index > 0) return;
  await peer.grant();
  peer.socket.end();
};
const readOnly: Script = async (peer) => {
  await peer.grant({ readOnly: true });
  await peer.answerAll();
};
const nonsense: Script = async (peer) => {
  await peer.grant();
  await peer.request();
  peer.reply(12_345);
};

describe("a process ends by itself", () => {
  it.each<[string, string, Script]>([
    ["after a close", "close", answers],
    ["after a close that a silent server does not answer", "close-silent", silent],
    ["after a close while suspended", "close-suspended", oneThenSilence],
    ["after a close while a server is being asked for the session", "close-connecting", oneThenSilence],
    ["after a close while a better server is looked for", "close-searching", readOnly],
    ["after a detach", "detach", silent],
    ["after a connect that failed", "fail", () => {}],
    ["after a connect that was aborted", "abort", () => {}],
    ["after a server's nonsense", "nonsense", nonsense],
    ["without a warning of many calls with one signal", "signals", answers],
  ])("%s", { timeout: 20_000 }, async (_, what, script) => {
    await using server = await FakeServer.start(script);
    await using other = await FakeServer.start(() => {});
    const child = run("exit-program", [what, server.connectString, other.connectString]);
    const said = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), said]);
    const began = performance.now();
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    const [code] = await once(child, "exit");
    clearTimeout(timer);
    expect(await said).toEqual(["done\n", ""]);
    expect(code).toBe(0);
    expect(performance.now() - began).toBeLessThan(700);
  });
});

describe("memory", () => {
  it("is flat over ten thousand watches, calls, clients and failures", { timeout: 60_000 }, async () => {
    await using server = await startTestServer();
    const child = run("leak-program", [server.connectString, "127.0.0.1:1"], ["--expose-gc"]);
    const [out, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, "exit")]);
    expect(errors).toBe("");
    const grown = JSON.parse(out) as Record<string, number>;
    for (const [what, bytes] of Object.entries(grown)) expect(bytes, what).toBeLessThan(600_000);
    expect(Object.keys(grown)).toEqual(["watches", "calls", "clients", "failures", "waiting"]);
    expect(server.sessions).toEqual([]);
  });
});
