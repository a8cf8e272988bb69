import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHECKLIST_ITEMS, type ChecklistItem, isPass } from "@/server/domain/checklist";
import type { FailureMode } from "@/server/domain/failure-modes";
import type { TestSystem } from "@/server/engine/testing/start-system";
import { currentRevision } from "@/server/rollout/revision";
import { type FaultKind, WORLD_FAULTS } from "@/server/sandbox/fault-kinds";
import type { FaultRule } from "@/server/sandbox/faults";
import { ENVIRONMENT, runItems, startChecklistSystem } from "./testing/start-checklist-system";

let system: TestSystem;
beforeAll(async () => {
  // A fault without an end is given up at the deadline, which nobody needs to wait for in full.
  system = await startChecklistSystem({ env: { DEADLINE_COMFYUI_S: "10" } });
});
afterEach(() => system.sandbox.removeFaults());
afterAll(() => system.stop());

interface Row {
  /** Where and how often the fault strikes. */
  rule: Omit<FaultRule, "fault">;
  /** The one item that fails, as what, and in which words; null: the gateway deals with it, and all pass. */
  fails: { item: ChecklistItem; mode: FailureMode | null; words: RegExp } | null;
  /** What is run; see `itemsOf` for the default. */
  items?: readonly ChecklistItem[];
}

/** Everything but the slow error handling, which meets no fault of a job: its own are at the fault proxy. */
const QUICK = CHECKLIST_ITEMS.filter((item) => item !== "error_handling");
/** Only the item of text to image has a fox, only the drill has a lighthouse. */
const FOX = { promptIncludes: "fox" };
const LIGHTHOUSE = { promptIncludes: "lighthouse" };
const RUN = { ...FOX, operation: "run" };
const S3 = { provider: "s3" } as const;
const IMG2IMG = { operation: "img2img" };
const CUT = { operation: "remove_background" };

const fails = (rule: Row["rule"], item: ChecklistItem, mode: FailureMode | null, words: RegExp): Row => ({
  rule,
  fails: { item, mode, words },
});
const txt2img = (mode: FailureMode, words: RegExp, rule: Row["rule"] = FOX) => fails(rule, "txt2img", mode, words);
const bucket = (words: RegExp, rule: Row["rule"] = S3) => fails(rule, "r2_upload", "storage_failed", words);
/** Of what harms nobody only the item that meets it is run. */
const passes = (rule: Row["rule"] = FOX): Row => ({ rule, fails: null, items: ["txt2img"] });
const once = (operation: string) => passes({ ...FOX, operation, count: 1 });

const atHealth = passes({ provider: "runpod", operation: "health", count: 1 });

/** Every fault that the sandbox knows, with what it does to the checklist. */
const TABLE: Record<FaultKind, Row[]> = {
  rate_limited: [once("run"), txt2img("rate_limited", /too many requests/, RUN), bucket(/429 TooManyRequests/)],
  concurrency_limit: [once("run")],
  hang: [atHealth],
  reset: [once("status"), bucket(/does not answer/)],
  accept_then_hang: [atHealth],
  accept_then_reset: [once("status")],
  server_error: [once("run"), bucket(/500 InternalError/)],
  malformed_json: [once("status")],
  unauthorized: [once("run"), txt2img("auth_failed", /invalid api key/, RUN), bucket(/R2 refuses the key/)],
  forbidden: [once("run"), bucket(/R2 refuses the key \(403 AccessDenied\)/)],
  payment_required: [once("run")],
  not_found: [txt2img("provider_unavailable", /is RUNPOD_COMFYUI_ENDPOINT_ID right/, RUN), bucket(/check R2_BUCKET/)],

  cold: [passes()],
  cold_too_long: [passes()],
  slow: [passes()],
  never_finishes: [txt2img("timeout", /still running after 10 s$|executionTimeout exceeded/)],
  out_of_memory: [
    txt2img("out_of_memory", /Allocation on device/),
    fails(IMG2IMG, "img2img", "out_of_memory", /Allocation on device/),
    fails(CUT, "remove_background", "out_of_memory", /Allocation on device/),
  ],
  cuda_out_of_memory: [txt2img("out_of_memory", /CUDA out of memory/)],
  missing_model: [
    txt2img("model_not_found", /has no flux1-dev-fp8.safetensors/),
    fails(IMG2IMG, "img2img", "model_not_found", /has no flux1-dev-fp8.safetensors/),
  ],
  missing_node: [txt2img("model_not_found", /Node 'RMBG' not found/)],
  node_exception: [txt2img("unknown", /must match the size of tensor/)],
  history_race: [txt2img("out_of_memory", /Allocation on device/)],
  history_missing: [txt2img("bad_output", /not found in history/)],
  no_outputs: [txt2img("bad_output", /No outputs found/)],
  image_fetch_failed: [txt2img("bad_output", /Failed to fetch image data/)],
  websocket_drop: [txt2img("provider_unavailable", /unreachable during websocket reconnect/)],
  websocket_exhausted: [txt2img("provider_unavailable", /failed to reconnect/)],
  comfyui_unreachable: [txt2img("provider_unavailable", /not reachable after multiple retries/)],
  queue_error: [txt2img("provider_unavailable", /Error queuing workflow/)],
  upload_failed: [txt2img("provider_unavailable", /Timeout uploading/)],
  success_no_images: [txt2img("bad_output", /saved no image/)],
  partial_errors: [passes()],
  handler_exception: [txt2img("unknown", /Unexpected failure in handler/)],
  worker_crash: [txt2img("provider_unavailable", /timed out after 1 retries/)],
  worker_crash_once: [passes()],
  timed_out: [
    txt2img("timeout", /RunPod gave the job up/),
    fails(LIGHTHOUSE, "rollback", "timeout", /the generation on ComfyUI failed/),
  ],
  failure: [txt2img("unknown", /Workflow execution error/)],
  blank_image: [
    txt2img("bad_output", /the picture is blank/),
    fails(IMG2IMG, "img2img", "bad_output", /the picture is blank/),
  ],
  truncated_image: [txt2img("bad_output", /cannot be decoded/)],
  wrong_size_image: [txt2img("bad_output", /384 × 256 pixels; 768 × 512 were asked for/)],
  not_an_image: [txt2img("bad_output", /must be a PNG, JPEG or WebP/)],
  opaque_image: [fails(CUT, "remove_background", "bad_output", /no alpha channel/)],
  empty_cutout: [fails(CUT, "remove_background", "bad_output", /transparent all over/)],
  inverted_cutout: [fails(CUT, "remove_background", "bad_output", /only \d.*% of the subject was kept/)],
  input_returned: [fails(IMG2IMG, "img2img", "bad_output", /it is the input again/)],
  input_ignored: [fails(IMG2IMG, "img2img", "bad_output", /does not resemble the input|strength is not respected/)],
  strength_ignored: [fails(IMG2IMG, "img2img", "bad_output", /strength is not respected/)],
  completed_without_output: [txt2img("bad_output", /no image that can be read/)],
  unknown_status: [txt2img("unknown", /unknown status SUSPENDED/)],
  lost_webhook: [passes()],
  late_webhook: [passes()],
  repeated_webhook: [passes()],
  expired_result: [txt2img("provider_unavailable", /its result expired, or the job was lost/)],

  // There are warm workers, which go on.
  workers_throttled: [passes({ provider: "runpod" })],
  workers_unhealthy: [passes({ provider: "runpod" })],
  // Nothing at the endpoint works, so there is no one item to find.
  workers_max_zero: [],
  key_revoked: [
    fails({ provider: "scenario" }, "rollback", null, /the way back is not ready/),
    bucket(/refuses the key/),
  ],
  any_key: [
    {
      ...fails({ provider: "runpod" }, "error_handling", null, /^wrong key: a wrong key was accepted, and job \S+ was/),
      items: CHECKLIST_ITEMS,
    },
    bucket(/the bucket is open to all/),
  ],

  wrong_bytes: [bucket(/the bytes that came back have hash/)],
  unavailable: [bucket(/503 ServiceUnavailable/)],
};

const shown = new Set<string>();
/**
 * What stands beside the item that fails: everything the first time that it fails as this mode, and after that one more
 * item, which meets the same provider. With ALL_COMBINATIONS=1 everything, always.
 */
function itemsOf({ fails: wanted, items }: Row): readonly ChecklistItem[] {
  if (items) return items;
  if (wanted === null || process.env.ALL_COMBINATIONS === "1") return QUICK;
  const way = `${wanted.item} ${wanted.mode}`;
  if (!shown.has(way)) {
    shown.add(way);
    return QUICK;
  }
  return [wanted.item, wanted.item === "txt2img" ? "img2img" : "txt2img"];
}

const kinds = (Object.keys(TABLE) as FaultKind[]).filter((fault) => TABLE[fault].length > 0); // a record of all of them
describe.each(kinds)("fault %s", (fault) => {
  const named = TABLE[fault].map((row): [string, Row, readonly ChecklistItem[]] => [
    row.fails ? `fails ${row.fails.item} as ${row.fails.mode ?? "what it is"}` : "fails nothing",
    row,
    itemsOf(row),
  ]);
  it.each(named)("%s", async (_name, { rule, fails: wanted }, items) => {
    const { db } = system.runtime.rollout;
    const { candidateShareBp, held, phase } = await currentRevision(db, ENVIRONMENT);
    const id = system.sandbox.addFault({ ...rule, fault });
    const results = Object.values(await runItems(system, [...items]));
    const failed = results
      .filter(({ state }) => !isPass(state))
      .map(({ item, failureMode, words }) => ({ item, mode: failureMode, words }));
    expect(failed).toEqual(wanted ? [{ ...wanted, words: expect.stringMatching(wanted.words) }] : []);
    expect(await currentRevision(db, ENVIRONMENT)).toMatchObject({ candidateShareBp, held, phase });
    // A fault that never came about has shown nothing.
    if (!WORLD_FAULTS.some((kind) => kind === fault)) expect(await timesStruck(id)).toBeGreaterThan(0);
  });
});

async function timesStruck(id: string): Promise<number> {
  const answer = await fetch(`${system.sandbox.urls.control}/faults`);
  const { faults } = (await answer.json()) as { faults: { rule: FaultRule; struck: number }[] };
  return faults.find(({ rule }) => rule.id === id)?.struck ?? 0;
}
