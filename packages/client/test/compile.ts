/** Bundles a program of this folder with our packages' sources, so that a test can run it as a process of its own. */
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const folder = fileURLToPath(new URL("..", import.meta.url));

/** The path of the program. */
export async function compile(name: string): Promise<string> {
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
