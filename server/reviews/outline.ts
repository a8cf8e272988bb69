import { COST_PART_NAMES, COST_PARTS, type CostPart } from "@/server/domain/costs/accounts";
import { billSentence } from "@/server/domain/costs/bill";
import { storageSentence } from "@/server/domain/costs/bucket-cost";
import { missingWords } from "@/server/domain/costs/sentences";
import { isEmptyUsage, usageSentence } from "@/server/domain/costs/usage";
import { formatMicros, formatTotalMicros, type Micros } from "@/server/domain/money";
import { CANDIDATE, CONTROL, PROVIDER_NAMES, SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import type { Review } from "./types";

export const UNKNOWN = "–";

/** A review without a form of its own: Markdown, mail and chat are made from this one, so they cannot differ. */
export interface Outline {
  title: string;
  /** The period, and how final it is. */
  about: string;
  /** The sentences on top, ready to paste. */
  lead: string[];
  sections: OutlineSection[];
}

export type OutlineSection =
  | { kind: "table"; title: string; head: string[]; rows: string[][] }
  | { kind: "text"; title: string; text: string }
  | { kind: "list"; title: string; items: { text: string; isDone: boolean | null }[] };

export const total = (micros: Micros | null) => (micros === null ? UNKNOWN : formatTotalMicros(micros));
export const unit = (micros: Micros | null) => (micros === null ? UNKNOWN : formatMicros(micros));
export const count = (n: number) => n.toLocaleString("en-US");

export function percent(share: number | null | undefined): string {
  if (share === null || share === undefined) return UNKNOWN;
  return `${(share * 100).toLocaleString("en-US", { maximumFractionDigits: 1 })}%`.replace("-", "−");
}

export function outlineOf(review: Review): Outline {
  const { costs } = review;
  const where =
    review.environment === SANDBOX_ENVIRONMENT ? `${review.environment} (no real provider)` : review.environment;
  return {
    title: `${costs.name} (${review.week}), ${where}`,
    about: aboutOf(review),
    lead: [
      costs.sentence,
      costs.planSentence,
      ...costs.missing.map((missing) => `Missing: ${missingWords(missing)}.`),
      ...projectionWords(review),
      ...billWords(review),
      ...(costs.storage === undefined ? [] : [storageSentence(costs.storage)]),
    ],
    sections: [
      providerTable(review),
      bridgeTable(review),
      dayTable(review),
      usageTable(review),
      earlierTable(review),
      differenceTable(review),
      ...textSections(review),
      actionList(review),
    ].filter((section) => section !== null),
  };
}

function aboutOf({ costs, timeZone, projection, signed }: Review): string {
  const [first, last] = [costs.days[0]?.date ?? "", costs.days.at(-1)?.date ?? ""];
  const span = `${first} to ${last}, ${timeZone}`;
  if (projection) return `${span}; so far, ${projection.daysOver} of 7 days are over`;
  return signed
    ? `${span}; signed by ${signed.by} on ${new Date(signed.atMs).toISOString()}`
    : `${span}; not signed yet`;
}

/** What both providers say was used, beside the ledger. */
function billWords({ costs: { bill, usage } }: Review): string[] {
  return [bill ? billSentence(bill) : null, usage ? usageSentence(usage) : null].filter((words) => words !== null);
}

function projectionWords({ projection }: Review): string[] {
  if (projection === null || projection.costMicros === null) return [];
  const saved = projection.savingsMicros === null ? "" : `, savings ${total(projection.savingsMicros)}`;
  return [`If it goes on like this the week costs ${total(projection.costMicros)}${saved} (est.).`];
}

/** What the plan asks after, also where it was nothing. */
const ALWAYS_SHOWN = new Set<CostPart>(["compute", "coldStarts", "idle"]);

function providerTable({ costs }: Review): OutlineSection {
  const { summary, savings } = costs;
  const { [CONTROL]: control, [CANDIDATE]: candidate } = summary.providers;
  const row = (name: string, of: (side: typeof control) => string, all: string) => [
    name,
    of(control),
    of(candidate),
    all,
  ];
  const parts = COST_PARTS.filter((part) => ALWAYS_SHOWN.has(part) || summary.parts[part] !== 0);
  return {
    kind: "table",
    title: "By provider",
    head: ["", PROVIDER_NAMES[CONTROL], PROVIDER_NAMES[CANDIDATE], "Together"],
    rows: [
      row("Images", ({ images }) => count(images), count(summary.images)),
      row("Cost per image", ({ costPerImageMicros }) => unit(costPerImageMicros), ""),
      row(
        "Cold starts, number",
        ({ coldStarts }) => count(coldStarts),
        count(control.coldStarts + candidate.coldStarts),
      ),
      ...parts.map((part) => row(COST_PART_NAMES[part], (side) => total(side.parts[part]), total(summary.parts[part]))),
      row("Total", ({ costMicros }) => total(costMicros), total(summary.costMicros)),
      row(
        `${PROVIDER_NAMES[CONTROL]} alone`,
        ({ baselineMicros }) => total(baselineMicros),
        total(summary.baselineMicros),
      ),
      ["Savings", "", total(savings?.migratedMicros ?? null), total(savings?.micros ?? null)],
      ["Savings, of the baseline", "", percent(savings?.migrated?.share), percent(savings?.overall?.share)],
    ],
  };
}

function bridgeTable({ costs }: Review): OutlineSection | null {
  if (costs.bridge === null) return null;
  const last = costs.bridge.length - 1;
  const steps = costs.bridge.filter(({ micros }, index) => index === 0 || index === last || micros !== 0);
  return {
    kind: "table",
    title: `From ${PROVIDER_NAMES[CONTROL]} alone to what was paid`,
    head: ["Step", "Change", "Then"],
    rows: steps.map(({ name, micros, afterMicros }) => [name, total(micros), total(afterMicros)]),
  };
}

function dayTable({ costs }: Review): OutlineSection {
  return {
    kind: "table",
    title: "By day",
    head: ["Day", "Images", PROVIDER_NAMES[CONTROL], PROVIDER_NAMES[CANDIDATE], "Total", "Savings"],
    rows: costs.days.map(({ date, summary, savings }) => [
      date,
      count(summary.images),
      total(summary.providers.scenario.costMicros),
      total(summary.providers.comfyui.costMicros),
      total(summary.costMicros),
      total(savings?.micros ?? null),
    ]),
  };
}

function usageTable({ costs: { usage } }: Review): OutlineSection | null {
  if (!usage || isEmptyUsage(usage)) return null;
  return {
    kind: "table",
    title: `${PROVIDER_NAMES[CONTROL]}'s usage by UTC day`,
    head: ["Day", "Units", "Used", "Ledger", "Difference"],
    rows: usage.days.map(({ date, units, usedMicros, explainedMicros, differenceMicros }) => [
      date,
      units === null ? UNKNOWN : count(units),
      total(usedMicros),
      total(explainedMicros),
      total(differenceMicros),
    ]),
  };
}

function earlierTable({ earlier }: Review): OutlineSection | null {
  const known = earlier.filter(({ summary }) => summary.images > 0 || summary.knownMicros !== 0);
  if (known.length === 0) return null;
  return {
    kind: "table",
    title: "Earlier weeks",
    head: ["Week", "Images", "Total", "Savings", "On migrated images", "Signed"],
    rows: known.map(({ week, summary, savings, isSigned }) => [
      week,
      count(summary.images),
      total(summary.costMicros),
      total(savings?.micros ?? null),
      percent(savings?.migrated?.share),
      isSigned ? "yes" : "no",
    ]),
  };
}

function differenceTable({ differences }: Review): OutlineSection | null {
  if (differences.length === 0) return null;
  return {
    kind: "table",
    title: "Corrected since it was signed",
    head: ["", "Signed", "Now"],
    rows: differences.map(({ name, signedMicros, nowMicros }) => [name, total(signedMicros), total(nowMicros)]),
  };
}

function textSections({ written }: Review): OutlineSection[] {
  const sections: OutlineSection[] = [];
  if (written?.unexpected) sections.push({ kind: "text", title: "Unexpected behaviour", text: written.unexpected });
  if (written?.notes) sections.push({ kind: "text", title: "Notes", text: written.notes });
  return sections;
}

function actionList({ actions }: Review): OutlineSection | null {
  const all = [...actions.own, ...actions.open];
  if (all.length === 0) return null;
  return {
    kind: "list",
    title: "Action items",
    items: all.map(({ title, owner, dueOn, doneAtMs }) => ({
      text: `${title} (${owner}, due ${dueOn})`,
      isDone: doneAtMs !== null,
    })),
  };
}
