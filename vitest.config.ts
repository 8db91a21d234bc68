import { defineConfig } from "vitest/config";

/** Siblings are read from their sources, so that tests wait for no build. */
const conditions = ["@rookery/source"];

/** Where .ci/run wants the results as well. */
const results = process.env.VITEST_RESULTS;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    reporters: results === undefined ? ["default"] : ["default", ["json", { outputFile: results }]],
    projects: ["packages", "apps", "tools"].map((shelf) => ({
      extends: true as const,
      test: { name: shelf, include: [`${shelf}/*/**/*.test.ts`] },
    })),
  },
});
