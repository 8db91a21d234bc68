/** The command line: help, exit codes, and what an error looks like. */
import { HELP, readArguments, UsageError } from "./arguments.ts";
import { cleanUpAtExit } from "./processes.ts";
import { run } from "./run.ts";
import { SPOILS } from "./spoils.ts";
import { NotRun } from "./targets.ts";

const FAILED = 1;
const INVALID_INVOCATION = 2;
const NOT_RUN = 77; // As the suites in tools/interop.

cleanUpAtExit();
process.exit(await main(process.argv.slice(2)));

async function main(words: readonly string[]): Promise<number> {
  if (words.includes("--help")) {
    process.stdout.write(HELP);
    return 0;
  }
  if (words.join(" ").endsWith("--spoil list")) {
    process.stdout.write(SPOILS.map(({ name, caughtBy }) => `${name} (${caughtBy})\n`).join(""));
    return 0;
  }
  try {
    return (await run(readArguments(words))) ? 0 : FAILED;
  } catch (error) {
    if (error instanceof NotRun) {
      process.stderr.write(`not run: ${error.message}\n`);
      return process.env.CI === "true" ? FAILED : NOT_RUN;
    }
    process.stderr.write(`torture: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return error instanceof UsageError ? INVALID_INVOCATION : FAILED;
  }
}
