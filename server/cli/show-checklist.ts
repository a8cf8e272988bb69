import { exportEvidence } from "@/server/checklist/export-evidence";
import { passByHand } from "@/server/checklist/pass-by-hand";
import { readChecklist } from "@/server/checklist/read-checklist";
import {
  CHECKLIST_STATE_WORDS,
  type ChecklistItem,
  type ChecklistItemView,
  type ChecklistView,
} from "@/server/domain/checklist";
import { EXIT } from "./exit-codes";
import { ago, oneLine } from "./format";
import { withRollout } from "./open-rollout";
import { checkOutFiles, writeOut } from "./out-files";
import { callerPath, type Terminal } from "./terminal";
import type { Tools } from "./tools";

interface Options {
  environment?: string;
  json?: boolean;
}

export function showChecklist({ terminal }: Tools, options: Options): Promise<number> {
  return withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const view = await readChecklist(deps.db, deps.config, environment, new Date());
      if (options.json) terminal.data(JSON.stringify(view, null, 2));
      else for (const line of checklistLines(view, terminal)) terminal.data(line);
      return view.passed === view.items.length ? EXIT.ok : EXIT.check;
    },
  );
}

export async function exportChecklist(
  { terminal, env }: Tools,
  options: Options & { format: "md" | "json"; out?: string; force?: boolean },
): Promise<void> {
  const out = options.out === undefined ? null : callerPath(env, options.out);
  const force = options.force === true;
  if (out !== null) await checkOutFiles([out], force);
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, environment }) => {
      const now = new Date();
      const { text } = exportEvidence(await readChecklist(deps.db, deps.config, environment, now), options.format, now);
      if (out === null) return terminal.data(text.trimEnd());
      await writeOut(out, Buffer.from(text), force);
      terminal.say(`written to ${out}`);
    },
  );
}

export async function passChecklistItem(
  { terminal }: Tools,
  options: Options & { item: ChecklistItem; note: string },
): Promise<void> {
  await withRollout(
    options.environment,
    (line) => terminal.say(line),
    async ({ deps, operator, environment }) => {
      await passByHand(deps, operator, { environment, item: options.item, note: options.note });
      const view = await readChecklist(deps.db, deps.config, environment, new Date());
      for (const line of checklistLines(view, terminal)) terminal.data(line);
    },
  );
}

/** An item a line, with what was found below it where it does not simply count. */
export function checklistLines(view: ChecklistView, terminal: Pick<Terminal, "columns">): string[] {
  return [`${view.environment}: ${view.headline}`, ...view.items.flatMap((item) => itemLines(item, terminal))];
}

function itemLines(item: ChecklistItemView, { columns }: Pick<Terminal, "columns">): string[] {
  const state = item.state === null ? "not run" : CHECKLIST_STATE_WORDS[item.state];
  const expired =
    item.expired === null ? "" : `, expired: ${item.expired === "age" ? "too old" : "the configuration changed"}`;
  const when = item.endedAtMs === null ? "" : `, ${ago(Date.now() - item.endedAtMs)} by ${item.recordedBy}`;
  const words = item.words === null ? [] : [`      ${oneLine(item.words, (columns ?? 200) - 6)}`];
  return [`[${item.counts ? "x" : " "}] ${item.item.padEnd(18)} ${state}${expired}${when}`, ...words];
}
