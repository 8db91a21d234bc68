import { cp, mkdir } from "node:fs/promises";
import { defineConfig } from "tsup";

export default defineConfig({
  entry: { "client/index": "src/client/index.ts", "peer/index": "src/peer/index.ts" },
  format: "esm",
  target: "es2022",
  sourcemap: true,
  clean: true,
  async onSuccess() {
    // The generated code's declarations are written by its generator; tsc refers to them and does not copy them.
    await mkdir("dist/peer/gen", { recursive: true });
    await cp("src/peer/gen/transaction.d.ts", "dist/peer/gen/transaction.d.ts");
  },
});
