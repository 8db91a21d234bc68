import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, it, vi } from "vitest";

it("the README's example runs and prints what it says", async () => {
  const text = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const [, example = ""] = /```ts\n([\s\S]*?)```/.exec(text) ?? [];
  const folder = new URL("../temp/", import.meta.url);
  await mkdir(folder, { recursive: true });
  const file = new URL("readme-example.ts", folder);
  await writeFile(file, example);
  const said: unknown[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((line) => said.push(line));
  await import(/* @vite-ignore */ file.href);
  log.mockRestore();
  const [, promised] = /console\.log.*\/\/ (.*)/.exec(example) ?? [];
  expect(said).toEqual([promised]);
});
