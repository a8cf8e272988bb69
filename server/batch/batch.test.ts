import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type BatchParams, leftProvider } from "@/server/domain/batch";
import { startSystem, TESTER, type TestSystem } from "@/server/engine/testing/start-system";
import { until } from "@/server/engine/testing/until";
import type { Operator } from "@/server/rollout/types";
import { readBlind, voteBlind } from "./blind";
import { estimateCalls } from "./estimate-batch";
import { type BatchFormat, batchPieces } from "./export-batch";
import { readBatch } from "./read-batch";
import { startBatch } from "./start-batch";
import { steerBatch } from "./steer-batch";

const ENVIRONMENT = "sandbox";
const OPERATOR: Operator = { principal: TESTER, via: "console", requestId: null };
const PARAMS: BatchParams = { negativePrompt: null, width: 512, height: 512, steps: null, guidance: null, seed: 3 };
const DOLLAR = 1_000_000;

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem({ sandbox: { clockFactor: 100, imageMode: "tiny", endpoint: { workersMin: 2 } } });
});
afterEach(() => system.sandbox.removeFaults());
afterAll(() => system.stop());

const start = (prompts: string[], capMicros = 5 * DOLLAR) =>
  startBatch(system.runtime.rollout, OPERATOR, {
    environment: ENVIRONMENT,
    name: "test",
    prompts,
    params: PARAMS,
    capMicros,
  });
const read = (id: string) => readBatch(system.runtime.rollout.db, id);
const steer = (batchId: string, step: "pause" | "resume" | "cancel") =>
  steerBatch(system.runtime.rollout, OPERATOR, { batchId, step });
async function ended(batchId: string) {
  await until("the batch has ended", async () => (await read(batchId)).endedAtMs !== null);
  return read(batchId);
}
const generationsOf = async (batchId: string) => {
  const { rows } = await system.pool.query<{ provider: string; source: string; cost: number }>(
    "select provider, source, cost_micros::float8 as cost from generations where scope = $1",
    [`batch:${batchId}`],
  );
  return rows;
};

describe("a batch", () => {
  it("makes each prompt on both providers, counts what it cost, and is written down with formulas disarmed", async () => {
    const { batchId } = await start(["a red fox", "=HYPERLINK(1)", "a <b>bold</b> stone"]);
    const view = await ended(batchId);
    expect(view).toMatchObject({ state: "done", counts: { succeeded: 6, failed: 0 } });
    const made = await generationsOf(batchId);
    expect(made.map(({ provider }) => provider).sort()).toEqual([
      ...Array(3).fill("comfyui"),
      ...Array(3).fill("scenario"),
    ]);
    expect(made.every(({ source }) => source === "batch")).toBe(true);
    expect(view.spentMicros).toBe(made.reduce((sum, { cost }) => sum + cost, 0));
    expect(view.pairs[0]?.calls.every(({ image }) => image?.width === 512)).toBe(true);
    // As everywhere that both stand side by side.
    for (const { calls } of view.pairs) expect(calls.map(({ provider }) => provider)).toEqual(["scenario", "comfyui"]);
    const file = async (format: BatchFormat) => {
      let text = "";
      for await (const piece of batchPieces(view, format, async () => Buffer.from("x"))) text += piece;
      return text;
    };
    expect(JSON.parse(await file("json"))).toEqual(view);
    expect(await file("csv")).toContain("2,'=HYPERLINK(1),comfyui,succeeded,");
    const html = await file("html");
    expect(html).toContain("3. a &lt;b&gt;bold&lt;/b&gt; stone");
    expect(html.match(/src="data:/g)).toHaveLength(6);
  });

  it("stops before the call that could go over the cap, and says what it did and did not do", async () => {
    const estimates = await estimateCalls(system.runtime.rollout, system.runtime.rollout.db, ENVIRONMENT);
    const pair = estimates.reduce((sum, { reserveMicros }) => sum + reserveMicros, 0);
    const capMicros = Math.round(pair * 2.2);
    const { batchId } = await start(
      Array.from({ length: 12 }, (_, at) => `stone ${at}`),
      capMicros,
    );
    const view = await ended(batchId);
    expect(view.state).toBe("capped");
    expect(view.spentMicros).toBeLessThanOrEqual(capMicros);
    expect(view.counts.succeeded).toBeGreaterThanOrEqual(2);
    expect(view.counts.succeeded + view.counts.left_out).toBe(24);
    expect(view.words).toMatch(/^Stopped before the call .* of 24 pictures made for \$.*, \d+ not asked for$/);
    expect(await generationsOf(batchId)).toHaveLength(view.counts.succeeded);
  });

  it("asks for nothing while it is paused, goes on when told, and a cancel stops what is under way", async () => {
    system.sandbox.addFault({ fault: "never_finishes", promptIncludes: "forever" });
    const { batchId } = await start(["a tree", ...Array.from({ length: 9 }, (_, at) => `forever ${at}`)]);
    await until("some are under way", async () => (await read(batchId)).counts.running > 0);
    await steer(batchId, "pause");
    expect(await read(batchId)).toMatchObject({ state: "paused" });
    const asked = (await generationsOf(batchId)).length;
    expect(asked).toBeLessThan(20);
    await steer(batchId, "resume");
    await until("the tree is made", async () => (await read(batchId)).counts.succeeded >= 2);
    await steer(batchId, "cancel");
    const view = await ended(batchId);
    expect(view.state).toBe("cancelled");
    expect(view.counts.cancelled).toBeGreaterThan(0);
    await expect(steer(batchId, "resume")).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("asks once for a picture whose process died between setting money aside and asking", async () => {
    const { batchId } = await start(["a lost stone"]);
    await ended(batchId);
    await system.pool.query(
      "update batch_calls set state = 'running', generation_id = null, reserved_micros = 1 where batch_id = $1",
      [batchId],
    );
    await system.pool.query("update batches set ended_at = null, outcome = null where id = $1", [batchId]);
    expect(await ended(batchId)).toMatchObject({ state: "done", counts: { succeeded: 2 } });
    expect(await generationsOf(batchId)).toHaveLength(2);
  });

  it.each([
    ["no line", [], "prompts", /at least one line/],
    ["too many lines", Array.from({ length: 201 }, () => "x"), "prompts", /at most 200 lines, not 201/],
    ["a line of bytes", ["x", "a\0fox"], "prompts", /line 2 must be valid Unicode without NUL/],
    [
      "a line over a provider's limit",
      ["x", "y".repeat(2_049)],
      "prompts",
      /line 2 .*2048.*Scenario|line 2 .*Scenario.*2048/,
    ],
  ])("refuses %s, naming the rule", async (_what, prompts, field, rule) => {
    await expect(start(prompts)).rejects.toMatchObject({
      code: "BAD_REQUEST",
      problems: [{ field, rule: expect.stringMatching(rule) }],
    });
    await expect(start(["a stone"], 0)).rejects.toMatchObject({ problems: [{ field: "cap" }] });
  });
});

describe("the blind comparison", () => {
  it("keeps which provider stood where to itself, and counts each voter's first word", async () => {
    const { db } = system.runtime.rollout;
    const { batchId } = await start(["one", "two", "three", "four"]);
    const { pairs } = await ended(batchId);
    const choices: string[] = [];
    for (let at = 0; at < 4; at++) {
      const { next } = await readBlind(db, batchId, TESTER.name);
      if (!next) throw new Error("a pair is missing");
      expect(Object.keys(next.left).sort()).toEqual([
        "expiredAtMs",
        "height",
        "mimeType",
        "sha256",
        "sizeBytes",
        "width",
      ]);
      const vote = { batchId, position: next.position, answer: at === 3 ? ("none" as const) : ("left" as const) };
      await voteBlind({ db }, OPERATOR, vote);
      await voteBlind({ db }, OPERATOR, { ...vote, answer: "right" });
      const left = pairs[at]?.calls.find(({ image }) => image?.sha256 === next.left.sha256);
      if (at < 3) choices.push(left?.provider ?? "");
    }
    const wins = choices.filter((provider) => provider === "comfyui").length;
    const { next, voted, total, result } = await readBlind(db, batchId, TESTER.name);
    expect({ next, voted, total }).toEqual({ next: null, voted: 4, total: 4 });
    expect(result).toMatchObject({ votes: 4, voters: 1, candidateWins: wins, controlWins: 3 - wins, noDifference: 1 });
    expect(result.atLeastAsGood).toBe((wins + 1) / 4);
    expect((await readBlind(db, batchId, "another")).voted).toBe(0);
    await expect(voteBlind({ db }, OPERATOR, { batchId, position: 9, answer: "left" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });
});

it("shuffles left and right evenly, and the same at every look", () => {
  const sides = Array.from({ length: 400 }, (_, at) => leftProvider("a batch", at, "a voter"));
  expect(sides).toEqual(Array.from({ length: 400 }, (_, at) => leftProvider("a batch", at, "a voter")));
  const share = sides.filter((provider) => provider === "scenario").length / 400;
  expect(Math.abs(share - 0.5)).toBeLessThan(0.1);
});
