import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { billingRecords, costLines } from "@/db/schema";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { parseConfig } from "@/server/config";
import { composeDigest } from "@/server/digests/compose-digest";
import { postDigest } from "@/server/digests/post-digest";
import type { DigestChannels } from "@/server/digests/types";
import { formatTotalMicros } from "@/server/domain/money";
import { addGenerations, addRevision } from "@/server/rollout/gates/testing/rows";
import type { Operator } from "@/server/rollout/types";
import { addAction } from "./add-action";
import { differencesOf } from "./frozen";
import { projectionOf, readReview, readWeekNow } from "./read-review";
import { readSchedule } from "./read-schedule";
import { recordLook } from "./record-look";
import { renderReview } from "./render-review";
import { signReview } from "./sign-review";
import { writeReview } from "./write-review";

const operator: Operator = { principal: localPrincipal("mira"), via: "cli", requestId: null };
const environment = "production";
const DAY = 86_400_000;
/** Monday of 2026-W47 at noon, UTC. */
const MONDAY = Date.UTC(2026, 10, 16, 12);
const AFTER = MONDAY + 8 * DAY;
const query = { environment, week: "2026-W47", timeZone: "UTC" };
const config = parseConfig({ PUBLIC_URL: "https://switchyard.example.com" });

let database: TestDatabase;
let connection: Connection;
let deps: { db: Connection["db"]; config: typeof config };
beforeAll(async () => {
  database = await createTestDatabase();
  connection = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  deps = { db: connection.db, config };
  await addRevision(connection.db, environment, { shareBp: 10_000, at: new Date(MONDAY - 20 * DAY) });
  await addWork(-7, "comfyui", 4_000);
  await addWork(0, "scenario", 75_001);
  await addWork(1, "comfyui", 3_333);
  await addWork(4, "comfyui", 7_019);
  await ownLine(12_345_679, MONDAY + 5 * DAY);
});
afterAll(async () => {
  await connection.close();
  await database.drop();
});

async function addWork(dayOffset: number, provider: "scenario" | "comfyui", costMicros: number, to = environment) {
  const at = new Date(MONDAY + dayOffset * DAY);
  await addGenerations(connection.db, to, { count: 7, at, provider, costMicros, baselineMicros: 75_000 });
  await connection.db.execute(sql`
    update generations set image_count = 1 where environment = ${to} and created_at >= ${at} and created_at < ${new Date(at.getTime() + 60_000)}`);
  await connection.db.execute(sql`
    insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros, at)
    select g.id, a.id, g.environment, a.provider, ${provider === "scenario" ? "generation" : "execution"}, ${costMicros}, ${at}
    from generations g join attempts a on a.generation_id = g.id
    where g.environment = ${to} and g.created_at >= ${at} and g.created_at < ${new Date(at.getTime() + 60_000)}`);
}

const ownLine = (costMicros: number, atMs: number) =>
  connection.db
    .insert(costLines)
    .values({ environment, provider: "comfyui", kind: "standing_worker", costMicros, at: new Date(atMs) });

const read = (nowMs = AFTER) => readReview(deps, query, nowMs);
const sign = (seenCostMicros: number | null, nowMs = AFTER) =>
  signReview(deps, operator, { ...query, name: "Mira N.", seenCostMicros }, nowMs);

describe("a week's review", () => {
  it("has the same totals in CSV, JSON, Markdown, mail and chat", async () => {
    const review = await read();
    const paid = 7 * (75_001 + 3_333 + 7_019) + 12_345_679;
    expect(review.costs.summary.costMicros).toBe(paid);
    expect(JSON.parse(renderReview(review, "json")).costs.summary.costMicros).toBe(paid);

    const [head = "", ...lines] = renderReview(review, "csv").trimEnd().split("\r\n");
    expect(lines).toHaveLength(14);
    const column = head.split(",").indexOf("total_usd");
    const micros = lines.map((line) => Number((line.split(",")[column] ?? "").replace(".", "")));
    expect(micros.reduce((sum, amount) => sum + amount, 0)).toBe(paid);

    const mail = await composeDigest(deps, query, AFTER);
    const shown = formatTotalMicros(paid);
    expect(renderReview(review, "md")).toContain(`| Total | $0.53 | $12.42 | ${shown} |`);
    for (const text of [mail.text, mail.html, mail.slack]) expect(text).toContain(shown);
    expect(mail.slack).toContain("<https://switchyard.example.com/costs?env=production&week=2026-W47|Open the review>");
    expect(mail.subject).toBe("Switchyard: Week 47 (2026-W47), production");
    expect(review.earlier[0]).toMatchObject({ week: "2026-W46", summary: { images: 7, costMicros: 28_000 } });
  });

  it("says in every form how much of RunPod's bill is explained, and which hours wait for theirs", async () => {
    const hourAt = new Date(MONDAY + DAY);
    const hour = { environment, provider: "comfyui" as const, account: "endpoint", hourAt, version: 1, diskMicros: 0 };
    await connection.db.insert(billingRecords).values({ ...hour, totalMicros: 30_000 });
    const review = await read();
    const explained = 7 * 3_333;
    expect(review.costs.bill).toMatchObject({
      billedMicros: 30_000,
      explainedMicros: explained,
      captureRate: explained / 30_000,
      billedHours: 1,
      openHours: 2,
    });
    expect(JSON.parse(renderReview(review, "json")).costs.bill.captureRate).toBe(explained / 30_000);
    expect(renderReview(review, "csv")).toContain(",0.030000,0.023331,0.777700,,,,\r\n");
    const words =
      "RunPod billed $0.03 in 1 hour: explained $0.02, capture rate 77.77%, not explained $0.01. 2 hours with costs wait for their bill";
    const mail = await composeDigest(deps, query, AFTER);
    for (const text of [renderReview(review, "md"), mail.text, mail.html, mail.slack]) expect(text).toContain(words);
    for (const text of [renderReview(review, "md"), mail.text, mail.html])
      for (const part of ["Start-up (cold starts)", "Idle time-out"]) expect(text).toContain(part);
  });

  it("lets nothing that people write become a heading, a table or a tag", async () => {
    await writeReview(deps, operator, {
      environment,
      week: "2026-W30",
      unexpected: "# big\n| a | b |",
      notes: "<script>alert(1)</script>",
      seenAtMs: null,
    });
    const mail = await composeDigest(deps, { ...query, week: "2026-W30" }, AFTER);
    expect(mail.text).toContain("> \\# big\n> \\| a \\| b \\|");
    expect(mail.html).not.toContain("<script>");
  });

  it("is projected from the days that are over while it runs, and cannot be signed", async () => {
    const nowMs = MONDAY + 2 * DAY;
    const { projection, costs } = await read(nowMs);
    expect(projection).toMatchObject({ daysOver: 2, costMicros: Math.round((7 * (75_001 + 3_333) * 7) / 2) });
    const nothingYet = costs.days.map((day) => ({ ...day, summary: { ...day.summary, images: 0 } }));
    expect(projectionOf({ ...costs, days: nothingYet }, nowMs).costMicros).toBeNull();
    await expect(sign(costs.summary.costMicros, nowMs)).rejects.toMatchObject({
      problems: [{ field: "week", rule: expect.stringContaining("is not over") }],
    });
  });

  it("once signed keeps its numbers; corrections show beside them", async () => {
    const before = (await read()).costs.summary.costMicros ?? 0;
    await expect(sign(before + 1)).rejects.toMatchObject({ code: "CONFLICT" });
    await sign(before);
    await expect(sign(before)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await read()).toMatchObject({ signed: { by: "Mira N." }, differences: [] });

    await ownLine(-1_000_000, MONDAY + 5 * DAY);
    const review = await readReview(deps, { ...query, timeZone: "Asia/Kathmandu" }, AFTER);
    // In the zone that it was signed in, whoever looks.
    expect(review.timeZone).toBe("UTC");
    expect(review.costs.summary.costMicros).toBe(before);
    expect(review.differences).toContainEqual({
      name: "Total",
      signedMicros: before,
      nowMicros: before - 1_000_000,
    });
    expect(review.differences.map(({ name }) => name)).toEqual(["Total", "Savings", "ComfyUI: standing workers"]);
    // Signed when the list price was every picture's baseline: that it is counted otherwise now is no correction.
    const now = await readWeekNow(deps, { environment, week: { year: 2026, week: 47 }, timeZone: "UTC" }, AFTER);
    const old = differencesOf({ version: 1, costs: review.costs }, now);
    expect(old.map(({ name }) => name)).toEqual(["Total", "ComfyUI: standing workers"]);
    const later = await readReview(deps, { ...query, week: "2026-W48" }, AFTER);
    expect(later.earlier[0]).toMatchObject({ week: "2026-W47", isSigned: true, summary: { costMicros: before } });
    expect(renderReview(review, "md")).toContain("## Corrected since it was signed");
  });

  it("carries what is to be done into the digest", async () => {
    const action = { environment, week: "2026-W47", title: "Raise the time-out", owner: "Mira", dueOn: "2026-12-01" };
    await addAction(deps, operator, action);
    const { slack } = await composeDigest(deps, query, AFTER);
    expect(slack).toContain("• Raise the time-out (Mira, due 2026-12-01)");
  });

  it("is posted as it was previewed, or not at all", async () => {
    const posted: string[] = [];
    const channels: DigestChannels = {
      missing: () => null,
      send: async (_channel, message) => {
        posted.push(message.slack);
        return { outcome: "sent", note: null };
      },
    };
    const post = (seenText: string) => postDigest({ ...deps, channels }, operator, { ...query, seenText }, AFTER);
    const { slack } = await composeDigest(deps, query, AFTER);
    await expect(post(`${slack} and more`)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(posted).toEqual([]);
    expect(await post(slack)).toEqual({ outcome: "sent", note: null });
    expect(posted).toEqual([slack]);
  });

  it("refuses zones and environments that do not exist", async () => {
    await expect(readReview(deps, { ...query, timeZone: "Mars/Olympus" }, AFTER)).rejects.toMatchObject({
      problems: [{ field: "timeZone" }],
    });
    await expect(readReview(deps, { ...query, environment: "nowhere" }, AFTER)).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });
});

it("knows what the plan wants next, and does not celebrate while the way back is open", async () => {
  const schedule = await readSchedule(deps, { environment, timeZone: "UTC" }, AFTER);
  expect(schedule.weeks).toMatchObject([
    { on: "2026-W45", state: "missed" },
    { on: "2026-W46" },
    { on: "2026-W47", state: "done", by: "Mira N." },
  ]);
  expect(schedule.next).toEqual({ what: "weekly_review", on: "2026-W45" });
  expect(schedule.celebrates).toBe(false);
  // No credentials are set here, and Scenario has rested for 8 days; but the standing worker ate the savings.
  expect(schedule.removal.map(({ key, isMet }) => [key, isMet])).toEqual([
    ["all_traffic", true],
    ["unused", true],
    ["credentials", true],
    ["savings", false],
  ]);
  await recordLook(deps, operator, { environment, timeZone: "UTC" }, MONDAY - 19 * DAY);
  await recordLook(deps, operator, { environment, timeZone: "UTC" }, MONDAY - 19 * DAY);
  const { days } = await readSchedule(deps, { environment, timeZone: "UTC" }, AFTER);
  expect(days.map(({ state }) => state)).toEqual(["missed", "done", "missed", "missed", "missed", "missed", "missed"]);
});

it("celebrates once Scenario is removed and a whole week has saved", async () => {
  const other = "staging";
  await addRevision(connection.db, other, { shareBp: 10_000, at: new Date(MONDAY - 40 * DAY) });
  const read = () => readSchedule(deps, { environment: other, timeZone: "UTC" }, AFTER);
  expect((await read()).celebrates).toBe(false);
  await addWork(2, "comfyui", 2_310, other);
  const schedule = await read();
  expect(schedule.removal.every(({ isMet }) => isMet)).toBe(true);
  expect(schedule).toMatchObject({
    celebrates: true,
    proof: { week: "2026-W47", savingsMicros: 7 * (75_000 - 2_310) },
  });
  // A few images by Scenario, and it was not removed after all.
  await addWork(7, "scenario", 75_000, other);
  await connection.db.execute(sql`
    insert into generation_requests (generation_id, params, sticky_key, receipt, caller)
    select id, '{}', 'key', '{}', 'shop' from generations where environment = ${other} and provider = 'scenario'`);
  expect((await read()).celebrates).toBe(false);
});
