import { readFile } from "node:fs/promises";
import { expect, it, vi } from "vitest";

it("the README's example is this one, and does what it says", async () => {
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  expect(readme).toContain(await readFile(new URL("readme-example.ts", import.meta.url), "utf8"));
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("./readme-example.ts");
  expect(log.mock.calls).toEqual([
    [
      { xid: 1, type: 4 },
      { path: "/jobs/1", watch: true },
    ],
  ]);
  log.mockRestore();
});
