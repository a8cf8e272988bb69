import fc from "fast-check";
import { expect, it } from "vitest";
import { type DecisionReceipt, decide } from "@/server/domain/decision";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { explain } from "./explain";

const provider = fc.constantFrom(...PROVIDER_IDS);
const reason = fc.constantFrom(
  "not configured",
  "no background removal",
  "out_of_memory",
  "its endpoint takes no jobs",
);
/** Every fact that a decision is made of, on a first choice as well as on a fallback. */
const decided = fc
  .record({
    revision: fc.record({
      number: fc.integer({ min: 1, max: 1_000_000 }),
      candidateShareBp: fc.oneof(
        fc.constantFrom(0, 1, 1_000, 5_000, 9_999, 10_000),
        fc.integer({ min: 0, max: 10_000 }),
      ),
      salt: fc.string({ maxLength: 24 }),
    }),
    stickyKey: fc.string({ unit: "binary", maxLength: 40 }),
    forced: fc.option(provider, { nil: null, freq: 4 }),
    unavailable: fc.record({
      scenario: fc.option(reason, { nil: null, freq: 1 }),
      comfyui: fc.option(reason, { nil: null, freq: 1 }),
    }),
    tried: fc.uniqueArray(fc.record({ provider, reason }), { selector: (entry) => entry.provider, maxLength: 2 }),
  })
  // As it is stored and read back.
  .map((input) => JSON.parse(JSON.stringify(decide(input))) as ReturnType<typeof decide>);

const ENOUGH = { numRuns: 100_000, endOnFailure: true };

it("agrees with every honest receipt, and with none whose provider or bucket was changed", () => {
  const rules = new Map<string, number>();
  fc.assert(
    fc.property(decided, (receipt) => {
      rules.set(receipt.rule, (rules.get(receipt.rule) ?? 0) + 1);
      const other = receipt.provider === "scenario" ? ("comfyui" as const) : ("scenario" as const);
      const bucket = receipt.bucket === null ? 0 : (receipt.bucket + 1) % 10_000;
      return (
        explain("acceptance", receipt).agrees &&
        !explain("acceptance", { ...receipt, provider: other }).agrees &&
        !explain("acceptance", { ...receipt, bucket }).agrees
      );
    }),
    ENOUGH,
  );
  // A generator that never falls back would prove nothing of fallbacks.
  expect([...rules.keys()].sort()).toEqual(["bucket", "fallback", "forced", "not_available"]);
  for (const count of rules.values()) expect(count).toBeGreaterThan(1_000);
}, 180_000);

it("of what was made elsewhere has nothing to decide again", () => {
  const receipt: DecisionReceipt = {
    version: 1,
    rule: "reported",
    revision: 3,
    candidateShareBp: 0,
    salt: "",
    stickyKey: "user-7",
    bucket: null,
    forced: null,
    passedOver: [],
    provider: "comfyui",
  };
  expect(explain("acceptance", receipt)).toMatchObject({ bucket: null, replayed: "comfyui", agrees: true });
});
