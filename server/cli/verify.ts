import type { Command } from "commander";
import type { VerifyReport } from "@/server/metrics/verify-rollups";
import { EXIT } from "./exit-codes";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

interface VerifyOptions {
  environment?: string;
  json?: boolean;
}

export function addVerify(program: Command, tools: Tools): void {
  program
    .command("verify")
    .description(
      "compare every count, sum and percentile that is shown with the rows it is of (exit code 3: they differ)",
    )
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--json", "print it as JSON")
    .action((options: VerifyOptions) => run(tools, options));
}

async function run(tools: Tools, options: VerifyOptions): Promise<void> {
  const { terminal } = tools;
  const { withRollout } = await import("./open-rollout");
  const { verifyRollups } = await import("@/server/metrics/verify-rollups");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const report = await verifyRollups(deps.db, {
        environment,
        nowMs: Date.now(),
        onDay: (day) => terminal.say(day),
      });
      if (report.differences > 0) tools.exitCode = EXIT.check;
      if (options.json) return terminal.data(JSON.stringify(report, null, 2));
      for (const line of reportLines(report)) terminal.data(line);
    },
  );
}

function reportLines(report: VerifyReport): string[] {
  const { environment, events, days, rollups, quantiles, worstError, differences, first } = report;
  const scope = `${environment}: ${events} ended generations and attempts of ${days} days, ${rollups} summaries, ${quantiles} percentiles`;
  if (first === null)
    return [
      scope,
      `all counts, sums and costs agree; percentiles within ${(worstError * 100).toFixed(2)}% (1% allowed)`,
    ];
  const value = (number: number | null) => (number === null ? "nothing" : String(number));
  return [
    scope,
    `${differences} differences; the first: ${first.where}`,
    `  ${first.what}: the rows say ${value(first.rows)}, the summaries ${value(first.rollups)}`,
    "switchyard rollup rebuild makes the summaries anew from the rows",
  ];
}
