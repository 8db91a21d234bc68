/** What dist/main.js starts (see launcher/main.js): runs the command line and leaves with its exit code. */
import { run } from "./program.ts";

export async function main(): Promise<void> {
  // Logs are written synchronously and the server has released its files, so nothing is cut off.
  process.exit(await run(process.argv.slice(2)));
}
