import { createHash } from "node:crypto";
import { canonicalJson } from "@/server/audit/canonical-json";
import {
  CHECKLIST_STATE_WORDS,
  type ChecklistItemView,
  type ChecklistView,
  type EvidenceStep,
} from "@/server/domain/checklist";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";

export interface EvidenceExport {
  fileName: string;
  mimeType: string;
  text: string;
}

/** The checklist as a file to keep, with a hash of every item's evidence and one of the whole. Times in UTC. */
export function exportEvidence(view: ChecklistView, format: "md" | "json", now: Date): EvidenceExport {
  const day = now.toISOString().slice(0, 10);
  const content = exported(view, now);
  const sha256 = createHash("sha256").update(canonicalJson(content)).digest("hex");
  const fileName = `checklist-${view.environment}-${day}.${format}`;
  return format === "json"
    ? { fileName, mimeType: "application/json", text: `${JSON.stringify({ ...content, sha256 }, null, 2)}\n` }
    : { fileName, mimeType: "text/markdown", text: markdown(view, content.exportedAt, sha256) };
}

const utc = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());

function exported(view: ChecklistView, now: Date) {
  return {
    environment: view.environment,
    sandbox: view.environment === SANDBOX_ENVIRONMENT,
    provider: view.provider,
    exportedAt: now.toISOString(),
    headline: view.headline,
    configuration: view.configuration,
    items: view.items.map(({ item, title, state, counts, expired, words, failureMode, steps, ...rest }) => ({
      item,
      title,
      state,
      counts,
      expired,
      words,
      failureMode,
      recordedBy: rest.recordedBy,
      runId: rest.runId,
      startedAt: utc(rest.startedAtMs),
      endedAt: utc(rest.endedAtMs),
      evidenceSha256: rest.evidenceSha256,
      steps,
    })),
  };
}

function markdown(view: ChecklistView, exportedAt: string, sha256: string): string {
  const place =
    view.environment === SANDBOX_ENVIRONMENT ? `${view.environment} (no real provider was called)` : view.environment;
  return [
    `# Testing checklist: ${view.headline}`,
    "",
    `- Environment: ${place}`,
    `- Provider: ${view.provider}`,
    `- Configuration: \`${view.configuration}\``,
    `- Exported: ${exportedAt}`,
    `- SHA-256 of the JSON export's content: \`${sha256}\``,
    "",
    ...view.items.flatMap(itemLines),
  ].join("\n");
}

const EXPIRED_WORDS = { age: "expired: too old", configuration: "expired: the configuration changed" } as const;

function itemLines(item: ChecklistItemView): string[] {
  const state = item.state === null ? "not run" : CHECKLIST_STATE_WORDS[item.state];
  const facts = [
    item.words,
    item.recordedBy && item.endedAtMs !== null ? `By ${item.recordedBy}, ${utc(item.endedAtMs)}` : null,
    item.runId ? `Run \`${item.runId}\`` : null,
    item.failureMode ? `Failure mode \`${item.failureMode}\`` : null,
    item.evidenceSha256 ? `SHA-256 of the evidence \`${item.evidenceSha256}\`` : null,
  ].filter((fact): fact is string => fact !== null);
  return [
    `## [${item.counts ? "x" : " "}] ${item.title}: ${state}${item.expired ? ` (${EXPIRED_WORDS[item.expired]})` : ""}`,
    "",
    ...facts.map((fact) => `- ${plain(fact)}`),
    ...(item.steps.length > 0 ? ["", ...item.steps.flatMap(stepLines)] : []),
    "",
  ];
}

function stepLines(step: EvidenceStep): string[] {
  const more = [
    step.where ? `at the ${step.where}` : null,
    step.failureMode ? `failure mode \`${step.failureMode}\`` : null,
    step.mitigation ? `mitigation: ${step.mitigation}` : null,
    step.generationId ? `generation \`${step.generationId}\`` : null,
    ...Object.entries(step.figures ?? {}).map(([name, value]) => `${name} ${value}`),
    ...(step.images ?? []).map(
      (image) =>
        `${image.role} ${image.width} × ${image.height}, ${image.sizeBytes} bytes on ${image.location}, \`${image.sha256}\``,
    ),
  ].filter((part): part is string => part !== null);
  return [
    `- ${step.ok ? "ok" : "NOT OK"}: ${step.name}: ${plain(step.words)}`,
    ...more.map((part) => `  - ${plain(part)}`),
  ];
}

/** A provider's or a person's words on one line, and no markup of theirs. */
function plain(text: string): string {
  return text.replace(/\s+/g, " ").replace(/[<>]/g, (sign) => (sign === "<" ? "&lt;" : "&gt;"));
}
