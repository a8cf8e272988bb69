import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FAILURE_MODE_INFO, FAILURE_MODES } from "@/server/domain/failure-modes";
import { PROVIDER_IDS, type ProviderId } from "@/server/domain/vocabulary";
import { type AfterFailureInput, afterFailure } from "./after-failure";

const base: AfterFailureInput = {
  failed: { provider: "comfyui", mode: "provider_unavailable", retryable: true, sent: true, retryAfterMs: null },
  earlier: [],
  remainingMs: 100_000,
  maxAttempts: 3,
  fallbackAllowed: true,
  forced: false,
  controlUnavailable: null,
  spendRetry: () => true,
  random: 0.5,
};
const failed = (change: Partial<AfterFailureInput["failed"]>) => ({ ...base.failed, ...change });

describe("afterFailure", () => {
  it.each(["invalid_request", "content_rejected", "cancelled"] as const)("never repeats or moves %s", (mode) => {
    expect(afterFailure({ ...base, failed: failed({ mode, retryable: true }) })).toMatchObject({ kind: "give_up" });
  });

  it("tries the candidate once more, then falls back to the control", () => {
    expect(afterFailure(base)).toMatchObject({ kind: "again", reason: "retry" });
    expect(afterFailure({ ...base, earlier: [{ provider: "comfyui", sent: true }] })).toEqual({
      kind: "again",
      reason: "fallback",
      inMs: 0,
    });
  });

  it("never falls back from the control to the candidate: a rollback would be undone by it", () => {
    for (const mode of FAILURE_MODES) {
      const step = afterFailure({ ...base, failed: failed({ provider: "scenario", mode, retryable: false }) });
      expect(step.kind).toBe("give_up");
    }
  });

  it("leaves a forced provider alone", () => {
    expect(afterFailure({ ...base, forced: true, failed: failed({ retryable: false }) })).toMatchObject({
      kind: "give_up",
      because: "the request named this provider",
    });
  });

  it("waits as long as the provider asks, up to a minute", () => {
    const step = afterFailure({
      ...base,
      fallbackAllowed: false,
      failed: failed({ mode: "rate_limited", sent: false, retryAfterMs: 7_000 }),
    });
    expect(step).toEqual({ kind: "again", reason: "retry", inMs: 7_000 });
  });

  it("does not wait out a long Retry-After when the control could serve", () => {
    const step = afterFailure({ ...base, failed: failed({ mode: "rate_limited", sent: false, retryAfterMs: 60_000 }) });
    expect(step).toMatchObject({ kind: "again", reason: "fallback" });
  });

  it("keeps repeating what was never sent while time lasts, since it costs nothing", () => {
    const earlier = Array.from({ length: 12 }, () => ({ provider: "comfyui" as const, sent: false }));
    const step = afterFailure({
      ...base,
      fallbackAllowed: false,
      earlier,
      failed: failed({ mode: "rate_limited", sent: false }),
    });
    expect(step).toMatchObject({ kind: "again", reason: "retry" });
  });

  it("pays for at most maxAttempts", () => {
    const earlier = [
      { provider: "comfyui" as const, sent: true },
      { provider: "comfyui" as const, sent: true },
    ];
    expect(afterFailure({ ...base, earlier })).toMatchObject({ kind: "give_up", because: "3 attempts were made" });
  });

  it("starts nothing that cannot end before the deadline", () => {
    expect(afterFailure({ ...base, remainingMs: 3_000 })).toMatchObject({ kind: "give_up" });
  });

  it("falls back when the retry budget is spent", () => {
    expect(afterFailure({ ...base, spendRetry: () => false })).toMatchObject({ reason: "fallback" });
  });

  it("does not move a missing model to the same provider again, but to the control", () => {
    const step = afterFailure({ ...base, failed: failed({ mode: "model_not_found", retryable: false }) });
    expect(step).toEqual({ kind: "again", reason: "fallback", inMs: 0 });
  });
});

const anyInput: fc.Arbitrary<AfterFailureInput> = fc.record({
  failed: fc.record({
    provider: fc.constantFrom(...PROVIDER_IDS),
    mode: fc.constantFrom(...FAILURE_MODES),
    retryable: fc.boolean(),
    sent: fc.boolean(),
    retryAfterMs: fc.option(fc.integer({ min: 0, max: 600_000 })),
  }),
  earlier: fc.array(fc.record({ provider: fc.constantFrom(...PROVIDER_IDS), sent: fc.boolean() }), { maxLength: 30 }),
  remainingMs: fc.integer({ min: -60_000, max: 600_000 }),
  maxAttempts: fc.integer({ min: 1, max: 10 }),
  fallbackAllowed: fc.boolean(),
  forced: fc.boolean(),
  controlUnavailable: fc.constantFrom(null, "not configured"),
  spendRetry: fc.boolean().map((yes) => () => yes),
  random: fc.double({ min: 0, max: 1, noNaN: true }),
});

describe("afterFailure, whatever comes", () => {
  it("keeps its promises", () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { failed, earlier } = input;
        const info = FAILURE_MODE_INFO[failed.mode];
        const step = afterFailure(input);
        if (step.kind === "give_up") {
          expect(step.because.length).toBeGreaterThan(5);
          return;
        }
        expect(step.inMs).toBeGreaterThanOrEqual(0);
        expect(input.remainingMs).toBeGreaterThan(step.inMs);
        const paid = [...earlier, failed].filter((entry) => entry.sent);
        expect(paid.length).toBeLessThan(input.maxAttempts);
        if (step.reason === "retry") {
          expect(info.mayRetry && failed.retryable).toBe(true);
          // One paid retry at a provider, and only while the budget lasts.
          if (failed.sent) expect(paid.filter((entry) => entry.provider === failed.provider)).toHaveLength(1);
          if (failed.sent) expect(input.spendRetry()).toBe(true);
        } else {
          expect(info.mayFallBack && input.fallbackAllowed && !input.forced).toBe(true);
          expect(failed.provider).toBe("comfyui");
          expect(input.controlUnavailable).toBeNull();
          expect(earlier.some((entry) => entry.provider === "scenario")).toBe(false);
        }
      }),
      { numRuns: 20_000 },
    );
  });

  it("comes to an end: no run of failures, all sent, is longer than maxAttempts or three attempts at a provider", () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 10 }), (input, maxAttempts) => {
        const earlier: { provider: ProviderId; sent: boolean }[] = [];
        let provider: ProviderId = "comfyui";
        let attempts = 0;
        for (;;) {
          attempts += 1;
          const failed = { ...input.failed, provider, sent: true };
          const step = afterFailure({ ...input, failed, earlier: [...earlier], maxAttempts, remainingMs: 600_000 });
          if (step.kind === "give_up") break;
          earlier.push({ provider, sent: true });
          if (step.reason === "fallback") provider = "scenario";
        }
        expect(attempts).toBeLessThanOrEqual(Math.min(maxAttempts, 4));
      }),
      { numRuns: 3_000 },
    );
  });
});
