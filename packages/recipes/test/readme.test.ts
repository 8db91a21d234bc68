import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";
import * as recipes from "../src/index.ts";
import { startServer } from "./world.ts";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");

it("the README's example runs", async () => {
  await using server = await startServer();
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const [imports = "", ...rest] = example.split("\n\n");
  const folder = new URL("../temp/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const body = rest.join("\n\n").replace("127.0.0.1:2181", server.connectString);
  const file = new URL("readme-example.ts", folder);
  await writeFile(
    file,
    `${imports}\n\nexport async function run(writeReport: (of: unknown) => Promise<void>) {\n${body}}\n`,
  );
  const { run } = (await import(/* @vite-ignore */ file.href)) as {
    run(writeReport: (of: unknown) => Promise<void>): Promise<void>;
  };
  const reports: unknown[] = [];
  await run(async (of) => {
    reports.push(of);
  });
  expect(reports).toEqual([{ signal: expect.any(AbortSignal), fencingToken: expect.any(BigInt) }]);
});

it("the README names every class that there is", () => {
  const classes = Object.entries(recipes).filter(
    ([name, value]) =>
      typeof value === "function" &&
      /^class\b/.test(Function.prototype.toString.call(value)) &&
      !/^Base|Error$/.test(name),
  );
  const parts = ["ReadLock", "WriteLock", "QueueLock", "ServiceCache"];
  expect(
    classes.map(([name]) => name).filter((name) => !parts.includes(name) && !readme.includes(`\`${name}\``)),
  ).toEqual([]);
});
