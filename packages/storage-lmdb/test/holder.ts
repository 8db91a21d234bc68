/** Opens a folder and says `open`, or the error; then stays until its input ends. Argument: folder. */
import { openLmdbEngine } from "../src/index.ts";

process.on("unhandledRejection", (error) => console.log(`unhandled ${String(error)}`));
try {
  const engine = await openLmdbEngine({ folder: process.argv[2] as string, tables: ["t"], segmentBytes: 64 * 1024 });
  console.log("open");
  process.stdin.resume();
  process.stdin.on("end", () => void engine.close().then(() => console.log("closed")));
} catch (error) {
  const { code, message } = error as Error & { code: string };
  console.log(`${code} ${message}`);
}
