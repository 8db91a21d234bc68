/** The command line as people see it: commands, flags, help. What the commands do is elsewhere. */
import { Command, CommanderError, type Help, Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import { completion, SHELLS } from "./completion.ts";
import type { Said } from "./configuration.ts";
import { reference } from "./reference.ts";
import { type ServeRequest, serve } from "./serve.ts";
import { flagOf, SETTING_KEYS, SETTINGS, type Setting } from "./settings.ts";

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
    .description("run a server, alone; without flags on 127.0.0.1:2181 with its data in ./rookery-data")
    .addOption(
      new Option("-c, --config <file>", "read settings from a file in the format of zoo.cfg").helpGroup("General:"),
    )
    .addOption(
      new Option("--show-config", "print the settings and where each comes from, and exit").helpGroup("General:"),
    )
    .addHelpText("after", SERVE_NOTES)
    .configureHelp({ helpWidth: 100, formatItem: stacked })
    .allowExcessArguments()
    .action(async (options: Record<string, string | true | undefined>, command: Command) => {
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
}

function requestOf(options: Readonly<Record<string, string | true | undefined>>): ServeRequest {
  const flags: { -readonly [K in keyof Said["flags"]]: Said["flags"][K] } = {};
  for (const key of SETTING_KEYS) {
    const value = options[new Option(`${flagOf(key)} <x>`).attributeName()];
    if (value !== undefined) flags[key] = value;
  }
  const { config } = options;
  return {
    flags,
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

Exit codes:
  0 stopped when asked    1 failed    2 wrong flags or settings    3 the data folder cannot be used
`;

const COMPLETION_EXAMPLES = `
Examples:
  bash   source <(rookery completion bash)                 in ~/.bashrc
  zsh    source <(rookery completion zsh)                  in ~/.zshrc, after compinit
  fish   rookery completion fish > ~/.config/fish/completions/rookery.fish
`;
