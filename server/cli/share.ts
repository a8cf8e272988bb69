import type { Command } from "commander";
import { usageError } from "./exit-codes";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS, parseShare } from "./rollout-options";
import type { Tools } from "./tools";

export interface ShareOptions {
  environment?: string;
  reason?: string;
  override?: string;
  seen?: string;
  dryRun?: boolean;
  json?: boolean;
}

const AFTER = `
A larger share needs green gates, a Scenario that answers (the way back must be open), and a rollout that is not held.
Exit code 3 when gates are red. --override override goes on all the same; the history names every gate that was red.`;

/** The options of every command that moves traffic by hand. */
export function addShareOptions(command: Command): Command {
  return command
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--reason <text>", "why, in 8 characters or more; needed to change anything")
    .option("--override <word>", "the word override: go on although gates are red")
    .option("--seen <revision>", "change nothing if another revision is in force by now")
    .option("--dry-run", "show what it would mean and which gates are red; change nothing")
    .option("--json", "print it as JSON")
    .addHelpText("after", AFTER);
}

export function addShare(program: Command, tools: Tools): void {
  const share = program
    .command("share")
    .description("show ComfyUI's share of new generations, configured and measured, or set it")
    .argument("[share...]", "10, 10% or 12.34%: from 0 to 100 % with at most two decimals")
    // A negative share looks like an option to the parser; it is to be refused by the rule of shares.
    .allowUnknownOption();
  addShareOptions(share).action(async (words: string[], options: ShareOptions) => {
    const unknown = words.find((word) => /^--?[^\d]/.test(word));
    if (unknown !== undefined) throw usageError(unknown, "is no option of share: see switchyard share --help");
    const { runShare, showShare } = await import("./run-share");
    const shareBp = words.length === 0 ? null : parseShare(words.join(" "));
    tools.exitCode = shareBp === null ? await showShare(tools, options) : await runShare(tools, shareBp, options);
  });
}
