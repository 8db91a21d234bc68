import { mkdir, readFile, writeFile } from "node:fs/promises";
import { startTestServer } from "@rookery/server/testing";
import { expect, it, vi } from "vitest";
import { CoordinationError } from "../src/index.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

it("the README's example does what it says", async () => {
  await using server = await startTestServer();
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(12);
  const folder = new URL("../temp/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const program = example.replace("@rookery/client", "../src/index.ts").replace("127.0.0.1:2181", server.connectString);
  // `await using` at the top of a module is not for Node 20: it is compiled within a function.
  const [imports = "", ...rest] = program.split("\n\n");
  await writeFile(new URL("readme.ts", folder), `${imports}\n\nexport async function run() {\n${rest.join("\n\n")}}\n`);
  const { run } = (await import(/* @vite-ignore */ new URL("readme.ts", folder).href)) as { run(): Promise<void> };
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await run();
  expect(log.mock.calls).toEqual([["changed", "/jobs/1"]]);
  log.mockRestore();
  expect(readme).toContain("That prints `changed /jobs/1`");
});

it("the README has every state, every reason for a gap and every error code", async () => {
  const types = await readFile(new URL("../src/types.ts", import.meta.url), "utf8");
  const errors = await readFile(new URL("../src/errors.ts", import.meta.url), "utf8");
  const [, states = ""] = /export type SessionState =([\s\S]*?);/.exec(types) ?? [];
  const [, reasons = ""] = /readonly reason: (.*);/.exec(types) ?? [];
  const [, codes = ""] = /export type CoordinationErrorCode =([\s\S]*?);/.exec(errors) ?? [];
  const [, table = ""] = /const SERVER_CODES = \{([\s\S]*?)\} as const/.exec(errors) ?? [];
  const names = [...`${states}${reasons}${codes}${table}`.matchAll(/"([\w-]+)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(40);
  expect(names.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  expect(new CoordinationError("NO_NODE", "").outcome).toBe("not-applied");
});
