import type { Command } from "commander";
import { type IsoWeek, isoWeekAt, parseIsoWeek } from "@/server/domain/iso-week";
import { isTimeZone } from "@/server/domain/time-zone";
import { usageError } from "./exit-codes";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

export interface CostOptions {
  environment?: string;
  json?: boolean;
}

interface ReconcileOptions extends CostOptions {
  week?: string;
  zone?: string;
}

export function addCost(program: Command, tools: Tools): void {
  const cost = program.command("cost").description("the ledger: whether it adds up, and what of the bill it explains");
  cost
    .command("reconcile")
    .description("take in what RunPod billed and what Scenario says was used, and lay it beside what is explained")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--week <week>", "an ISO week such as 2026-W47; default: the running one")
    .option("--zone <name>", "whose Monday begins it, such as Europe/Berlin", "UTC")
    .option("--json", "print it as JSON, with every hour")
    .addHelpText(
      "after",
      "\nExit code 3 when less than 98% or more than 102% of the bill is explained. The last hour is never billed yet; an hour\nthat is billed otherwise later becomes a correction. Scenario tells whole UTC days of the account, whoever used it: what no job of ours explains is shown\nand changes no cost. Where one of them is not configured, the other is taken in, and that is said.",
    )
    .action(async (options: ReconcileOptions) => {
      const { week, zone } = readWeekOptions(options, Date.now());
      const { reconcileWeek } = await import("./run-cost");
      tools.exitCode = await reconcileWeek(tools, options, week, zone);
    });
  cost
    .command("check")
    .description(
      "debits against credits by seller and day, and every generation's cost against its lines (exit code 3: they differ)",
    )
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--json", "print it as JSON")
    .action(async (options: CostOptions) => {
      const { checkCosts } = await import("./run-cost");
      tools.exitCode = await checkCosts(tools, options);
    });
}

export function readWeekOptions(options: ReconcileOptions, nowMs: number): { week: IsoWeek; zone: string } {
  const { zone = "UTC" } = options;
  if (!isTimeZone(zone)) throw usageError("--zone", `must be a time zone such as Europe/Berlin, not "${zone}"`);
  const week = options.week === undefined ? isoWeekAt(nowMs, zone) : parseIsoWeek(options.week);
  if ("rule" in week) throw usageError("--week", week.rule);
  return { week, zone };
}
