import type { DatabaseOrTransaction } from "@/db/client";
import { type ChecklistResultRow, type ChecklistRunRow, newestResults, newestRun } from "@/db/queries/checklist";
import {
  CHECKLIST_ITEM_INFO,
  CHECKLIST_ITEMS,
  type ChecklistItem,
  type ChecklistItemView,
  type ChecklistRunView,
  type ChecklistView,
  checklistHeadline,
  isOpenState,
  isPass,
} from "@/server/domain/checklist";
import type { ChecklistItemFact } from "@/server/domain/gate-facts";
import { CANDIDATE } from "@/server/domain/vocabulary";
import { readPolicy } from "@/server/rollout/gates/read-policy";
import { configurationMark, isSameConfiguration, type MarkedConfig } from "./configuration-mark";

const DAY_MS = 24 * 3_600_000;

/** What the gates are judged on: a pass of another configuration is none. */
export async function checklistFacts(
  db: DatabaseOrTransaction,
  config: MarkedConfig,
  environment: string,
): Promise<ChecklistItemFact[]> {
  const rows = await newestResults(db, environment, "judged");
  if (rows.length === 0) return [];
  const configuration = await configurationMark(db, config, environment);
  return rows.map((row) => ({
    item: row.item,
    passed: isPass(row.state) && isSameConfiguration(row.configuration, configuration),
    atMs: endOf(row),
  }));
}

/** The checklist of an environment as it stands, with the evidence of every item. Throws NOT_FOUND. */
export async function readChecklist(
  db: DatabaseOrTransaction,
  config: MarkedConfig,
  environment: string,
  now: Date,
): Promise<ChecklistView> {
  const [any, judged, run, policy, configuration] = await Promise.all([
    newestResults(db, environment, "any"),
    newestResults(db, environment, "judged"),
    newestRun(db, environment),
    readPolicy(db, environment),
    configurationMark(db, config, environment),
  ]);
  const limit = { configuration, maxAgeMs: policy.gates.checklistMaxAgeDays * DAY_MS, nowMs: now.getTime() };
  const items = CHECKLIST_ITEMS.map((item) => {
    const newest = any.find((row) => row.item === item);
    const told = judged.find((row) => row.item === item);
    const shown = newest && isOpenState(newest.state) ? newest : (told ?? newest);
    return itemView(item, shown ?? null, told ?? null, limit);
  });
  const newest = run ? runView(run) : null;
  return {
    environment,
    provider: run?.provider ?? CANDIDATE,
    items,
    passed: items.filter(({ counts }) => counts).length,
    headline: checklistHeadline(items),
    maxAgeDays: policy.gates.checklistMaxAgeDays,
    open: newest && newest.endedAtMs === null ? newest : null,
    newest,
    everyHours: policy.checklist.everyHours,
    configuration,
  };
}

function itemView(
  item: ChecklistItem,
  shown: ChecklistResultRow | null,
  judged: ChecklistResultRow | null,
  limit: { configuration: string; maxAgeMs: number; nowMs: number },
): ChecklistItemView {
  const expired = judged && isPass(judged.state) ? expiry(judged, limit) : null;
  return {
    item,
    ...CHECKLIST_ITEM_INFO[item],
    state: shown?.state ?? null,
    counts: judged !== null && isPass(judged.state) && expired === null,
    expired,
    words: shown?.words ?? null,
    failureMode: shown?.failureMode ?? null,
    steps: shown?.steps ?? [],
    evidenceSha256: shown?.evidenceSha256 ?? null,
    recordedBy: shown?.recordedBy ?? null,
    runId: shown?.runId ?? null,
    startedAtMs: shown?.startedAt?.getTime() ?? null,
    endedAtMs: shown?.endedAt?.getTime() ?? null,
  };
}

function expiry(
  row: ChecklistResultRow,
  limit: { configuration: string; maxAgeMs: number; nowMs: number },
): "age" | "configuration" | null {
  if (!isSameConfiguration(row.configuration, limit.configuration)) return "configuration";
  return limit.nowMs - endOf(row) > limit.maxAgeMs ? "age" : null;
}

const endOf = (row: ChecklistResultRow) => (row.endedAt ?? row.createdAt).getTime();

export function runView(run: ChecklistRunRow): ChecklistRunView {
  const { id, environment, provider, items, startedBy, createdAt, startedAt, endedAt, cancelRequestedBy } = run;
  const isCancelled = cancelRequestedBy !== null;
  const open = isCancelled ? "cancelling" : startedAt === null ? "waiting" : "running";
  return {
    id,
    environment,
    provider,
    items,
    state: endedAt === null ? open : isCancelled ? "cancelled" : "ended",
    startedBy,
    createdAtMs: createdAt.getTime(),
    startedAtMs: startedAt?.getTime() ?? null,
    endedAtMs: endedAt?.getTime() ?? null,
  };
}
