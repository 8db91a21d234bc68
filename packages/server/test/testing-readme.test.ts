/** The README's examples for tests are tests of this file, with code to test that speaks the protocol by hand. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { expect, it } from "vitest";

const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
const [, section = ""] = readme.split("\n## In tests\n");
const [vitest = "", node = ""] = [...section.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);

const folder = new URL("../temp/testing/", import.meta.url);
await mkdir(folder, { recursive: true });
await write("jobs.ts", 'export { addJob } from "../../test/testing-subjects.ts";');
await write("worker.ts", 'export { startWorker } from "../../test/testing-subjects.ts";');
await write("vitest.ts", vitest);
await write("node.ts", node.replace('"node:test"', '"vitest"'));
await import(/* @vite-ignore */ new URL("vitest.ts", folder).href);
await import(/* @vite-ignore */ new URL("node.ts", folder).href);

it("the README has an example for vitest and one for node:test", () => {
  expect(vitest).toContain('from "vitest"');
  expect(node).toContain('from "node:test"');
});

function write(name: string, text: string): Promise<void> {
  return writeFile(new URL(name, folder), text.replaceAll('.js";', '.ts";'));
}
