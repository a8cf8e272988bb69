import { Argument, type Command } from "commander";
import type { Tools } from "./tools";

const SHELLS = ["bash", "zsh", "fish"] as const;

export function addCompletion(program: Command, tools: Tools): void {
  program
    .command("completion")
    .description("print a completion script for your shell")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .addHelpText(
      "after",
      "\nIt completes a command named switchyard: alias switchyard='npm run -s switchyard --'\n  source <(switchyard completion bash)",
    )
    .action((shell: (typeof SHELLS)[number]) => {
      tools.terminal.data(completionScript(program, shell));
    });
}

interface Word {
  /** The commands before it, such as `key create`; empty at the start. */
  path: string;
  word: string;
  about: string;
}

/** Commands and options by the command that they belong to. */
function wordsOf(command: Command, path: string): Word[] {
  const visible = command.commands.filter((sub) => sub.name() !== "help");
  return [
    ...visible.map((sub) => ({ path, word: sub.name(), about: sub.description() })),
    ...command.options.map((option) => ({ path, word: option.long ?? option.flags, about: option.description })),
    ...visible.flatMap((sub) => wordsOf(sub, `${path} ${sub.name()}`.trim())),
  ];
}

export function completionScript(program: Command, shell: (typeof SHELLS)[number]): string {
  const words = wordsOf(program, "");
  if (shell === "fish") return fish(words);
  const paths = [...new Set(words.map(({ path }) => path))];
  const cases = paths.map((path) => {
    const list = words.filter((entry) => entry.path === path).map(({ word }) => word);
    return `    "${path}") words="${list.join(" ")} --help" ;;`;
  });
  const script = `_switchyard() {
  local cur path word words i
  cur="\${COMP_WORDS[COMP_CWORD]}"
  path=""
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case " ${paths.filter(Boolean).join(" | ")} " in
      *" \${path:+$path }$word "*) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
    *) words="" ;;
  esac
  if [[ "$cur" == -* || "$path" == "" || "$path" == "key" ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
  else
    COMPREPLY=($(compgen -f -- "$cur"))
  fi
}
complete -F _switchyard switchyard`;
  return shell === "bash" ? script : `autoload -U +X bashcompinit && bashcompinit\n${script}`;
}

function fish(words: Word[]): string {
  const quoted = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`;
  return words
    .map(({ path, word, about }) => {
      const condition =
        path === ""
          ? "__fish_use_subcommand"
          : path
              .split(" ")
              .map((name) => `__fish_seen_subcommand_from ${name}`)
              .join("; and ");
      const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-f -a ${word}`;
      return `complete -c switchyard -n ${quoted(condition)} ${what} -d ${quoted(about)}`;
    })
    .join("\n");
}
