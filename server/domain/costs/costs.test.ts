import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { ACCOUNTS, COST_PARTS, perAccount } from "./accounts";
import { bridgeOf } from "./bridge";
import { addFigures, type Figures, noFigures, type ProviderFigures, summarize } from "./figures";
import { compareWithPlan, savingsOf } from "./savings";

const micros = fc.integer({ min: -50_000_000, max: 5_000_000_000 });
const providerFigures: fc.Arbitrary<ProviderFigures> = fc
  .record({
    images: fc.nat(100_000),
    amounts: fc.array(micros, { minLength: ACCOUNTS.length, maxLength: ACCOUNTS.length }),
    baselineMicros: fc.nat(2_000_000_000),
  })
  .map(({ images, amounts, baselineMicros }) => {
    const accounts = perAccount((account) => amounts[ACCOUNTS.indexOf(account)] ?? 0);
    const own = { ...noFigures().comfyui, images, generations: images, accounts, baselineMicros };
    return { ...own, estimated: { ...own.estimated, idle_tail: Math.max(0, accounts.idle_tail) } };
  });
const figures: fc.Arbitrary<Figures> = fc.record({ scenario: providerFigures, comfyui: providerFigures });

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe("money that is added up", () => {
  it("comes to the same by day, by provider, by account and by part, and the bridge meets both ends", () => {
    fc.assert(
      fc.property(fc.array(figures, { minLength: 1, maxLength: 9 }), (days) => {
        const whole = summarize(addFigures(days));
        const byDay = days.map(summarize);
        expect(whole.costMicros).toBe(sum(byDay.map((day) => day.costMicros ?? Number.NaN)));
        expect(whole.baselineMicros).toBe(sum(byDay.map((day) => day.baselineMicros ?? Number.NaN)));
        expect(whole.costMicros).toBe(sum(PROVIDER_IDS.map((id) => whole.providers[id].costMicros ?? Number.NaN)));
        expect(whole.costMicros).toBe(sum(COST_PARTS.map((part) => whole.parts[part])));
        for (const id of PROVIDER_IDS)
          expect(whole.providers[id].costMicros).toBe(sum(Object.values(whole.providers[id].accounts)));

        const bridge = bridgeOf(whole) ?? [];
        expect(bridge[0]?.micros).toBe(whole.baselineMicros);
        expect(bridge.at(-2)?.afterMicros).toBe(whole.costMicros);
        expect(sum(bridge.slice(1, -1).map((step) => step.micros))).toBe(
          (whole.costMicros ?? 0) - (whole.baselineMicros ?? 0),
        );
        const savings = savingsOf(whole);
        expect(savings?.micros).toBe((whole.baselineMicros ?? 0) - (whole.costMicros ?? 0));
        expect(savings?.lowMicros).toBeLessThanOrEqual(savings?.micros ?? 0);
        expect(savings?.highMicros).toBeGreaterThanOrEqual(savings?.micros ?? 0);
      }),
    );
  });

  it("is unknown as soon as one day's is, and never half of it", () => {
    const [known, unknown] = [noFigures(), noFigures()];
    known.comfyui.accounts.execution = 5;
    unknown.comfyui.costUnknown = 1;
    const whole = summarize(addFigures([known, unknown]));
    expect(whole).toMatchObject({ costMicros: null, costMicrosLow: null, knownMicros: 5, costUnknown: 1 });
    expect([savingsOf(whole), bridgeOf(whole)]).toEqual([null, null]);
    expect(compareWithPlan(whole, savingsOf(whole))).toMatchObject({ verdict: "unknown", eaten: null });
  });
});

describe("the plan's 70 to 80 %", () => {
  const judged = (accounts: Partial<ProviderFigures["accounts"]>) => {
    const own = noFigures();
    Object.assign(own.comfyui, { images: 100, baselineMicros: 10_000_000 });
    Object.assign(own.comfyui.accounts, accounts);
    const whole = summarize(own);
    return compareWithPlan(whole, savingsOf(whole));
  };
  it.each([
    ["above", { execution: 1_999_999 }, null],
    ["inside", { execution: 2_000_000 }, null],
    ["inside", { execution: 3_000_000, synthetic: 9_000_000 }, null],
    ["below", { execution: 3_000_001 }, "compute"],
    ["below", { execution: 1_000_000, start_up: 1_500_000, standing_worker: 900_000 }, "coldStarts"],
    ["below", { execution: 1_000_000, failed: 900_000, cancelled: 900_000, start_up: 1_000_000 }, "unsuccessful"],
  ] as const)("%s with %j", (verdict, accounts, part) => {
    const plan = judged(accounts);
    expect(plan.verdict).toBe(verdict);
    expect(plan.eaten?.part ?? null).toBe(part);
  });
});
