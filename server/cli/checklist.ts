import type { Command } from "commander";
import { CHECKLIST_ITEMS } from "@/server/domain/checklist";
import { PROVIDER_WORDS, parseProviderId } from "@/server/domain/vocabulary";
import { usageError } from "./exit-codes";
import { parseWords } from "./parse";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

interface ChecklistOptions {
  environment?: string;
  provider?: string;
  item?: string;
  note?: string;
  format?: string;
  out?: string;
  force?: boolean;
  json?: boolean;
}

const FORMATS = ["md", "json"] as const;

export function addChecklist(program: Command, tools: Tools): void {
  const checklist = program
    .command("checklist")
    .description("the plan's testing checklist: run it, show what counts, export its evidence");
  checklist
    .command("run")
    .description("run it, or some of its items, and wait (exit code 0 only if all of them passed, else 3)")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--provider <name>", `${PROVIDER_WORDS.join(", ")}; default: comfyui`)
    .option("--item <names>", `of ${CHECKLIST_ITEMS.join(",")}; default: all six`)
    .option("--json", "print the checklist with its evidence as JSON")
    .action(async (options: ChecklistOptions) => {
      const provider = parseProviderId(options.provider ?? "comfyui");
      if (provider === null)
        throw usageError("--provider", `must be one of ${PROVIDER_WORDS.join(", ")}, not "${options.provider}"`);
      const items = options.item === undefined ? null : parseWords("--item", options.item, CHECKLIST_ITEMS);
      const { runChecklist } = await import("./run-checklist");
      tools.exitCode = await runChecklist(tools, { ...options, provider, items });
    });
  checklist
    .command("show")
    .description("what counts of each item now, and why (exit code 3 unless all six count)")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--json", "print it with its evidence as JSON")
    .action(async (options: ChecklistOptions) => {
      const { showChecklist } = await import("./show-checklist");
      tools.exitCode = await showChecklist(tools, options);
    });
  checklist
    .command("export")
    .description("write the evidence down, with hashes")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--format <name>", "md or json", "md")
    .option("--out <file>", "default: standard output")
    .option("--force", "write over an existing file")
    .action(async (options: ChecklistOptions) => {
      const [format] = parseWords("--format", options.format ?? "md", FORMATS);
      const { exportChecklist } = await import("./show-checklist");
      await exportChecklist(tools, { ...options, format: format ?? "md" });
    });
  checklist
    .command("pass")
    .description('vouch for an item that cannot be run here; it counts as "by hand"')
    .argument("<item>", CHECKLIST_ITEMS.join(", "))
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--note <text>", "what was tried and seen, in 8 characters or more; needed")
    .action(async (item: string, options: ChecklistOptions) => {
      const [wanted] = parseWords("item", item, CHECKLIST_ITEMS);
      if (wanted === undefined) throw usageError("item", `must be of ${CHECKLIST_ITEMS.join(", ")}`);
      if (options.note === undefined) throw usageError("--note", "is needed: what was tried and seen");
      const { passChecklistItem } = await import("./show-checklist");
      await passChecklistItem(tools, { ...options, item: wanted, note: options.note });
    });
}
