import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { costLines } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import type { CostKind, ProviderId } from "@/server/domain/vocabulary";
import { addGenerations, addRevision, type GenerationRows } from "@/server/rollout/gates/testing/rows";
import { readWeek } from "./read-week";

const environment = "production";
/** Monday of 2026-W47 at noon, UTC. */
const MONDAY = Date.UTC(2026, 10, 16, 12);
const DAY = 86_400_000;
const AFTER = MONDAY + 10 * DAY;

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await addRevision(connection.db, environment, { shareBp: 5_000, at: new Date(MONDAY - DAY) });
});
beforeEach(async () => {
  await connection.db.execute(sql`truncate generations, attempts, generation_requests, images, cost_lines`);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

/** Settled generations whose last attempt has these lines. */
async function settled(
  dayOffset: number,
  lines: Partial<Record<CostKind, number>>,
  rows: Partial<GenerationRows> = {},
) {
  const at = new Date(MONDAY + dayOffset * DAY);
  const costMicros = Object.values(lines).reduce((sum, micros) => sum + micros, 0);
  await addGenerations(connection.db, environment, {
    count: 10,
    at,
    baselineMicros: 75_000,
    costMicros,
    ...rows,
  });
  await connection.db.execute(
    sql`update generations set image_count = 1 where state = 'succeeded' and created_at >= ${at}`,
  );
  for (const [kind, micros] of Object.entries(lines))
    await connection.db.execute(sql`insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, at)
      select g.id, a.id, g.environment, a.provider, ${kind}, ${micros}, ${new Date(AFTER)}
      from generations g join attempts a on a.generation_id = g.id and a.number = g.attempt_count
      where g.created_at >= ${at} and g.created_at < ${new Date(at.getTime() + 3_600_000)}`);
}

async function ownLine(provider: ProviderId, kind: CostKind, costMicros: number, at: number) {
  await connection.db.insert(costLines).values({ environment, provider, kind, costMicros, at: new Date(at) });
}

const week = (number = 47, timeZone = "UTC") =>
  readWeek(
    connection.db,
    {
      environment,
      timeZone,
      week: { year: 2026, week: number },
      gpuType: "NVIDIA L4",
      storagePlace: "disk",
      billedWith: environment,
    },
    AFTER,
  );

describe("the money of a week", () => {
  it("is in every total the same, to the micro", async () => {
    await settled(0, { generation: 75_001 }, { provider: "scenario" });
    await settled(1, { execution: 2_003, start_up: 13_007, idle_tail: 1_550 }, { coldClass: "cold" });
    await settled(2, { failed: 991 }, { state: "failed" });
    await settled(3, { generation: 75_000 }, { provider: "scenario", rescuedFrom: "comfyui" });
    await settled(4, { execution: 5_000 }, { source: "playground" });
    await ownLine("comfyui", "standing_worker", 30_000_017, MONDAY + 5 * DAY);
    await ownLine("comfyui", "unexplained", -1_234, MONDAY + 6 * DAY);
    // In the week after it.
    await ownLine("comfyui", "standing_worker", 999, MONDAY + 7 * DAY);

    const { summary, days, bridge, savings } = await week();
    const paid = 10 * (75_001 + 16_560 + 991 + 75_000 + 5_000) + 30_000_017 - 1_234;
    expect(summary.costMicros).toBe(paid);
    expect(summary.images).toBe(30);
    // What Scenario made costs the same with Scenario alone: its bill, ten micros above its price here, saves nothing.
    const alone = 10 * (75_001 + 75_000 + 75_000);
    expect(summary.baselineMicros).toBe(alone);
    expect(sum(days.map((day) => day.summary.knownMicros))).toBe(paid);
    expect(sum(Object.values(summary.parts))).toBe(paid);
    for (const provider of Object.values(summary.providers))
      expect(sum(Object.values(provider.accounts))).toBe(provider.costMicros);
    expect(summary.parts).toMatchObject({
      coldStarts: 130_070,
      unsuccessful: 9_910,
      fallback: 750_000,
      trials: 50_000,
      standing: 30_000_017,
      unexplained: -1_234,
    });
    expect(summary.providers.comfyui).toMatchObject({ images: 10, coldStarts: 10 });
    expect(savings?.micros).toBe(alone - paid);
    // Trials are paid, but migrated nothing.
    expect(savings?.migratedMicros).toBe(10 * 75_000 - ((summary.providers.comfyui.costMicros ?? 0) - 50_000));
    const steps = bridge?.slice(1, -1) ?? [];
    expect(sum(steps.map((step) => step.micros))).toBe(paid - alone);
    expect(bridge?.at(-1)).toMatchObject({ key: "actual", micros: paid, afterMicros: paid });
    expect(steps.at(-1)?.afterMicros).toBe(paid);
  });

  // Scenario bills several pictures of one job less than their prices: nothing was migrated, so nothing is saved.
  it("saves nothing while Scenario serves all, whatever it bills beside its price", async () => {
    await settled(0, { generation: 60_000 }, { provider: "scenario" });
    const { savings, summary, bridge, sentence, planSentence } = await week();
    expect(savings).toMatchObject({ micros: 0, lowMicros: 0, highMicros: 0, migrated: null });
    expect(summary.baselineMicros).toBe(600_000);
    expect(bridge?.slice(1, -1).every(({ micros }) => micros === 0)).toBe(true);
    expect(sentence).toBe("Week 47: 10 images cost $0.60; no image was migrated, so Scenario alone costs the same.");
    expect(planSentence).toContain("No image was migrated");
  });

  it("has nothing of imported history in it", async () => {
    await settled(1, { execution: 2_003 });
    const before = await week();
    await settled(2, { generation: 75_000 }, { provider: "scenario", source: "import" });
    await settled(3, {}, { source: "import", costMicros: undefined, baselineMicros: undefined });
    expect(await week()).toEqual(before);
  });

  it("says what it comes to, and which line eats the plan's savings", async () => {
    await settled(0, { execution: 1_240 });
    await ownLine("comfyui", "standing_worker", 700_000, MONDAY);
    const { sentence, planSentence, plan } = await week();
    expect(sentence).toBe("Week 47: 10 images cost $0.71; Scenario alone would have cost $0.75. Savings $0.04 (5%).");
    expect(plan).toMatchObject({ verdict: "below", eaten: { part: "standing", micros: 700_000 } });
    expect(planSentence).toContain("below the plan's 70–80%: beside compute, most goes to standing workers: $0.70");
  });

  it("says so plainly when it cost more, and gives an interval where idle time is an estimate", async () => {
    await settled(0, { execution: 70_000, idle_tail: 10_000 });
    const { sentence, savings } = await week();
    expect(savings).toMatchObject({ micros: -50_000, lowMicros: -150_000, highMicros: 50_000 });
    expect(sentence).toContain("Cost $0.05 more than Scenario alone (6.7%), between −$0.15 and $0.05");
  });

  it("does not know what a missing price hides, and names the price and its days", async () => {
    await settled(0, { execution: 1_000 });
    await settled(1, {}, { costMicros: undefined, baselineMicros: undefined });
    await connection.db.execute(sql`update attempts set execution_ms = 3000`);
    const { summary, savings, bridge, missing, sentence, days } = await week();
    expect(summary).toMatchObject({ costMicros: null, baselineMicros: null, knownMicros: 10_000 });
    expect([savings, bridge]).toEqual([null, null]);
    expect(days[0]?.summary.costMicros).toBe(10_000);
    expect(missing).toEqual([
      {
        of: "cost",
        what: "price of a second of NVIDIA L4",
        fromDate: "2026-11-17",
        toDate: "2026-11-17",
        generations: 10,
      },
      {
        of: "baseline",
        what: "price of a Scenario image for txt2img",
        fromDate: "2026-11-17",
        toDate: "2026-11-17",
        generations: 10,
      },
    ]);
    expect(sentence).toBe(
      "Week 47: 20 images of unknown cost: no price of a second of NVIDIA L4 on 2026-11-17 (10 generations). At least $0.01 is known.",
    );
  });

  it("begins on the zone's own Monday", async () => {
    const at = Date.UTC(2026, 10, 16, 3); // still Sunday in Los Angeles
    await ownLine("comfyui", "storage", 7, at);
    expect((await week(47)).summary.costMicros).toBe(7);
    expect((await week(47, "America/Los_Angeles")).summary.costMicros).toBe(0);
    const before = await week(46, "America/Los_Angeles");
    expect(before.days.map((day) => day.summary.costMicros)).toEqual([0, 0, 0, 0, 0, 0, 7]);
    expect(before).toMatchObject({ week: "2026-W46", isRunning: false });
  });
});

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
