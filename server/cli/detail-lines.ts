import type { AttemptView, CostLineView, GenerationDetail, GenerationEventView } from "@/server/domain/generation-view";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { instant, milliseconds, money, NOTHING, oneLine, pairs, share, table } from "./format";
import { resultLines } from "./run-generate";

/** All of a generation, for people. */
export function detailLines(detail: GenerationDetail, serverUrl: string | null): string[] {
  const { params, receipt } = detail;
  const asked: [string, string][] = [
    ["operation", params.operation],
    ["prompt", params.prompt === null ? NOTHING : oneLine(params.prompt, 400)],
    ...(params.negativePrompt === null ? [] : [["negative", oneLine(params.negativePrompt, 400)] as [string, string]]),
    ["size", params.width === null ? "the provider's" : `${params.width}×${params.height}`],
    ["settings", settingsOf(detail)],
    [
      "asked by",
      `${detail.caller} (${detail.source}), ${instant(detail.createdAtMs)}, deadline ${instant(detail.deadlineAtMs)}`,
    ],
    ["key", `sticky ${detail.stickyKey}${detail.idempotencyKey ? `, idempotency ${detail.idempotencyKey}` : ""}`],
  ];
  const decided: [string, string][] = [
    ["rule", receipt.rule],
    ["provider", PROVIDER_NAMES[receipt.provider]],
    ["share", `${share(receipt.candidateShareBp)} to the candidate at revision ${receipt.revision}`],
    ["bucket", receipt.bucket === null ? NOTHING : `${receipt.bucket} of 10000`],
    ...receipt.passedOver.map(({ provider, reason }): [string, string] => [
      "passed over",
      `${PROVIDER_NAMES[provider]}: ${reason}`,
    ]),
  ];
  return [
    ...resultLines(detail, [], serverUrl),
    ...section("Asked", pairs(asked, "  ")),
    ...section("Decided", pairs(decided, "  ")),
    ...detail.attempts.flatMap((attempt) =>
      section(`Attempt ${attempt.number} at ${PROVIDER_NAMES[attempt.provider]}`, attemptLines(attempt)),
    ),
    ...section("Events", eventLines(detail.events, detail.createdAtMs)),
    ...section("Cost", costLines(detail.costLines)),
  ];
}

function section(title: string, lines: string[]): string[] {
  return ["", title, ...(lines.length > 0 ? lines : [`  ${NOTHING}`])];
}

function settingsOf({ params }: GenerationDetail): string {
  const named = (["steps", "guidance", "seed", "strength", "count"] as const)
    .filter((name) => params[name] !== null)
    .map((name) => `${name} ${params[name]}`);
  return named.join(", ") || "the provider's";
}

function attemptLines(attempt: AttemptView): string[] {
  const entries: [string, string][] = [
    ["state", `${attempt.state} (${attempt.reason}, revision ${attempt.revision})`],
    ["job", `${attempt.jobId ?? NOTHING}${attempt.workerId ? ` on worker ${attempt.workerId}` : ""}`],
    ["model", attempt.model ?? NOTHING],
    [
      "times",
      `delay ${milliseconds(attempt.delayMs)}, execution ${milliseconds(attempt.executionMs)}, storing ${milliseconds(attempt.storeMs)}`,
    ],
    [
      "cold start",
      `${attempt.coldClass ?? NOTHING}${attempt.coldBecause ? `: ${attempt.coldBecause}` : ""}${attempt.coldRule === null ? "" : ` (rule ${attempt.coldRule})`}`,
    ],
    ["money", `${money(attempt.costMicros)}, set aside before the call ${money(attempt.reservedMicros)}`],
  ];
  if (attempt.failureMode !== null)
    entries.push(["failure", `${attempt.failureMode}: ${attempt.failureMessage ?? NOTHING}`]);
  if (attempt.failureRaw !== null) entries.push(["said", oneLine(attempt.failureRaw, 400)]);
  if (attempt.evidence !== null)
    entries.push([
      "evidence",
      Object.entries(attempt.evidence)
        .map(([name, value]) => `${name} ${plain(value)}`)
        .join("\n"),
    ]);
  return pairs(entries, "  ");
}

function plain(value: unknown): string {
  return value === null || value === undefined
    ? NOTHING
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);
}

function eventLines(events: GenerationEventView[], sinceMs: number): string[] {
  const rows = events.map((event) => [
    `+${milliseconds(Math.max(0, event.atMs - sinceMs))}`,
    event.kind,
    event.data === null ? "" : oneLine(JSON.stringify(event.data), 160),
  ]);
  return table(["after", "event", "details"], rows, new Set(["after"])).map((line) => `  ${line}`);
}

function costLines(lines: CostLineView[]): string[] {
  if (lines.length === 0) return [];
  const rows = lines.map((line) => [
    line.kind,
    line.provider,
    money(line.costMicros),
    line.units === null ? NOTHING : `${line.units} ${line.unit ?? ""}`.trim(),
    line.note ?? "",
  ]);
  return table(["kind", "provider", "cost", "units", "note"], rows, new Set(["cost"])).map((line) => `  ${line}`);
}
