import type { Command } from "commander";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export interface ImportOptions {
  map?: string;
  provider?: string;
  format?: string;
  environment?: string;
  dryRun?: boolean;
  skipBad?: boolean;
  list?: boolean;
  undo?: string;
  json?: boolean;
}

const AFTER = `
Mappings:
  gentd26                     Alibaba's public trace of a text-to-image service. Its one time is taken as execution and as
                              latency; PENDING and PROCESSING have no end and count as neither success nor failure.
  FILE.json                   { "delimiter": ",", "fields": { "createdAt": { "column": "when", "unit": "s" },
                              "state": { "column": "status", "words": { "OK": "succeeded" } }, "provider": { "value": "scenario" } } }
  "when=createdAt,took=latencyMs:s,usd=costMicros:usd"
                              column=field pairs; units are ms, s, micros, usd
  without --map               columns are named as the fields of POST /api/v1/reports
A mapping gives createdAt (UTC where no zone stands), operation, state, and the provider unless --provider does. The state is
succeeded, failed, cancelled or censored (cut off before its end). An empty cell is unknown, never 0.

The whole file is checked before a row is stored; with a bad row nothing is, unless --skip-bad leaves those out. Rows are stored a
chunk a transaction: after a kill the same command goes on where it was, and --undo takes out what is there. The same file, and a row
with the same mapped id and time, are never stored twice. Imported rows count in no figure unless imports are asked for.
Exit codes: 2 no such file or mapping, or a file that is unfit as a whole (with its line), 3 rows that break a rule.`;

export function addImport(program: Command, tools: Tools): void {
  program
    .command("import")
    .description("take in history from a CSV or NDJSON file of any size")
    .argument("[file]", "the file, in UTF-8")
    .option("--map <mapping>", "which column is which field: a ready mapping, a JSON file, or pairs (see below)")
    .option("--provider <id>", "whose rows these are: scenario, comfyui (or runpod)")
    .option("--format <word>", "csv or ndjson; default: by the file's name")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--dry-run", "check and count, and store nothing")
    .option("--skip-bad", "leave out rows that break a rule")
    .option("--list", "show what was imported")
    .option("--undo <id>", "take an import's rows out again")
    .option("--json", "print it as JSON")
    .addHelpText("after", AFTER)
    .action(async (file: string | undefined, options: ImportOptions) => {
      const { runImport } = await import("./run-import");
      tools.exitCode = await runImport(tools, file, options);
    });
}
