import { expect, it } from "vitest";
import type { GenerationStage } from "@/server/domain/generation-view";
import type { ColdClass } from "@/server/domain/vocabulary";
import { stepsOf } from "./stages";

const at = (stage: GenerationStage, coldClass: ColdClass | null = null) => ({ stage, coldClass, events: [] });
const words = (detail: Parameters<typeof stepsOf>[0]) => stepsOf(detail).map((step) => `${step.stage} ${step.state}`);

it("shows a warm generation without a worker's start", () => {
  expect(words(at("running"))).toEqual(["queued done", "running current", "uploading todo", "done todo"]);
});

it("shows the worker's start while it is observed, and keeps it afterwards", () => {
  expect(words(at("starting_worker"))).toContain("starting_worker current");
  expect(words(at("done", "cold"))).toEqual([
    "queued done",
    "starting_worker done",
    "running done",
    "uploading done",
    "done done",
  ]);
  const started = { id: 1, kind: "starting_worker" as const, attemptId: null, atMs: 0, data: null };
  expect(words({ ...at("running"), events: [started] })).toContain("starting_worker done");
});

it("begins with waiting before the server has said anything", () => {
  expect(words(null)[0]).toBe("queued current");
});

it("does not pretend that a failed one went on", () => {
  expect(stepsOf(at("failed")).every((step) => step.state === "todo")).toBe(true);
});
