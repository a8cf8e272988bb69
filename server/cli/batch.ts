import type { Command } from "commander";
import { usageError } from "./exit-codes";
import { parseSize, parseWhole, parseWords } from "./parse";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

interface BatchOptions {
  environment?: string;
  cap?: string;
  size?: string;
  seed?: string;
  dryRun?: boolean;
  format?: string;
  out?: string;
  force?: boolean;
  json?: boolean;
}

const FORMATS = ["csv", "json", "html"] as const;
const SEED_MAX = 2_147_483_647;

export function addBatch(program: Command, tools: Tools): void {
  const batch = program.command("batch").description("make a list of prompts on both providers, within a cap of money");
  batch
    .command("run")
    .description("run it and wait (exit code 0 only if every picture was made, else 3)")
    .argument("<file>", "one prompt a line, up to 200; # begins a comment")
    .option("--cap <dollars>", "such as 2.00; nothing is asked for that could go over it; needed")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--size <WxH>", "such as 1024x1024; default: each provider's")
    .option("--seed <number>", "for all of them; default: chosen for each")
    .option("--dry-run", "say what it would cost, and do nothing")
    .option("--json", "print the batch as JSON")
    .action(async (file: string, options: BatchOptions) => {
      const size = options.size === undefined ? { width: null, height: null } : parseSize(options.size);
      const seed = options.seed === undefined ? null : parseWhole("--seed", options.seed, 0, SEED_MAX);
      const capMicros = parseCap(options.cap);
      const { runBatch } = await import("./run-batch");
      const params = { negativePrompt: null, steps: null, guidance: null, seed, ...size };
      tools.exitCode = await runBatch(tools, file, { ...options, params, capMicros });
    });
  batch
    .command("list")
    .description("the newest batches")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--json", "print them as JSON")
    .action(async (options: BatchOptions) => {
      const { printBatches } = await import("./steer-batches");
      await printBatches(tools, options);
    });
  for (const step of ["pause", "resume", "cancel"] as const) {
    batch
      .command(step)
      .description(STEP_ABOUT[step])
      .argument("<id>", "the batch's id")
      .action(async (id: string) => {
        const { takeStep } = await import("./steer-batches");
        await takeStep(tools, id, step);
      });
  }
  batch
    .command("export")
    .description("write down what came of it: a row a picture, or the contact sheet as one page")
    .argument("<id>", "the batch's id")
    .option("--format <name>", FORMATS.join(", "), "csv")
    .option("--out <file>", "default: standard output")
    .option("--force", "write over an existing file")
    .action(async (id: string, options: BatchOptions) => {
      const [format] = parseWords("--format", options.format ?? "csv", FORMATS);
      const { exportBatch } = await import("./steer-batches");
      await exportBatch(tools, id, { ...options, format: format ?? "csv" });
    });
}

const STEP_ABOUT = {
  pause: "ask for nothing more; what is under way is finished",
  resume: "go on",
  cancel: "end it, and stop what is under way",
};

/** Millionths of a dollar, counted in digits: 0.29 × 1,000,000 is no whole number in floating point. */
function parseCap(text: string | undefined): number {
  if (text === undefined) throw usageError("--cap", "is needed: the most that may be spent, such as 2.00");
  const match = /^\$?(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!match) throw usageError("--cap", `must be an amount in dollars such as 2.00, not "${text}"`);
  return Number(match[1]) * 1_000_000 + Number((match[2] ?? "").padEnd(6, "0"));
}
