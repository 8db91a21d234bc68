/** The command line: which command, its help, and what an error looks like. */
import { describeFlags, type Flags, UsageError } from "./arguments.ts";
import { CLIENTS_FLAGS, clients } from "./clients.ts";
import { FAILOVER_FLAGS, failover } from "./failover.ts";
import { LOAD_FLAGS, load } from "./load.ts";
import { MEMORY_FLAGS, memory } from "./memory.ts";
import { cleanUpAtExit } from "./processes.ts";
import { NotRun } from "./servers.ts";
import { VERSUS_FLAGS, versus } from "./versus.ts";

interface Command {
  readonly about: string;
  readonly flags: Flags;
  /** Resolves to the exit code. */
  readonly run: (words: readonly string[]) => Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  load: { about: "put a running server under load", flags: LOAD_FLAGS, run: load },
  versus: { about: "the same load on ZooKeeper and on Rookery, in turn", flags: VERSUS_FLAGS, run: versus },
  failover: { about: "writes while the leader of an ensemble is killed", flags: FAILOVER_FLAGS, run: failover },
  clients: { about: "our client beside the others of npm, on one server", flags: CLIENTS_FLAGS, run: clients },
  memory: { about: "memory and restarts of both with many znodes", flags: MEMORY_FLAGS, run: memory },
};

const FAILED = 1;
const INVALID_INVOCATION = 2;
const NOT_RUN = 77; // As the suites in tools/interop.

cleanUpAtExit();
process.exit(await main(process.argv.slice(2)));

async function main([name = "", ...words]: readonly string[]): Promise<number> {
  const command = COMMANDS[name];
  if (command === undefined) {
    const list = Object.entries(COMMANDS).map(([name, { about }]) => `  ${name.padEnd(10)}${about}\n`);
    process.stderr.write(`pnpm --filter @rookery/bench COMMAND --help\n\n${list.join("")}`);
    return INVALID_INVOCATION;
  }
  if (words.includes("--help")) {
    process.stdout.write(`${name}: ${command.about}\n\n${describeFlags(command.flags)}`);
    return 0;
  }
  try {
    return await command.run(words);
  } catch (error) {
    if (error instanceof NotRun) {
      process.stderr.write(`not run: ${error.message}\n`);
      return NOT_RUN;
    }
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? INVALID_INVOCATION : FAILED;
  }
}
