import { defineConfig } from "vitest/config";

const conditions = ["@rookery/source"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    projects: ["packages/*", "apps/*", "tools/*"].map((folder) => ({
      extends: true as const,
      test: { name: folder.split("/")[0] as string, include: [`${folder}/**/*.test.ts`] },
    })),
  },
});
