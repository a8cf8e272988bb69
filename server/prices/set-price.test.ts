import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { pricesWithUsage } from "@/db/queries/price-usage";
import { auditEntries, prices, reviews } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { pickPrice } from "@/server/domain/pricing";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";
import { importPrices } from "./import-prices";
import { readPrices } from "./price-book";
import { seedPrices } from "./seed-prices";
import { type SetPriceInput, setPrice } from "./set-price";

const DECEMBER = Date.UTC(2026, 11, 1);
const MODEL = "model_bfl-flux-1-dev";
const operator = { principal: localPrincipal("ada"), via: "cli" as const, requestId: null };
const input: SetPriceInput = {
  provider: "scenario",
  unit: "image",
  item: MODEL,
  operation: null,
  price: { micros: 60_000, per: 1 },
  effectiveFromMs: DECEMBER,
  source: "contract of November",
};

const l4 = { provider: "comfyui", unit: "gpu_second", item: "NVIDIA L4", price: { micros: 100, per: 1 } } as const;

let database: TestDatabase;
let connection: Connection;
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  await seedPrices(connection.db);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

const set = (changes: Partial<SetPriceInput> = {}) => setPrice(connection, operator, { ...input, ...changes });
const problems = (rule: RegExp, field: string) => ({
  code: "BAD_REQUEST",
  problems: [{ field, rule: expect.stringMatching(rule) }],
});

async function priceAt(atMs: number): Promise<number | undefined> {
  const query = { provider: "scenario", unit: "image", item: MODEL, operation: "txt2img", atMs } as const;
  return pickPrice(await readPrices(connection.db), query)?.price.micros;
}

describe("the price book", () => {
  it("takes a price from a day on and leaves every earlier moment as it was", async () => {
    const before = await priceAt(DECEMBER - 1);
    const { id, endedId } = await set();
    expect([await priceAt(DECEMBER - 1), await priceAt(DECEMBER)]).toEqual([before, 60_000]);
    const book = await pricesWithUsage(connection.db, 0);
    expect(book.find((row) => row.id === endedId)).toMatchObject({ effectiveToMs: DECEMBER });
    expect(book.find((row) => row.id === id)).toMatchObject({
      effectiveToMs: null,
      costLines: 0,
      source: input.source,
    });
    const [entry] = await connection.db.select().from(auditEntries);
    expect(entry).toMatchObject({
      action: "price.set",
      actor: "ada",
      before: { price: "$0.09675 per image" },
      after: { price: "$0.06 per image" },
    });
    // One operation's own price stands beside it.
    await set({ operation: "img2img", price: { micros: 70_000, per: 1 } });
    expect(await priceAt(DECEMBER)).toBe(60_000);
  });

  it.each<[string, Partial<SetPriceInput>, RegExp, string]>([
    ["a negative price", { price: { micros: -1, per: 1 } }, /not be negative/, "price"],
    ["a fraction of a micro", { price: { micros: 0.5, per: 1 } }, /fractions of a millionth/, "price"],
    ["the same day twice", {}, /must be after 2026-12-01.*overlap/, "effectiveFrom"],
    ["a day before the last price", { effectiveFromMs: DECEMBER - 1 }, /must be after/, "effectiveFrom"],
    ["another provider's unit", { unit: "gpu_second" }, /that is what Scenario bills/, "unit"],
    ["a price out of nowhere", { source: " " }, /where it was read/, "source"],
    ["no day", { effectiveFromMs: Number.NaN }, /must be a date/, "effectiveFrom"],
  ])("refuses %s in words", async (_name, changes, rule, field) => {
    await expect(set(changes)).rejects.toMatchObject(problems(rule, field));
  });

  it("adds nothing that begins in or before a signed week, as its zone has it", async () => {
    await connection.db.insert(reviews).values({
      environment: "production",
      week: "2026-W50",
      updatedBy: "ada",
      signedAt: new Date(),
      signedBy: "ada",
      timeZone: "America/Los_Angeles",
    });
    const inside = Date.UTC(2026, 11, 14, 7, 59); // Sunday there, Monday in UTC
    const rule = /must not be before 2026-12-14T08:00:00.000Z: week 2026-W50 of production is signed/;
    await expect(set({ item: "new", effectiveFromMs: inside })).rejects.toMatchObject(problems(rule, "effectiveFrom"));
    expect(await set({ item: "new", effectiveFromMs: inside + 60_000 })).toMatchObject({ endedId: null });
  });

  it("does not let a price be changed or removed behind its back", async () => {
    const first = sql`(select id from prices order by id limit 1)`;
    for (const change of [
      sql`update prices set price_micros = 1 where id = ${first}`,
      sql`update prices set effective_to = null where effective_to is not null`,
      sql`delete from prices where id = ${first}`,
    ])
      await expect(connection.db.execute(change)).rejects.toMatchObject({
        cause: { message: expect.stringMatching(/does not change|never removed/) },
      });
  });

  it("takes RunPod's catalogue in once, hour prices exactly", async () => {
    const offer = (id: string, micros: number | null) => ({
      id,
      name: id,
      pool: null,
      memoryGb: null,
      price: micros === null ? null : { micros, per: 3_600 },
      availability: null,
    });
    const management = {
      gpus: async () => [
        offer("NVIDIA GeForce RTX 4090", 1_100_000),
        offer("NVIDIA L4", 190 * 3_600),
        offer("RTX 5090", 1_580_000),
        offer("?", null),
      ],
    } as Partial<RunpodManagement> as RunpodManagement;
    const options = {
      nowMs: Date.UTC(2027, 0, 1),
      isDryRun: false,
      keepsEntered: false,
      signal: AbortSignal.timeout(60_000),
    };
    const run = (isDryRun: boolean) =>
      importPrices({ db: connection.db, management }, operator, { ...options, isDryRun });
    const expected = [
      { gpuType: "NVIDIA GeForce RTX 4090", before: { micros: 310, per: 1 }, after: { micros: 1_100_000, per: 3_600 } },
      { gpuType: "RTX 5090", before: null, after: { micros: 1_580_000, per: 3_600 } },
    ];
    expect(await run(true)).toEqual(expected);
    expect(await run(false)).toEqual(expected);
    expect(await run(false)).toEqual([]);
    expect(await connection.db.$count(prices, sql`per = 3600`)).toBe(2);

    // A contract's price is in no catalogue: what follows RunPod's prices by itself leaves it alone.
    const later = { ...options, nowMs: options.nowMs + 1 };
    await set({ ...l4, effectiveFromMs: later.nowMs });
    const follow = (keepsEntered: boolean) =>
      importPrices({ db: connection.db, management }, operator, { ...later, isDryRun: true, keepsEntered });
    expect(await follow(true)).toEqual([]);
    expect(await follow(false)).toMatchObject([{ gpuType: "NVIDIA L4", before: { micros: 100, per: 1 } }]);
  });
});
