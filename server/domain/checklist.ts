import type { FailureMode } from "./failure-modes";
import type { ProviderId } from "./vocabulary";

/** The plan's testing checklist, item for item. */
export const CHECKLIST_ITEMS = [
  "txt2img",
  "img2img",
  "remove_background",
  "r2_upload",
  "error_handling",
  "rollback",
] as const;
export type ChecklistItem = (typeof CHECKLIST_ITEMS)[number];

/** `interrupted`: the process died in the middle and the item could not honestly go on. `by_hand`: a person vouches. */
export const CHECKLIST_STATES = [
  "waiting",
  "running",
  "passed",
  "failed",
  "skipped",
  "cancelled",
  "interrupted",
  "by_hand",
] as const;
export type ChecklistState = (typeof CHECKLIST_STATES)[number];

export const CHECKLIST_STATE_WORDS: Record<ChecklistState, string> = {
  waiting: "waiting",
  running: "running",
  passed: "passed",
  failed: "failed",
  skipped: "skipped",
  cancelled: "cancelled",
  interrupted: "interrupted",
  by_hand: "passed by hand",
};

export interface ChecklistItemInfo {
  /** The plan's words. */
  title: string;
  /** What a run does, before it is run. */
  does: string;
}

export const CHECKLIST_ITEM_INFO: Record<ChecklistItem, ChecklistItemInfo> = {
  txt2img: {
    title: "txt2img generation works",
    does: "Makes a picture through the gateway, decodes it, compares its size, refuses a blank one, and reads it back from the store by its hash.",
  },
  img2img: {
    title: "img2img generation works",
    does: "Repaints a drawn picture at strength 0.3 and 0.9 and measures both against it: changed, still alike, and 0.3 nearer than 0.9.",
  },
  remove_background: {
    title: "Background removal works (if using)",
    does: "Cuts a drawn ball out of its background: alpha neither empty nor full, and the ball kept, measured against its true outline.",
  },
  r2_upload: {
    title: "R2 upload works",
    does: "Puts an object, looks at it, reads it back by hash, opens it by a signed address without a cookie, sees that address expire, deletes the object, and sees a refused key and a missing bucket named as such.",
  },
  error_handling: {
    title: "Error handling works",
    does: "Provokes an oversized request, a wrong key, an unknown model and a time-out; each must come back as its failure mode, spend nothing and lose nothing.",
  },
  rollback: {
    title: "Rollback tested",
    does: "Share up, a generation on ComfyUI, rollback, the next generation on Scenario, all measured; then everything is put back as it was found.",
  },
};

/** A stored picture among the evidence. */
export interface EvidenceImage {
  role: "input" | "output";
  sha256: string;
  mimeType: string;
  width: number;
  height: number;
  sizeBytes: number;
  location: "disk" | "r2";
}

/** One thing that was looked at, with what was found. */
export interface EvidenceStep {
  name: string;
  ok: boolean;
  words: string;
  /** Where it was provoked or measured, when that is not plain: `provider`, `fault proxy`, `gateway`. */
  where?: string;
  failureMode?: FailureMode;
  mitigation?: string;
  generationId?: string;
  /** Measured values by name; units last in the name. */
  figures?: Record<string, number | string>;
  images?: EvidenceImage[];
}

/** What counts of one item just now, for pages, gates and exports. */
export interface ChecklistItemView extends ChecklistItemInfo {
  item: ChecklistItem;
  /** Null: it was never run here. */
  state: ChecklistState | null;
  /** Does it count as passed today: passed, skipped with a reason or vouched for, fresh, and of this configuration? */
  counts: boolean;
  /** Why an item that was passed counts no more. */
  expired: "age" | "configuration" | null;
  words: string | null;
  failureMode: FailureMode | null;
  steps: EvidenceStep[];
  /** Of the item's evidence, as canonical JSON; null while it runs. */
  evidenceSha256: string | null;
  recordedBy: string | null;
  runId: string | null;
  startedAtMs: number | null;
  endedAtMs: number | null;
}

export interface ChecklistRunView {
  id: string;
  environment: string;
  provider: ProviderId;
  items: ChecklistItem[];
  /** `ended` says nothing of passing. */
  state: "waiting" | "running" | "cancelling" | "ended" | "cancelled";
  startedBy: string;
  createdAtMs: number;
  startedAtMs: number | null;
  endedAtMs: number | null;
}

export interface ChecklistView {
  environment: string;
  provider: ProviderId;
  items: ChecklistItemView[];
  passed: number;
  /** "4 of 6 passed" */
  headline: string;
  maxAgeDays: number;
  /** The run under way; null when none is. */
  open: ChecklistRunView | null;
  /** Null: none yet. */
  newest: ChecklistRunView | null;
  /** Zero: only when somebody starts it. */
  everyHours: number;
  /** Of the settings that the pictures depend on, and of the one that each result was made under. */
  configuration: string;
}

/** May a result of this state stand for a pass, before its age and configuration are looked at? */
export function isPass(state: ChecklistState): boolean {
  return state === "passed" || state === "skipped" || state === "by_hand";
}

export function isOpenState(state: ChecklistState): boolean {
  return state === "waiting" || state === "running";
}

export function checklistHeadline(items: readonly Pick<ChecklistItemView, "counts">[]): string {
  return `${items.filter(({ counts }) => counts).length} of ${items.length} passed`;
}
