import { CHECKLIST_ITEMS } from "./checklist";
import type { GateFacts } from "./gate-facts";
import type { Phase } from "./vocabulary";

/**
 * The plan's tick boxes and lists, in its words and order. `automatic` ones tick themselves by what is measured, `test`
 * ones by a run of the testing checklist, `human` ones by a person with a name and a note.
 */
export const TASK_KINDS = ["automatic", "test", "human"] as const;
export type TaskKind = (typeof TASK_KINDS)[number];

export interface TaskInfo {
  key: string;
  phase: Phase;
  title: string;
  kind: TaskKind;
  /** Ticked in the plan itself when it was written. */
  inPlan?: true;
}

const human = (phase: Phase, key: string, title: string): TaskInfo => ({ key, phase, title, kind: "human" });
const automatic = (phase: Phase, key: string, title: string): TaskInfo => ({ key, phase, title, kind: "automatic" });
const test = (key: string, title: string): TaskInfo => ({ key, phase: "gradual", title, kind: "test" });
const inPlan = (key: string, title: string): TaskInfo => ({ ...human("validation", key, title), inPlan: true });

export const TASKS: readonly TaskInfo[] = [
  inPlan("code_complete", "Code changes complete"),
  inPlan("adapter_factory", "Provider adapter factory implemented"),
  inPlan("trpc_routes", "TRPC routes updated"),
  inPlan("cli_tools", "CLI tools updated"),
  automatic("validation", "endpoint_deployed", "RunPod endpoint deployed"),
  { key: "validated", phase: "validation", title: "End-to-end validation complete", kind: "test" },
  automatic("canary", "canary_endpoint", "Deploy RunPod endpoint"),
  automatic("canary", "canary_set", "Set IMAGE_GENERATION_PROVIDER=comfyui in staging environment"),
  automatic("canary", "canary_generations", "Run test asset generations"),
  human("canary", "canary_monitored", "Monitor for errors"),
  automatic("gradual", "share_10", "Enable ComfyUI for 10% of traffic"),
  human("gradual", "monitored", "Monitor success rates and latency"),
  automatic("gradual", "share_50", "Increase to 50% after validation"),
  test("test_txt2img", "txt2img generation works"),
  test("test_img2img", "img2img generation works"),
  test("test_remove_background", "Background removal works (if using)"),
  test("test_r2_upload", "R2 upload works"),
  test("test_error_handling", "Error handling works"),
  test("test_rollback", "Rollback tested"),
  automatic("gradual", "share_100", "Full rollout to 100%"),
  automatic("deprecation", "stable", "Monitor ComfyUI stability for 1-2 weeks"),
  human("deprecation", "credentials_optional", "Remove Scenario credential requirements from non-essential paths"),
  automatic("deprecation", "fallback_kept", "Keep Scenario as fallback for emergency rollback"),
  human("deprecation", "week_1_daily", "Week 1: monitor metrics daily"),
  human("deprecation", "week_1_issues", "Week 1: address any issues immediately"),
  human("deprecation", "week_1_document", "Week 1: document any unexpected behavior"),
  human("deprecation", "week_4_weekly", "Week 2-4: monitor metrics weekly"),
  human("deprecation", "week_4_endpoint", "Week 2-4: optimize endpoint configuration"),
  human("deprecation", "week_4_deprecation", "Week 2-4: plan Scenario deprecation"),
  human("deprecation", "code_removed", "Eventually remove Scenario code (Task 12)"),
  human("deprecation", "celebrated", "Month 2+: celebrate cost savings"),
];

/** What the automatic tasks are judged on. */
export interface TaskFacts extends Pick<GateFacts, "candidateCheck" | "checklist" | "canary" | "sinceMs" | "shareBp"> {
  /** Live check of the control; null: not checked yet. */
  controlReady: boolean | null;
  /** The endpoint as the canary's environment sees it. */
  canaryEndpointOk: boolean | null;
  /** The highest share that this environment ever had. */
  highestShareBp: number;
  canaryNeeded: number;
  soakMs: number;
  checklistMaxAgeMs: number;
  nowMs: number;
}

/** Is an automatic or tested task done? With the words that say by what. Null: it is a person's. */
export function judgeTask(key: string, facts: TaskFacts): { done: boolean; words: string } | null {
  const share = (neededBp: number) => ({
    done: facts.highestShareBp >= neededBp,
    words: `the highest share so far is ${facts.highestShareBp / 100}%`,
  });
  const check = (ok: boolean | null, where: string) => ({
    done: ok === true,
    words:
      ok === null ? `${where} was not checked yet` : `${where} ${ok ? "answers" : "does not answer"} its live check`,
  });
  const served = facts.canary.generations.successes + facts.canary.generations.failures;
  switch (key) {
    case "endpoint_deployed":
      return check(facts.candidateCheck?.ok ?? null, "the endpoint");
    case "canary_endpoint":
      return check(facts.canaryEndpointOk, `the endpoint in ${facts.canary.environment}`);
    case "canary_set":
      return {
        done: facts.canary.shareBp === 10_000,
        words: `${facts.canary.environment} has ${facts.canary.shareBp / 100}% on ComfyUI`,
      };
    case "canary_generations":
      return { done: served >= facts.canaryNeeded, words: `${served} of ${facts.canaryNeeded} generations` };
    case "share_10":
      return share(1_000);
    case "share_50":
      return share(5_000);
    case "share_100":
      return share(10_000);
    case "stable": {
      const heldMs = facts.shareBp === 10_000 ? facts.nowMs - facts.sinceMs : 0;
      return { done: facts.shareBp === 10_000 && heldMs >= facts.soakMs, words: `${days(heldMs)} at 100%` };
    }
    case "fallback_kept":
      return check(facts.controlReady, "Scenario");
    case "validated": {
      const passed = CHECKLIST_ITEMS.filter((item) => hasPassed(facts, item));
      return { done: passed.length === CHECKLIST_ITEMS.length, words: checklistWords(facts, passed.length) };
    }
    default: {
      const item = CHECKLIST_ITEMS.find((name) => key === `test_${name}`);
      if (item === undefined) return null;
      const done = hasPassed(facts, item);
      return { done, words: facts.checklist.length === 0 ? "no checklist run" : done ? "passed" : "not passed" };
    }
  }
}

function hasPassed(facts: TaskFacts, name: string): boolean {
  return facts.checklist.some(
    ({ item, passed, atMs }) => item === name && passed && facts.nowMs - atMs <= facts.checklistMaxAgeMs,
  );
}

function checklistWords(facts: TaskFacts, passed: number): string {
  return facts.checklist.length === 0 ? "no checklist run" : `${passed} of ${CHECKLIST_ITEMS.length} items passed`;
}

function days(ms: number): string {
  const count = Math.floor(ms / (24 * 3_600_000));
  return count === 1 ? "1 day" : `${count} days`;
}
