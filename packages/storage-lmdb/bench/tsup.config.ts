import { defineConfig } from "tsup";

/** Bundles the benchmarks with the sources of our packages, so that they measure what is in the editor. */
export default defineConfig({
  entry: ["bench/log.ts", "bench/reopen.ts", "bench/flush.ts"],
  outDir: "node_modules/.bench",
  format: "esm",
  target: "node20",
  noExternal: [/^@rookery\//],
  clean: true,
  silent: true,
  esbuildOptions(options) {
    options.conditions = ["@rookery/source"];
  },
});
