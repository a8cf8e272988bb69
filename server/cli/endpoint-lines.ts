import { changeWords, shownSettings } from "@/server/domain/endpoint/differences";
import type { Finding } from "@/server/domain/endpoint/guardian";
import type { ChangePreview } from "@/server/domain/endpoint/preview-change";
import { scheduleWords } from "@/server/domain/endpoint/schedule";
import type { StandingPrice } from "@/server/domain/endpoint/standing-price";
import type { ChangedEndpoint } from "@/server/endpoint/change-endpoint";
import type { EndpointStatus, ShownSchedule } from "@/server/endpoint/read-status";
import { ago, instant, money, NOTHING, pairs, table } from "./format";

const HISTORY_SHOWN = 8;

/** Such as "$26.40 a day, $792.00 a month"; a range where the pools have several prices. */
function standingWords({ workers, perDayMicros, perMonthMicros, source }: StandingPrice): string {
  if (workers === 0) return "$0.00: no worker stands";
  if (perDayMicros === null || perMonthMicros === null) return `unknown: ${source}`;
  const range = ({ low, high }: { low: number; high: number }) =>
    low === high ? money(low) : `${money(low)} to ${money(high)}`;
  return `${range(perDayMicros)} a day, ${range(perMonthMicros)} a month (${source})`;
}

export function statusLines(status: EndpointStatus, nowMs: number): string[] {
  const { settings, checkedAtMs, problem, workers, findings, history, releases } = status;
  const counts =
    workers === null
      ? NOTHING
      : Object.entries(workers.counts)
          .map(([state, n]) => `${n} ${state}`)
          .join(", ");
  const looked = checkedAtMs === null ? "not looked at yet" : `looked at ${ago(nowMs - checkedAtMs)}`;
  return [
    ...pairs([
      ["environment", status.environment],
      ["endpoint", `${status.endpointId}, snapshot ${status.snapshot}, ${looked}`],
      ...(problem === null ? [] : [["problem", problem] as [string, string]]),
      ["set since", instant(status.sinceMs)],
      ...Object.entries(shownSettings(settings)).map(([name, value]): [string, string] => [name.toLowerCase(), value]),
      ["standing", standingWords(status.standing)],
      ...(status.schedule === null ? [] : [["schedule", scheduleState(status.schedule)] as [string, string]]),
      ["one permanent worker pays from", breakEvenWords(status.breakEvenImages)],
      ["last request", status.lastRequestMs === null ? "none known" : ago(nowMs - status.lastRequestMs)],
      ["workers", counts],
    ]),
    ...section("Findings", findings.length === 0 ? ["nothing is wrong"] : findingLines(findings)),
    ...section(
      "Changes",
      table(
        ["at", "snapshot", "by", "what", "why"],
        history
          .slice(0, HISTORY_SHOWN)
          .map(({ atMs, snapshot, actor, changes, origin, reason }) => [
            instant(atMs),
            String(snapshot),
            actor,
            changeWords(changes) || (origin === "first" ? "first seen" : NOTHING),
            reason ?? "",
          ]),
      ),
    ),
    ...section(
      "Releases",
      releases.map(
        ({ version, createdAtMs, isCurrent }) => `${version}  ${instant(createdAtMs)}${isCurrent ? "  current" : ""}`,
      ),
    ),
  ];
}

function scheduleState(schedule: ShownSchedule): string {
  const { suspendedBy, problem } = schedule;
  const words = scheduleWords(schedule);
  if (suspendedBy !== null) return `${words}; suspended by ${suspendedBy}`;
  return problem === null ? words : `${words}; not applied: ${problem}`;
}

function breakEvenWords(images: number | null): string {
  return images === null
    ? "unknown: a price is missing"
    : `${images.toLocaleString("en-US")} images a month, against Scenario`;
}

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

export function findingLines(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ level, key, says, todo }) => [`${level.padEnd(6)}  ${key}: ${says}`, `        ${todo}`]);
}

function standingChange({ before, after }: { before: StandingPrice; after: StandingPrice }): [string, string][] {
  return [
    ["standing before", standingWords(before)],
    ["standing after", standingWords(after)],
  ];
}

export function previewLines(environment: string, { problems, changes, standing }: ChangePreview): string[] {
  if (problems.length > 0)
    return problems.map(({ field, rule }) => (field === "change" ? `this ${rule}` : `${field} ${rule}`));
  return pairs([
    ["would change", `${changeWords(changes)} in ${environment}; nothing is changed`],
    ...standingChange(standing),
  ]);
}

export function changedLines(environment: string, changed: ChangedEndpoint): string[] {
  return pairs([
    ["changed", `${changeWords(changed.changes) || "nothing"} in ${environment}, snapshot ${changed.snapshot}`],
    ...(changed.otherwise.length === 0 ? [] : [["not as asked", changeWords(changed.otherwise)] as [string, string]]),
    ...standingChange(changed.standing),
    ["way back", "switchyard endpoint undo"],
  ]);
}
