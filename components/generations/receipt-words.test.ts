import { expect, it } from "vitest";
import type { DecisionReceipt } from "@/server/domain/decision";
import { receiptWords } from "./receipt-words";

const BUCKET: DecisionReceipt = {
  version: 1,
  rule: "bucket",
  revision: 4,
  candidateShareBp: 1_000,
  salt: "s",
  stickyKey: "user-1",
  bucket: 212,
  forced: null,
  passedOver: [],
  provider: "comfyui",
};

it("says which bucket fell on which side of which share", () =>
  expect(receiptWords(BUCKET)).toBe(
    "Revision 4 sends 10% to ComfyUI. The key “user-1” falls in bucket 212 of 10,000, below 1000: ComfyUI.",
  ));

it("names the control for a bucket at the threshold", () =>
  expect(receiptWords({ ...BUCKET, bucket: 1_000, provider: "scenario" })).toContain("not below 1000: Scenario."));

it("says that a request chose for itself", () =>
  expect(receiptWords({ ...BUCKET, rule: "forced", bucket: null, forced: "scenario", provider: "scenario" })).toBe(
    "The request named Scenario, so the split was not asked.",
  ));

it("says who was passed over and why", () => {
  const passedOver = [{ provider: "comfyui" as const, reason: "rate limited" }];
  const words = receiptWords({ ...BUCKET, rule: "fallback", passedOver, provider: "scenario" });
  expect(words).toContain("ComfyUI was passed over: rate limited. So Scenario took it.");
});

it("says that what was made elsewhere was not decided here", () =>
  expect(receiptWords({ ...BUCKET, rule: "reported", salt: "", bucket: null })).toContain("made elsewhere"));
