/** Recipes in a process of its own: nothing grows, and nothing is left of what has ended. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { build } from "tsup";
import { expect, it } from "vitest";
import { worldOfTest } from "./world.ts";

/** Garbage that is not collected yet, and code that is compiled anew. */
const GROWN_BYTES_MAX = 600_000;

it("memory is flat over thousands of locks, caches and waits, and nothing is left", { timeout: 60_000 }, async () => {
  const { server } = await worldOfTest();
  const program = await compile("leak-program");
  const child = spawn(process.execPath, ["--expose-gc", program, `${server.port}`, server.chroot], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, errors] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, "exit")]);
  expect(errors).toBe("");
  const { grown, left } = JSON.parse(out) as { grown: Record<string, number>; left: unknown };
  for (const [what, bytes] of Object.entries(grown)) expect(bytes, what).toBeLessThan(GROWN_BYTES_MAX);
  expect(Object.keys(grown)).toEqual(["locks", "contended", "leases", "latches", "caches", "waits"]);
  expect(left).toEqual({ listeners: [], watches: [], ephemerals: [] });
});

/** Bundles a program of this folder with our packages' sources. Its path. */
async function compile(name: string): Promise<string> {
  const folder = fileURLToPath(new URL("..", import.meta.url));
  const outDir = `${folder}node_modules/.test`;
  await build({
    entry: { [name]: `${folder}test/${name}.ts` },
    outDir,
    config: false,
    tsconfig: `${folder}tsconfig.json`,
    format: "esm",
    target: "node20",
    noExternal: [/^@rookery\//],
    outExtension: () => ({ js: ".mjs" }),
    silent: true,
    esbuildOptions(options) {
      options.conditions = ["@rookery/source"];
    },
  });
  return `${outDir}/${name}.mjs`;
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
