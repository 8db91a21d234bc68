import { defineConfig } from "tsup";

export default defineConfig({ entry: { "client/index": "src/client/index.ts", "peer/index": "src/peer/index.ts" }, format: "esm", target: "es2022", sourcemap: true, clean: true });
