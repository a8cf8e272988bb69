import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ColdStartVerdict } from "./cold-start";
import {
  baselineMicros,
  estimateMicros,
  idleShareMs,
  type PricedAttempt,
  type PriceRow,
  pickPrice,
  priceAttempt,
} from "./pricing";
import { DEFAULT_PRICES } from "./pricing-defaults";
import type { ColdClass } from "./vocabulary";

const AT = Date.UTC(2026, 10, 23);
const BOOK: PriceRow[] = DEFAULT_PRICES.map((row, index) => ({ ...row, id: `price-${index}` }));

function verdict(coldClass: ColdClass, startUpMs: number | null = null): ColdStartVerdict {
  return { class: coldClass, rule: 1, because: "", startUpMs };
}

function attempt(changes: Partial<PricedAttempt> = {}): PricedAttempt {
  return {
    provider: "comfyui",
    operation: "txt2img",
    outcome: "succeeded",
    model: "flux1-dev-fp8.safetensors",
    gpuType: "NVIDIA GeForce RTX 4090",
    timing: { delayMs: 400, executionMs: 3_200 },
    verdict: verdict("warm"),
    billedUnits: null,
    quotedUnits: null,
    imageCount: 1,
    prices: BOOK,
    atMs: AT,
    idleTimeoutMs: 5_000,
    workerIdleBeforeMs: 800,
    ...changes,
  };
}

const scenario = (changes: Partial<PricedAttempt>) =>
  priceAttempt(attempt({ provider: "scenario", model: "model_bfl-flux-1-dev", verdict: null, ...changes }));

describe("Scenario", () => {
  it("costs the billed units", () => {
    expect(scenario({ billedUnits: 10.75, quotedUnits: 99 })).toMatchObject({
      totalMicros: 96_750,
      basis: "billed_units",
      lines: [{ kind: "generation", units: 10.75, unit: "creative_unit", costMicros: 96_750 }],
    });
  });

  it("falls back on the quote, then on the list price of an image", () => {
    expect(scenario({ quotedUnits: 10.75 })).toMatchObject({ totalMicros: 96_750, basis: "quote" });
    expect(scenario({ imageCount: 2 })).toMatchObject({ totalMicros: 193_500, basis: "per_image" });
    expect(scenario({ model: "model_nobody-knows" })).toMatchObject({ totalMicros: 75_000, basis: "per_image" });
  });

  it("gives a failed job's money back, and shows a charge that was kept", () => {
    expect(scenario({ outcome: "failed", billedUnits: 0, quotedUnits: 10.75 })).toMatchObject({
      totalMicros: 0,
      lines: [{ kind: "failed", note: "refunded" }],
    });
    expect(scenario({ outcome: "failed", billedUnits: 3 })).toMatchObject({ totalMicros: 27_000 });
  });

  it("charges a job given up with its quote: it runs on and is billed", () => {
    expect(scenario({ outcome: "cancelled", quotedUnits: 10.75 })).toMatchObject({
      totalMicros: 96_750,
      lines: [{ kind: "cancelled" }],
    });
  });
});

describe("RunPod", () => {
  it("rounds the whole up to the next second and shows its parts", () => {
    // 3.2 s run and 0.8 s idle before it: 4 s.
    expect(priceAttempt(attempt())).toMatchObject({
      totalMicros: 1_240,
      basis: "gpu_seconds",
      lines: [
        { kind: "execution", units: 3.2, costMicros: 992 },
        { kind: "idle_tail", units: 0.8, costMicros: 248 },
      ],
    });
    // One millisecond more is one second more.
    const longer = priceAttempt(attempt({ timing: { delayMs: 400, executionMs: 3_201 } }));
    expect(longer.totalMicros).toBe(1_550);
  });

  it("bills the start-up when it was cold, and the idle time-out that follows it", () => {
    const cost = priceAttempt(
      attempt({ verdict: verdict("cold", 42_000), timing: { delayMs: 42_000, executionMs: 3_000 } }),
    );
    expect(cost.lines.map((entry) => [entry.kind, entry.units])).toEqual([
      ["execution", 3],
      ["start_up", 42],
      ["idle_tail", 5],
    ]);
    expect(cost.totalMicros).toBe(50 * 310);
  });

  it("does not bill a queue", () => {
    const cost = priceAttempt(attempt({ verdict: verdict("queued"), timing: { delayMs: 60_000, executionMs: 3_000 } }));
    expect(cost.lines.map((entry) => entry.kind)).toEqual(["execution"]);
  });

  it("names the lines of failed and cancelled runs so, and bills nothing that never ran", () => {
    expect(priceAttempt(attempt({ outcome: "failed" })).lines[0]?.kind).toBe("failed");
    const never = { delayMs: null, executionMs: null };
    expect(priceAttempt(attempt({ outcome: "cancelled", timing: never }))).toMatchObject({ totalMicros: 0 });
  });

  it("does not know the cost of a run without a time", () => {
    const timing = { delayMs: 400, executionMs: null };
    for (const outcome of ["succeeded", "failed", "cancelled"] as const) {
      expect(priceAttempt(attempt({ timing, outcome })).totalMicros).toBeNull();
    }
  });

  it.each([
    ["cold", 300, 5_000],
    ["throttled", 300, 5_000],
    ["queued", 300, 0],
    ["warm", 300, 300],
    ["warm", 90_000, 5_000],
    ["warm", null, 2_500],
    ["unknown", null, 2_500],
  ] as const)("idle share: %s after %s ms is %i", (coldClass, workerIdleBeforeMs, expected) => {
    expect(idleShareMs({ verdict: verdict(coldClass), idleTimeoutMs: 5_000, workerIdleBeforeMs })).toBe(expected);
  });
});

describe("a missing price is unknown, never 0", () => {
  it.each([
    { gpuType: "NVIDIA GTX 970" },
    { prices: [] },
    { provider: "scenario" as const, billedUnits: 10.75, prices: [] },
    { provider: "scenario" as const, prices: [] },
    { atMs: Date.UTC(2020, 0, 1) },
  ])("%j", (changes) => {
    expect(priceAttempt(attempt(changes))).toMatchObject({ totalMicros: null, lines: [] });
  });

  it("but nothing used costs nothing", () => {
    expect(scenario({ outcome: "failed", billedUnits: 0, prices: [] }).totalMicros).toBe(0);
  });
});

describe("the price book", () => {
  const row = (changes: Partial<PriceRow>): PriceRow => ({
    id: "a",
    provider: "scenario",
    unit: "image",
    item: "*",
    operation: null,
    price: { micros: 1, per: 1 },
    effectiveFromMs: 0,
    effectiveToMs: null,
    ...changes,
  });
  const query = { provider: "scenario", unit: "image", item: "m", operation: "txt2img", atMs: 100 } as const;

  it("prefers item over all items, operation over all operations, then the newest", () => {
    const rows = [
      row({ id: "all" }),
      row({ id: "operation", operation: "txt2img" }),
      row({ id: "item", item: "m" }),
      row({ id: "both", item: "m", operation: "txt2img" }),
      row({ id: "both-newer", item: "m", operation: "txt2img", effectiveFromMs: 50 }),
      row({ id: "future", item: "m", operation: "txt2img", effectiveFromMs: 101 }),
    ];
    const order = ["both-newer", "both", "item", "operation", "all"];
    for (let left = rows; order.length > 0; ) {
      const picked = pickPrice(left, query);
      expect(picked?.id).toBe(order.shift());
      left = left.filter((entry) => entry !== picked);
    }
  });

  it("holds from its first moment to before its last", () => {
    const dated = [row({ effectiveFromMs: 100, effectiveToMs: 200 })];
    const at = (atMs: number) => pickPrice(dated, { ...query, atMs }) !== null;
    expect([at(99), at(100), at(199), at(200)]).toEqual([false, true, true, false]);
  });

  it("never mixes providers, units or operations", () => {
    const others = [
      row({ provider: "comfyui" }),
      row({ unit: "creative_unit" }),
      row({ operation: "img2img" }),
      row({ item: "other" }),
    ];
    expect(pickPrice(others, query)).toBeNull();
  });
});

describe("baseline and reservation", () => {
  const work = { operation: "txt2img", model: "model_bfl-flux-1-dev", imageCount: 3, prices: BOOK, atMs: AT } as const;

  it("asks the control's price of that day for the same pictures", () => {
    expect(baselineMicros(work)).toBe(290_250);
    const removal = {
      ...work,
      operation: "remove_background",
      model: "model_birefnet-background-removal",
      imageCount: 1,
    } as const;
    expect(baselineMicros(removal)).toBe(18_000);
    expect(baselineMicros({ ...work, prices: [] })).toBeNull();
  });

  it("reserves a slow cold start at RunPod and the list price at Scenario", () => {
    const base = { ...work, imageCount: 1, gpuType: "NVIDIA GeForce RTX 4090", idleTimeoutMs: 5_000 };
    const cold = attempt({ verdict: verdict("cold", 110_000), timing: { delayMs: 110_000, executionMs: 10_000 } });
    expect(estimateMicros({ ...base, provider: "comfyui" })).toBe(priceAttempt(cold).totalMicros);
    expect(estimateMicros({ ...base, provider: "scenario" })).toBe(96_750);
    expect(estimateMicros({ ...base, provider: "comfyui", gpuType: "?" })).toBeNull();
  });

  it("has a price for every GPU of RunPod's table and every default model, with its source", () => {
    for (const entry of DEFAULT_PRICES) expect(entry.source).not.toBe("");
    const gpus = DEFAULT_PRICES.filter((entry) => entry.unit === "gpu_second");
    expect(gpus.map((entry) => entry.price.micros)).toEqual(
      [...gpus.map((entry) => entry.price.micros)].sort((a, b) => a - b),
    );
    expect(new Set(DEFAULT_PRICES.map((entry) => `${entry.provider}/${entry.unit}/${entry.item}`)).size).toBe(
      DEFAULT_PRICES.length,
    );
  });
});

it("the total is always the sum of the lines, whole micros, and covers the measured seconds", () => {
  const ms = fc.integer({ min: 0, max: 600_000 });
  fc.assert(
    fc.property(
      ms,
      ms,
      ms,
      fc.constantFrom<ColdClass>("warm", "cold", "queued", "throttled", "unknown"),
      (executionMs, startUpMs, idleMs, coldClass) => {
        const cost = priceAttempt(
          attempt({
            timing: { delayMs: startUpMs, executionMs },
            verdict: verdict(coldClass, coldClass === "cold" ? startUpMs : null),
            workerIdleBeforeMs: idleMs,
          }),
        );
        const sum = cost.lines.reduce((total, entry) => total + entry.costMicros, 0);
        expect(cost.totalMicros).toBe(sum);
        expect(Number.isInteger(sum)).toBe(true);
        const units = cost.lines.reduce((total, entry) => total + Math.round(entry.units * 1000), 0);
        expect(units % 1000).toBe(0);
        expect(units).toBeGreaterThanOrEqual(executionMs + (coldClass === "cold" ? startUpMs : 0));
        for (const entry of cost.lines) expect(entry.units).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});
