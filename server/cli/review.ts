import type { Command } from "commander";
import { addWeeks, formatIsoWeek, isoWeekAt } from "@/server/domain/iso-week";
import { isTimeZone } from "@/server/domain/time-zone";
import { usageError } from "./exit-codes";
import { parseWords } from "./parse";
import { ENVIRONMENT_ABOUT, ENVIRONMENT_FLAGS } from "./rollout-options";
import type { Tools } from "./tools";

const FORMATS = ["md", "json", "csv"] as const;

interface ReviewOptions {
  environment?: string;
  week?: string;
  format: string;
  zone?: string;
  sign?: string;
}

export function addReview(program: Command, tools: Tools): void {
  program
    .command("review")
    .description("what a week cost and saved, with its review; --sign locks it")
    .option(ENVIRONMENT_FLAGS, ENVIRONMENT_ABOUT)
    .option("--week <week>", "an ISO week such as 2026-W47; default: the last one that is over")
    .option("--format <format>", `one of ${FORMATS.join(", ")}`, "md")
    .option("--zone <zone>", "whose Mondays begin the week, such as Europe/Berlin; default: this machine's")
    .option("--sign <name>", "sign the week off by this name: its numbers are kept as they are")
    .action((options: ReviewOptions) => run(tools, options));
}

async function run({ terminal }: Tools, options: ReviewOptions): Promise<void> {
  const [format = "md"] = parseWords("--format", options.format, FORMATS);
  const timeZone = options.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!isTimeZone(timeZone)) throw usageError("--zone", `must be a time zone such as Europe/Berlin, not "${timeZone}"`);
  const nowMs = Date.now();
  const week = options.week ?? formatIsoWeek(addWeeks(isoWeekAt(nowMs, timeZone), -1));
  const { withRollout } = await import("./open-rollout");
  const { readReview } = await import("@/server/reviews/read-review");
  const { renderReview } = await import("@/server/reviews/render-review");
  const { signReview } = await import("@/server/reviews/sign-review");
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, operator, environment }) => {
      const query = { environment, week, timeZone };
      let review = await readReview(deps, query, nowMs);
      if (options.sign !== undefined) {
        const seenCostMicros = review.costs.summary.costMicros;
        await signReview(deps, operator, { ...query, name: options.sign, seenCostMicros }, nowMs);
        terminal.say(`${review.week} is signed by ${options.sign}`);
        review = await readReview(deps, query, nowMs);
      }
      terminal.data(renderReview(review, format).trimEnd());
    },
  );
}
