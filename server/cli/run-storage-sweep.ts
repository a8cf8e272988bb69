import { createBucketUsage } from "@/server/images/bucket-usage";
import { changeKeepDays } from "@/server/images/change-keep-days";
import { openStores } from "@/server/images/open-stores";
import { SWEEP_KINDS, type SweepKind, type SweepReport, sweepStorage } from "@/server/images/sweep-storage";
import { usageError } from "./exit-codes";
import { bytes, table } from "./format";
import { openInstallation } from "./installation";
import { withRollout } from "./open-rollout";
import { parseSpan } from "./parse";
import { requireReason } from "./rollout-options";
import type { KeepOptions, SweepOptions } from "./storage";
import type { Tools } from "./tools";

export async function runSweep({ terminal }: Tools, options: SweepOptions): Promise<void> {
  const olderThanMs = parseSpan("--older-than", options.olderThan);
  const installation = await openInstallation((line) => terminal.say(line));
  const { db } = installation.connection;
  const usage = installation.config.r2 && createBucketUsage(installation.config.r2);
  const { stores, close } = await openStores(installation.config, { onBilled: usage?.count });
  try {
    const reports = await sweepStorage(
      { db, stores, now: Date.now },
      { apply: options.apply ?? false, olderThanMs, what: "all", force: options.force },
      { principal: installation.principal, via: "cli", requestId: null },
    );
    if (options.json) return terminal.data(JSON.stringify(reports, null, 2));
    for (const line of reports.flatMap(reportLines)) terminal.data(line);
    if (!options.apply) terminal.say("nothing was removed: --apply does");
  } finally {
    await usage?.flush(db);
    await close();
    await installation.close();
  }
}

const ABOUT: Record<SweepKind, string> = {
  used: "needed",
  young: "written lately",
  expired: "not needed any more",
  moved: "in R2 as well",
  orphan: "no row names it",
  foreign: "not Switchyard's, never touched",
};

function reportLines({ place, found, removed }: SweepReport): string[] {
  const rows = SWEEP_KINDS.filter((kind) => found[kind].objects > 0).map((kind) => [
    kind,
    String(found[kind].objects),
    bytes(found[kind].sizeBytes),
    ABOUT[kind],
  ]);
  const name = place === "disk" ? "disk" : "R2";
  return [
    `${name}: ${removed.objects === 0 ? "nothing removed" : `removed ${removed.objects} (${bytes(removed.sizeBytes)})`}`,
    ...(rows.length === 0 ? ["  empty"] : table(["what", "n", "size", ""], rows, new Set(["n", "size"]))),
  ];
}

export async function runKeep({ terminal }: Tools, time: string, options: KeepOptions): Promise<void> {
  const days = time === "forever" ? null : Number(time);
  if (days !== null && !/^\d{1,4}$/.test(time))
    throw usageError("time", `must be a number of days such as 90, or forever, not "${time}"`);
  const reason = requireReason(options.reason);
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, operator, environment }) => {
      const { before, after } = await changeKeepDays(deps, operator, { environment, days, reason });
      if (options.json) return terminal.data(JSON.stringify({ environment, before, after }));
      const words = (kept: number | null) => (kept === null ? "for good" : `${kept} days`);
      terminal.data(`${environment}: pictures are kept ${words(after)} (before: ${words(before)})`);
    },
  );
}
