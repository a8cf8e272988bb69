import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DecideInput, decide, type PassedOver, replay } from "./decision";
import { bucketOf } from "./split";
import { PROVIDER_IDS } from "./vocabulary";

const AVAILABLE = { scenario: null, comfyui: null };
const revision = (candidateShareBp: number) => ({ number: 7, candidateShareBp, salt: "salt" });

function input(changes: Partial<DecideInput> = {}): DecideInput {
  return { revision: revision(5_000), stickyKey: "user-1", forced: null, unavailable: AVAILABLE, ...changes };
}

const arbitrary: fc.Arbitrary<DecideInput> = fc.record({
  revision: fc.record({ number: fc.nat(), candidateShareBp: fc.integer({ min: 0, max: 10_000 }), salt: fc.string() }),
  stickyKey: fc.string(),
  forced: fc.option(fc.constantFrom(...PROVIDER_IDS), { nil: null }),
  unavailable: fc.record({
    scenario: fc.option(fc.string({ minLength: 1 }), { nil: null }),
    comfyui: fc.option(fc.string({ minLength: 1 }), { nil: null }),
  }),
  tried: fc.uniqueArray(
    fc.record({ provider: fc.constantFrom(...PROVIDER_IDS), reason: fc.string({ minLength: 1 }) }),
    { selector: (entry: PassedOver) => entry.provider },
  ),
});

describe("decide", () => {
  it("sends everything to the control at 0 and everything to the candidate at 10,000", () => {
    fc.assert(
      fc.property(fc.string(), (stickyKey) => {
        expect(decide(input({ revision: revision(0), stickyKey })).provider).toBe("scenario");
        expect(decide(input({ revision: revision(10_000), stickyKey })).provider).toBe("comfyui");
      }),
    );
  });

  it("follows the bucket and writes it on the receipt", () => {
    const bucket = bucketOf("salt", "user-1");
    expect(decide(input({ revision: revision(bucket + 1) }))).toMatchObject({
      provider: "comfyui",
      bucket,
      rule: "bucket",
    });
    expect(decide(input({ revision: revision(bucket) }))).toMatchObject({
      provider: "scenario",
      bucket,
      rule: "bucket",
    });
  });

  it("never replaces a forced provider, not even one that cannot serve", () => {
    const unavailable = { scenario: null, comfyui: "no such workflow" };
    expect(decide(input({ forced: "comfyui", unavailable }))).toMatchObject({
      provider: "comfyui",
      rule: "forced",
      bucket: null,
    });
  });

  it("passes over a provider that cannot serve, with the reason", () => {
    const unavailable = { scenario: null, comfyui: "no background removal" };
    expect(decide(input({ revision: revision(10_000), unavailable }))).toMatchObject({
      provider: "scenario",
      rule: "fallback",
      passedOver: [{ provider: "comfyui", reason: "no background removal" }],
    });
  });

  it("falls back from what was tried", () => {
    const tried = [{ provider: "comfyui" as const, reason: "out_of_memory" }];
    expect(decide(input({ revision: revision(10_000), tried }))).toMatchObject({
      provider: "scenario",
      rule: "fallback",
      passedOver: tried,
    });
  });

  it("says so when neither can serve, and keeps the first choice", () => {
    const unavailable = { scenario: "not configured", comfyui: "not configured" };
    expect(decide(input({ revision: revision(10_000), unavailable }))).toMatchObject({
      provider: "comfyui",
      rule: "not_available",
    });
    const tried = [{ provider: "scenario" as const, reason: "timeout" }];
    expect(decide(input({ revision: revision(10_000), unavailable, tried }))).toMatchObject({ rule: "not_available" });
  });

  it("is the same decision when the receipt is replayed", () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const receipt = decide(given);
        expect(replay(JSON.parse(JSON.stringify(receipt)))).toBe(receipt.provider);
      }),
      { numRuns: 2_000 },
    );
  });

  it("sends a key to the candidate only within the share, and only where it can serve and was not tried", () => {
    fc.assert(
      fc.property(arbitrary, (given) => {
        const receipt = decide(given);
        if (given.forced) {
          expect(receipt.provider).toBe(given.forced);
          return;
        }
        const isWithinShare = bucketOf(given.revision.salt, given.stickyKey) < given.revision.candidateShareBp;
        // Falling back goes to the control, never from it: traffic reaches the candidate by the share alone.
        if (!isWithinShare) {
          expect(receipt.provider).toBe("scenario");
          return;
        }
        const wasTried = (given.tried ?? []).some((entry) => entry.provider === "comfyui");
        const canServe = given.unavailable.comfyui === null && !wasTried;
        if (receipt.rule !== "not_available") expect(receipt.provider === "comfyui").toBe(canServe);
        if (receipt.rule === "fallback") expect(given.unavailable.scenario).toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });
});
