/** The command line as people see it: commands, flags, help. What the commands do is elsewhere. */
import { Command, CommanderError, type Help, InvalidArgumentError, Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import { completion, SHELLS } from "./completion.ts";
import type { Said } from "./configuration.ts";
import { CLIENT_PORT_MAX, dev, SERVERS_MAX } from "./dev.ts";
import { reference } from "./reference.ts";
import { type ServeRequest, serve } from "./serve.ts";
import { flagOf, NUMBERED, NUMBERED_KEYS, type NumberedKey, SETTING_KEYS, SETTINGS, type Setting } from "./settings.ts";

/** ZooKeeper's ExitCode.INVALID_INVOCATION. */
const INVALID_INVOCATION = 2;

/** Runs a command line, without the two words before it. Resolves to the exit code. */
export async function run(words: readonly string[]): Promise<number> {
  let code = 0;
  const program = makeProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    // Help and version end the same way, with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : INVALID_INVOCATION;
    throw error;
  }
}

function makeProgram(done: (code: number) => void): Command {
  const program = new Command("rookery")
    .description("A coordination service that ZooKeeper's clients use unchanged.")
    .version(manifest.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "explain a command")
    .helpCommand("help [command]", "explain a command")
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", PROGRAM_EXAMPLES);
  addServe(program, done);
  addDev(program, done);
  program
    .command("settings")
    .description("print what every setting means, as Markdown")
    .action(() => {
      process.stdout.write(reference());
    });
  program
    .command("completion")
    .description("print a script that teaches a shell to complete rookery's commands and flags")
    .argument("<shell>", SHELLS.join(", "))
    .addHelpText("after", COMPLETION_EXAMPLES)
    .action((shell: string, _options: unknown, command: Command) => {
      const script = completion(program, shell);
      if (script === undefined) command.error(`error: no completion for '${shell}': choose ${SHELLS.join(", ")}`);
      process.stdout.write(script);
    });
  return program;
}

function addServe(program: Command, done: (code: number) => void): void {
  const command = program
    .command("serve")
    .description("run a server, alone or in an ensemble; without flags alone on 127.0.0.1:2181, data in ./rookery-data")
    .addOption(
      new Option("-c, --config <file>", "read settings from a file in the format of zoo.cfg").helpGroup("General:"),
    )
    .addOption(
      new Option("--show-config", "print the settings and where each comes from, and exit").helpGroup("General:"),
    )
    .addHelpText("after", SERVE_NOTES)
    .configureHelp({ helpWidth: 100, formatItem: stacked })
    .allowExcessArguments()
    .action(async (options: Options, command: Command) => {
      const [extra] = command.args;
      if (extra !== undefined) {
        command.error(`error: serve takes no '${extra}': a configuration file is given as --config ${extra}`);
      }
      done(await serve(requestOf(options)));
    });
  for (const key of SETTING_KEYS) {
    const setting: Setting = SETTINGS[key];
    const value = setting.bare === undefined ? `<${setting.placeholder}>` : `[${setting.placeholder}]`;
    const option = new Option(`${flagOf(key)} ${value}`, `${setting.help} [${key}: ${setting.fallback}]`);
    command.addOption(option.helpGroup(`${setting.group}:`));
  }
  for (const family of NUMBERED_KEYS) {
    const { flag, placeholder, help, fallback } = NUMBERED[family];
    const option = new Option(`${flag} <${placeholder}>`, `${help} Can be repeated. [${family}.N: ${fallback}]`);
    option.argParser((value: string, before: readonly string[] = []) => [...before, value]);
    command.addOption(option.helpGroup("Ensemble:"));
  }
}

function addDev(program: Command, done: (code: number) => void): void {
  const serve = "flags of rookery serve, after --, for every server";
  program
    .command("dev")
    .description("run a whole ensemble on this machine, to try it")
    .argument("[settings...]", serve)
    .addOption(
      new Option("-n, --servers <number>", "how many servers").default(3).argParser(numberBetween(1, SERVERS_MAX)),
    )
    .addOption(
      new Option("-p, --client-port <port>", "port for clients of the first server; the others take the next ones")
        .default(2181)
        .argParser(numberBetween(1, CLIENT_PORT_MAX)),
    )
    .addOption(new Option("-d, --data-dir <folder>", "where the servers keep their data").default("./rookery-dev"))
    .addOption(new Option("--fresh", "begin with empty servers instead of what is in the folder"))
    .addHelpText("after", DEV_NOTES)
    .action(async (settings: readonly string[], options: DevOptions) => {
      done(await dev({ ...options, fresh: options.fresh === true, settings }));
    });
}

interface DevOptions {
  readonly servers: number;
  readonly clientPort: number;
  readonly dataDir: string;
  readonly fresh?: true;
}

function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** What commander makes of flags. */
type Options = Readonly<Record<string, string | true | readonly string[] | undefined>>;

function requestOf(options: Options): ServeRequest {
  const flags: { -readonly [K in keyof Said["flags"]]: Said["flags"][K] } = {};
  for (const key of SETTING_KEYS) {
    const value = options[new Option(`${flagOf(key)} <x>`).attributeName()];
    if (typeof value === "string" || value === true) flags[key] = value;
  }
  const numberedFlags: { [K in NumberedKey]?: readonly string[] } = {};
  for (const family of NUMBERED_KEYS) {
    const values = options[family];
    if (Array.isArray(values)) numberedFlags[family] = values;
  }
  const { config } = options;
  return {
    flags,
    numberedFlags,
    configPath: typeof config === "string" ? config : undefined,
    showConfig: options.showConfig === true,
  };
}

/** A flag, and what it does below it: the flags are too long for two columns. */
function stacked(term: string, _width: number, description: string, help: Help): string {
  const wrapped = help.boxWrap(description, (help.helpWidth ?? 80) - 8);
  return `  ${term}\n${wrapped.replace(/^/gm, "        ")}`;
}

const PROGRAM_EXAMPLES = `
Examples:
  rookery serve                                  a server on 127.0.0.1:2181, data in ./rookery-data
  rookery serve --data-dir /var/lib/rookery --client-port-address 0.0.0.0
  rookery serve --config zoo.cfg                 with an existing ZooKeeper configuration
  rookery dev                                    three servers on this machine, to try an ensemble
  rookery help serve                             every setting with its default
`;

const SERVE_NOTES = `
Where settings come from:
  Each setting is a line in the configuration file, a variable or a flag: tickTime=2000,
  ROOKERY_TICK_TIME=2000, --tick-time 2000. A flag wins over a variable, a variable over the file,
  the file over the default (in brackets above, after the name in the file). ROOKERY_CONFIG names
  the file as --config does. Wrong settings are all reported at once, with their places.

Examples:
  rookery serve --client-port 0 --log-level info
  ROOKERY_DATA_DIR=/data rookery serve
  rookery serve --config zoo.cfg --show-config
  rookery serve --myid 1 --server '1=10.0.0.1:2888:3888;2181' --server '2=10.0.0.2:2888:3888;2181' \\
    --server '3=10.0.0.3:2888:3888;2181'       one of three; quotes, because shells know the semicolon

Exit codes:
  0 stopped when asked    1 failed    2 wrong flags or settings    3 the data folder cannot be used
`;

const DEV_NOTES = `
Servers listen on 127.0.0.1: for clients on the client port and those after it, for each other 707
further on, at 2888 and after it by default. Each is a process of its own, with its log lines shown
behind its number. Their data stays where it is, and the next start goes on with it.

While it runs, type and press Enter:
  k 2     kill server 2 (kill -9): if it led, the others elect a leader
  s 2     start it again
  p 2     pause it, and later resume it
  ?       show every server
  q       stop all, as Ctrl+C does

Examples:
  rookery dev
  rookery dev --servers 5 --client-port 5181 --fresh
  rookery dev -- --tick-time 500 --log-level info
`;

const COMPLETION_EXAMPLES = `
Examples:
  bash   source <(rookery completion bash)                 in ~/.bashrc
  zsh    source <(rookery completion zsh)                  in ~/.zshrc, after compinit
  fish   rookery completion fish > ~/.config/fish/completions/rookery.fish
`;
