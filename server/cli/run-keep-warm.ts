import { readFile } from "node:fs/promises";
import type { WarmTarget } from "@/server/domain/keep-warm/what-if";
import { checkZone } from "@/server/endpoint/keep-warm/check-zone";
import { readWarmWhatIf } from "@/server/endpoint/keep-warm/read-what-if";
import { EXIT, usageError } from "./exit-codes";
import { type KeepWarmOptions, parseTimes } from "./keep-warm";
import { keepWarmLines } from "./keep-warm-lines";
import { withRollout } from "./open-rollout";
import { callerPath } from "./terminal";
import type { Tools } from "./tools";

export async function runKeepWarm(
  { terminal, env }: Tools,
  options: KeepWarmOptions,
  { days, target }: { days: number; target: WarmTarget },
): Promise<number> {
  checkZone(options.zone);
  const times = options.trace === undefined ? null : parseTimes(await readTrace(callerPath(env, options.trace)));
  const arrivals = options.import === undefined ? times : { importId: options.import };
  return withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ environment, openEndpoint }) => {
      const query = { environment, days, target, zone: options.zone, arrivals };
      const report = await readWarmWhatIf(await openEndpoint(), query, new Date());
      if (options.json) terminal.data(JSON.stringify(report, null, 2));
      else for (const line of keepWarmLines(report, options.all === true)) terminal.data(line);
      if (report.missing !== null) terminal.say(report.missing);
      return report.missing === null ? EXIT.ok : EXIT.failed;
    },
  );
}

async function readTrace(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw usageError("--trace", `cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}
