import { type ChecklistResultRow, type ChecklistRunRow, checklistRun, resultsOfRun } from "@/db/queries/checklist";
import { cancelRun } from "@/server/checklist/cancel-run";
import { readChecklist, runView } from "@/server/checklist/read-checklist";
import { startRun } from "@/server/checklist/start-run";
import { CHECKLIST_STATE_WORDS, type ChecklistItem, isOpenState } from "@/server/domain/checklist";
import type { ProviderId } from "@/server/domain/vocabulary";
import type { Operator } from "@/server/rollout/types";
import type { Runtime } from "@/server/runtime";
import { EXIT } from "./exit-codes";
import { milliseconds, oneLine } from "./format";
import { chooseEnvironment } from "./installation";
import { onInterrupt } from "./interrupt";
import { openLocalWork } from "./open-local-work";
import { checklistLines } from "./show-checklist";
import type { Tools } from "./tools";

const LEFT_BY_SIGNAL = 130;
const LOOK_EVERY_MS = 250;

interface Options {
  environment?: string;
  provider: ProviderId;
  items: ChecklistItem[] | null;
  json?: boolean;
}

interface Watched {
  run: ChecklistRunRow;
  results: ChecklistResultRow[];
}

/** Runs the checklist, tells of each item as it ends, and gives the exit code: 0 only if all that ran passed. */
export async function runChecklist({ terminal }: Tools, options: Options): Promise<number> {
  const say = (line: string) => terminal.say(line);
  const work = await openLocalWork(say, options.environment ?? null);
  const { installation, runtime } = work;
  if (installation.config.apiKey !== null)
    say("SWITCHYARD_API_KEY is set, but this command works on this machine's installation");
  let cancel: (() => void) | null = null;
  const stopListening = onInterrupt(
    () => {
      say("cancelling, and putting back what was changed … (Ctrl-C again leaves at once)");
      cancel?.();
    },
    () => process.exit(LEFT_BY_SIGNAL),
  );
  try {
    const environment = chooseEnvironment(installation, options.environment);
    const operator: Operator = { principal: installation.principal, via: "cli", requestId: null };
    const { provider, items } = options;
    const { runId } = await startRun(runtime.rollout, operator, { environment, provider, items });
    say(`checklist run ${runId} in ${environment}`);
    cancel = () => void cancelRun(runtime.rollout, operator, { runId }).catch((error: Error) => say(error.message));
    const told = new Set<ChecklistItem>();
    let last: Watched | null = null;
    for await (const watched of work.whileServed(watch(runtime, runId))) {
      last = watched;
      for (const result of watched.results) {
        if (isOpenState(result.state) || told.has(result.item)) continue;
        told.add(result.item);
        say(resultLine(result));
      }
      const running = watched.results.find(({ state }) => state === "running");
      if (running) terminal.status(`${running.item}: ${running.steps.at(-1)?.name ?? "started"} …`);
    }
    terminal.status(null);
    if (last === null) throw new Error(`checklist run ${runId} is gone`);
    const hasPassed = last.results.every(({ state }) => state === "passed" || state === "skipped");
    const view = await readChecklist(runtime.rollout.db, runtime.config, environment, new Date());
    if (options.json)
      terminal.data(JSON.stringify({ run: runView(last.run), passed: hasPassed, checklist: view }, null, 2));
    else for (const line of checklistLines(view, terminal)) terminal.data(line);
    return hasPassed ? EXIT.ok : EXIT.check;
  } finally {
    stopListening();
    await work.close();
  }
}

/** The run with its results, until it has ended. */
async function* watch({ rollout }: Runtime, runId: string): AsyncGenerator<Watched> {
  for (;;) {
    // The run first: results that are read after its end are final.
    const run = await checklistRun(rollout.db, runId);
    if (!run) return;
    yield { run, results: await resultsOfRun(rollout.db, runId) };
    if (run.endedAt !== null) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

function resultLine({ item, state, words, startedAt, endedAt }: ChecklistResultRow): string {
  const took = startedAt && endedAt ? ` in ${milliseconds(endedAt.getTime() - startedAt.getTime())}` : "";
  return `${item}: ${CHECKLIST_STATE_WORDS[state]}${took}${words ? `: ${oneLine(words, 300)}` : ""}`;
}
