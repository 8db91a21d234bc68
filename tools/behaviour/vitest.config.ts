import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: process.env.TARGET ?? "rookery",
    include: ["test/**/*.behaviour.ts"],
    globalSetup: ["src/servers.ts"],
    reporters: ["./src/reporter.ts"],
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
