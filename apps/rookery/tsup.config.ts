import { defineConfig } from "tsup";

export default defineConfig({
  entry: ["src/cli.ts"],
  format: "esm",
  outExtension: () => ({ js: ".mjs" }),
  // main.js, which starts cli.mjs, and the package.json that makes it CommonJS.
  publicDir: "launcher",
  target: "es2022",
  sourcemap: true,
  clean: true,
});
