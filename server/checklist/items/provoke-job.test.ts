import { expect, it } from "vitest";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { provokeJob } from "./provoke-job";

type Attempt = GenerationDetail["attempts"][number];
type Line = GenerationDetail["costLines"][number];

/** What is read of a generation; the rest of it does not matter here. */
const detail = (change: Partial<GenerationDetail> = {}) =>
  ({
    id: "g1",
    state: "failed",
    failureMode: "model_not_found",
    costMicros: 0,
    images: [],
    attempts: [attempt({})],
    costLines: [line({ costMicros: 0 })],
    ...change,
  }) as GenerationDetail;
const attempt = (change: Partial<Attempt>) =>
  ({ state: "failed", provider: "comfyui", jobId: "fault-proxy-1", failureMessage: "no model", ...change }) as Attempt;
const line = (change: Partial<Line>) => ({ kind: "failed", ...change }) as Line;

const provoke = (change?: Partial<GenerationDetail>) =>
  provokeJob({ generate: async () => detail(change) }, "missing_model", null);

it("asks for the fault by name, and tells where it was and which generation shows it", async () => {
  let asked: unknown;
  const found = await provokeJob(
    {
      generate: async (name, change) => {
        asked = { name, ...change };
        return detail();
      },
    },
    "never_finishes",
    5_000,
  );
  expect(asked).toMatchObject({
    name: "never_finishes",
    deadlineMs: 5_000,
    params: { provokedFault: "never_finishes", operation: "txt2img" },
  });
  expect(found).toEqual({
    where: "fault proxy",
    mode: "model_not_found",
    words: "no model",
    generationId: "g1",
    figures: { costMicros: 0, attempts: 1 },
  });
});

it.each<[string, Partial<GenerationDetail>, string]>([
  ["it does not fail", { state: "succeeded", failureMode: null }, "ended as succeeded"],
  ["it leaves a picture", { images: [{}] as GenerationDetail["images"] }, "left a picture behind"],
  [
    "its job is left open",
    { attempts: [attempt({ state: "submitted" })] },
    "left job fault-proxy-1 submitted at ComfyUI",
  ],
  [
    "nobody knows what became of it",
    { attempts: [attempt({ state: "ambiguous" })] },
    "left job fault-proxy-1 ambiguous at ComfyUI",
  ],
  [
    "money is set aside",
    { costLines: [line({ kind: "reserved", costMicros: 1_200 })] },
    "was charged $0.0012 for reserved",
  ],
  ["its lines sum to nothing and it still cost", { costMicros: 40_000, costLines: [] }, "cost $0.040"],
  ["its cost is not known", { costMicros: null, costLines: [] }, "has no known cost"],
])("says so when %s", async (_when, change, problem) => {
  expect(await provoke(change)).toMatchObject({ problem });
});
