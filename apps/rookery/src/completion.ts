/** Scripts that teach a shell to complete the commands and flags of a program. */
import type { Command, Option } from "commander";
import { flagOf, SETTING_KEYS, SETTINGS, type Setting } from "./settings.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** Undefined for a shell we do not know. */
export function completion(program: Command, shell: string): string | undefined {
  switch (shell) {
    case "bash":
      return bash(program);
    case "zsh":
      return zsh(program);
    case "fish":
      return fish(program);
    default:
      return undefined;
  }
}

function bash(program: Command): string {
  const name = program.name();
  const values = optionsOf(program).flatMap((option) => {
    const choices = choicesOf(option);
    if (choices !== undefined) return [`    ${flag(option)}) words="${choices.join(" ")}" ;;`];
    return takesPath(option) ? [`    ${flag(option)}) COMPREPLY=($(compgen -f -- "$word")); return ;;`] : [];
  });
  const commands = program.commands.map(
    (command) => `    ${command.name()}) words="${[...wordsOf(command), ...command.options.map(flag)].join(" ")}" ;;`,
  );
  return `_${name}() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  case "\${COMP_WORDS[1]}" in
${commands.join("\n")}
    *) words="${program.commands.map((command) => command.name()).join(" ")} help --help --version" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${program.commands.map((command) => command.name()).join(" ")} help --help --version"; fi
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${values.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o filenames -F _${name} ${name}
`;
}

function zsh(program: Command): string {
  const name = program.name();
  const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const argument = (option: Option) => {
    if (!option.required && !option.optional) return "";
    const choices = choicesOf(option);
    const action = choices !== undefined ? `(${choices.join(" ")})` : takesPath(option) ? "_files" : "";
    return `${option.optional ? "::" : ":"}value:${action}`;
  };
  const commands = program.commands.map((command) => {
    const words = wordsOf(command);
    const lines = command.options.map((option) =>
      quoted(`${flag(option)}[${option.description.replace(/[[\]:\\]/g, "\\$&")}]${argument(option)}`),
    );
    if (words.length > 0) lines.push(quoted(`1:word:(${words.join(" ")})`));
    return `        ${command.name()}) _arguments ${lines.join(" \\\n          ")} ;;`;
  });
  return `#compdef ${name}
_${name}() {
  local -a commands=(
${program.commands.map((command) => `    ${quoted(`${command.name()}:${command.description()}`)}`).join("\n")}
  )
  _arguments -C '(-h --help)'{-h,--help}'[explain a command]' '(-V --version)'{-V,--version}'[print the version]' \\
    '1: :->command' '*:: :->words'
  case $state in
    command) _describe command commands ;;
    words)
      case $words[1] in
${commands.join("\n")}
      esac ;;
  esac
}
compdef _${name} ${name}
`;
}

function fish(program: Command): string {
  const name = program.name();
  const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  const lines = [`complete -c ${name} -f`];
  for (const command of program.commands) {
    lines.push(`complete -c ${name} -n __fish_use_subcommand -a ${command.name()} -d ${quoted(command.description())}`);
    const here = `complete -c ${name} -n ${quoted(`__fish_seen_subcommand_from ${command.name()}`)}`;
    const words = wordsOf(command);
    if (words.length > 0) lines.push(`${here} -a ${quoted(words.join(" "))}`);
    for (const option of command.options) {
      const choices = choicesOf(option);
      const value = choices !== undefined ? ` -x -a ${quoted(choices.join(" "))}` : option.required ? " -r" : "";
      const files = takesPath(option) ? " -F" : "";
      lines.push(`${here} -l ${flag(option).slice(2)}${value}${files} -d ${quoted(option.description)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function optionsOf(program: Command): readonly Option[] {
  return program.commands.flatMap((command) => command.options);
}

function flag(option: Option): string {
  return option.long ?? option.flags;
}

function takesPath(option: Option): boolean {
  return /<(file|folder)>/.test(option.flags);
}

function choicesOf(option: Option): readonly string[] | undefined {
  const key = SETTING_KEYS.find((key) => flagOf(key) === option.long);
  const setting: Setting | undefined = key === undefined ? undefined : SETTINGS[key];
  return setting?.choices;
}

/** What may stand as a command's argument. */
function wordsOf(command: Command): readonly string[] {
  return command.registeredArguments.some((argument) => argument.name() === "shell") ? SHELLS : [];
}
