import { defineConfig } from "tsup";

/** The core is bundled from its sources, so that a run tests what is written and not what was built. */
export default defineConfig({
  entry: ["src/simulate.ts", "src/mutate.ts"],
  format: "esm",
  target: "node20",
  sourcemap: true,
  clean: true,
  external: ["tsup"],
  esbuildOptions(options) {
    options.conditions = ["@rookery/source"];
  },
});
