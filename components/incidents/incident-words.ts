import { formatDuration, formatPart, formatRate, formatShareBp } from "@/components/format";
import type { RouterOutputs } from "@/components/trpc/client";
import { CONTROL, type IncidentItem, PROVIDER_NAMES } from "@/server/domain/vocabulary";

export type Incident = RouterOutputs["incidents"]["get"];
type Item = Incident["items"][number];
type TimelineEntry = Incident["timeline"][number];

const CONTROL_NAME = PROVIDER_NAMES[CONTROL];

/** The plan's emergency checklist, in its words. */
export const ITEM_TITLES: Record<IncidentItem, string> = {
  provider_set: `Provider set to ${CONTROL_NAME}`,
  control_verified: `${CONTROL_NAME} credentials verified by a live call`,
  error_rate_back: "Error rate back within its target",
  root_cause: "Root cause written down",
};

export const ITEM_WAITING: Record<IncidentItem, string> = {
  provider_set: "Ticks itself with the rollback.",
  control_verified: "Ticks itself when the live call succeeds.",
  error_rate_back: "Ticks itself when enough requests have gone through.",
  root_cause: "A person writes it.",
};

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** What is known about an item, in words; null where nothing is. */
export function evidenceWords({ item, evidence }: Pick<Item, "item" | "evidence">): string | null {
  if (evidence === null) return null;
  if (item === "provider_set") return `Revision ${number(evidence.revision) ?? "–"}`;
  if (item === "root_cause") return text(evidence.rootCause);
  if (item === "control_verified") {
    const by = text(evidence.checkedWhat);
    if (evidence.ok === true)
      return [by, `answered in ${formatPart(number(evidence.roundTripMs))}`].filter(Boolean).join(", ");
    return `${CONTROL_NAME} ${text(evidence.problem) ?? "does not answer"}`;
  }
  const n = number(evidence.n) ?? 0;
  const windowS = number(evidence.windowS);
  const took = number(evidence.tookMs);
  const over = windowS === null ? "since the rollback" : `over the last ${windowS} s`;
  const target = `target below ${formatRate(number(evidence.target))}`;
  const measured = n === 0 ? "No requests yet" : `${formatRate(number(evidence.errorRate))} of ${n} ${over}, ${target}`;
  return took === null ? measured : `${measured}; back after ${formatDuration(took)}`;
}

const ACTION_WORDS: Record<string, string> = {
  "rollout.rolled_back": "Rolled back",
  "rollout.rollback_undone": "Rollback undone",
  "rollout.resumed": "Resumed",
  "rollout.share_changed": "Share changed",
  "rollout.share_changed_by_override": "Share changed by override",
  "rollout.reason_added": "Reason added",
  "rollout.variable_followed": "IMAGE_GENERATION_PROVIDER changed",
  "incident.in_flight_chosen": "Jobs in flight",
  "incident.root_cause_written": "Root cause written",
  "incident.resolved": "Resolved",
};

export interface TimelinePoint {
  key: string;
  atMs: number;
  title: string;
  detail: string;
}

/** What happened since the incident opened, oldest first: what people did, and what ticked itself. */
export function timelineOf(incident: Pick<Incident, "items" | "timeline">): TimelinePoint[] {
  const done = incident.timeline.map((entry) => ({
    key: `audit-${entry.seq}`,
    atMs: entry.atMs,
    title: actionTitle(entry),
    detail: [`${entry.actor} via ${entry.via}`, entry.reason].filter(Boolean).join(": "),
  }));
  const ticked = incident.items
    .filter((item) => item.item === "control_verified" || item.item === "error_rate_back")
    .flatMap((item) =>
      item.doneAtMs === null
        ? []
        : [
            {
              key: item.item,
              atMs: item.doneAtMs,
              title: ITEM_TITLES[item.item],
              detail: evidenceWords(item) ?? "",
            },
          ],
    );
  return [...done, ...ticked].sort((a, b) => a.atMs - b.atMs);
}

function actionTitle({ action, after }: TimelineEntry): string {
  const words = ACTION_WORDS[action] ?? action.replaceAll(/[._]/g, " ");
  if (typeof after !== "object" || after === null) return words;
  if ("inFlightChoice" in after) {
    const resent = "resent" in after ? number(after.resent) : null;
    return after.inFlightChoice === "drain" ? `${words}: drain` : `${words}: cancel and resend (${resent ?? 0})`;
  }
  const shareBp = "candidateShareBp" in after ? number(after.candidateShareBp) : null;
  return shareBp === null || action === "rollout.resumed" ? words : `${words} to ${formatShareBp(shareBp)}`;
}
