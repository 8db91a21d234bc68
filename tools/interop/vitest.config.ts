import { defineConfig } from "vitest/config";

/** The recipes are read from their sources, so that the suite waits for no build of theirs. */
const conditions = ["@rookery/source"];

/** Of `recipes/run.sh`, which says where the programs are. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: process.env.TARGET ?? "rookery",
    include: ["recipes/test/*.interop.ts"],
    setupFiles: ["recipes/src/world.ts"],
    // Two cores are soon busy with a server, a JVM and the rest.
    fileParallelism: false,
    reporters: ["./recipes/src/reporter.ts"],
    testTimeout: 40_000,
    hookTimeout: 60_000,
  },
});
