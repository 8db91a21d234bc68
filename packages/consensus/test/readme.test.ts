import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, it, vi } from "vitest";
import { DEFAULT_LIMITS } from "../src/index.ts";

const text = await readFile(new URL("../README.md", import.meta.url), "utf8");

it("the README's example runs and prints what it says", async () => {
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

it("the README says every bound with its default", () => {
  const figures = (value: number): readonly string[] => [
    value.toLocaleString("en"),
    `${value / (1 << 20)} MiB`,
    `0x${value.toString(16).slice(0, 4)}_${value.toString(16).slice(4)}`,
  ];
  const [, bounds = ""] = text.split("\n## Bounds\n");
  for (const [limit, value] of Object.entries(DEFAULT_LIMITS)) {
    const rows = bounds.split("\n").map((line) => line.split("|"));
    const [, named = "", defaults] = rows.find(([, first]) => first?.includes(`\`${limit}\``)) ?? [];
    const at = [...named.matchAll(/`(\w+)`/g)].findIndex(([, name]) => name === limit);
    const said = defaults?.split(";")[at]?.trim();
    expect(figures(value), limit).toContain(said);
  }
});
