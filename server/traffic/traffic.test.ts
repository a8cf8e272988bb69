import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "@/db/project-root";
import { limitProblems, operationProblems } from "@/server/domain/generation-request";
import { submissionSchema } from "@/server/domain/submission";
import { TRAFFIC_PROFILES } from "@/server/domain/traffic";
import { AppError } from "@/server/errors";
import { followPlan } from "./follow-plan";
import { arrivals, orderOf, type TrafficPlan } from "./plan";
import { TRACE_PROFILE } from "./trace-profile";

const plan: TrafficPlan = { profile: "steady", ratePerMinute: 600, durationMs: 600_000, clock: null, seed: 7 };
const TRACE = join(projectRoot(), "../shared/data/gentd26-requests-november.csv");

describe("sample traffic", () => {
  it.each(TRAFFIC_PROFILES)("of the profile %s keeps its rate, and is the same for the same seed", (profile) => {
    const times = [...arrivals({ ...plan, profile })];
    // 6,000 are expected; a Poisson count lies within five standard deviations of that.
    expect(Math.abs(times.length - 6_000)).toBeLessThan(5 * Math.sqrt(6_000));
    expect(times.map(({ index }) => index)).toEqual(times.map((_, at) => at));
    expect(times.every(({ atMs }, at) => atMs >= (times[at - 1]?.atMs ?? 0) && atMs < 600_000)).toBe(true);
    expect([...arrivals({ ...plan, profile })]).toEqual(times);
    expect([...arrivals({ ...plan, profile, seed: 8 })]).not.toEqual(times);
  });

  it("rushes in the middle, and follows a real day's hours at the clock's speed", () => {
    const within = (profile: TrafficPlan["profile"], clock: number | null, from: number, to: number) =>
      [...arrivals({ ...plan, profile, clock })].filter(({ atMs }) => atMs >= from * 1_000 && atMs < to * 1_000).length;
    expect(within("rush", null, 240, 360) / within("rush", null, 0, 120)).toBeGreaterThan(5);
    // Ten minutes are a day that begins at 16 h: 11 h to 14 h, when the trace is silent, come 475 s to 550 s later.
    expect(within("trace", null, 480, 540)).toBeLessThan(5);
    expect(within("trace", null, 125, 200)).toBeGreaterThan(1_000);
    // At 60 times, ten minutes are the ten hours from 16 h on.
    expect(within("trace", 60, 0, 60) / within("trace", 60, 120, 180)).toBeCloseTo(339 / 1551, 1);
  });

  it.each(TRAFFIC_PROFILES)("of the profile %s asks for nothing that a provider refuses", (profile) => {
    const orders = Array.from({ length: 2_000 }, (_, index) => orderOf({ profile, seed: 3 }, index));
    for (const { picture, ...order } of orders) {
      const submission = submissionSchema.parse(order);
      expect([
        ...operationProblems(submission, picture !== null),
        ...limitProblems(submission, "scenario"),
        ...limitProblems(submission, "comfyui"),
      ]).toEqual([]);
    }
    const share = (operation: string) => orders.filter((order) => order.operation === operation).length / 2_000;
    expect(share("txt2img")).toBeCloseTo(profile === "trace" ? 13066 / 14279 : 0.8, 1);
    expect(share("remove_background") > 0).toBe(profile !== "trace");
    expect(new Set(orders.map(({ prompt }) => prompt)).size).toBeGreaterThan(1_000);
    const byUser = new Map<string, number>();
    for (const { stickyKey } of orders) byUser.set(stickyKey, (byUser.get(stickyKey) ?? 0) + 1);
    const busiest = [...byUser.values()].sort((left, right) => right - left).slice(0, 20);
    expect(busiest.reduce((sum, n) => sum + n) / 2_000).toBeGreaterThan(0.45);
  });

  it.runIf(existsSync(TRACE))("has the numbers of the trace that it names", () => {
    const [header = "", ...lines] = readFileSync(TRACE, "utf8").trimEnd().split("\n");
    const rows = lines.map((line) =>
      Object.fromEntries(line.split(",").map((cell, at) => [header.split(",")[at], cell])),
    );
    const hours = Array.from({ length: 24 }, () => 0);
    const images = [0, 0, 0, 0];
    const groups = new Map<string, number>();
    const operations = { txt2img: 0, img2img: 0, remove_background: 0 };
    for (const { gmt_create = "", predict_type, num_images_per_prompt, groupId = "" } of rows) {
      hours[Number(gmt_create.slice(11, 13))] = (hours[Number(gmt_create.slice(11, 13))] ?? 0) + 1;
      operations[predict_type === "TXT_2_IMG" ? "txt2img" : "img2img"] += 1;
      const at = Math.min(4, Number(num_images_per_prompt)) - 1;
      if (num_images_per_prompt) images[at] = (images[at] ?? 0) + 1;
      groups.set(groupId, (groups.get(groupId) ?? 0) + 1);
    }
    const counts = [...groups.values()].sort((left, right) => right - left);
    const userTenths = Array.from({ length: 10 }, (_, tenth) =>
      counts.slice((tenth * counts.length) / 10, ((tenth + 1) * counts.length) / 10).reduce((sum, n) => sum + n),
    );
    expect({ hours, operations, images, userTenths }).toEqual(TRACE_PROFILE);
  });
});

describe("following the plan", () => {
  /** Time passes only in waits. */
  function clock() {
    let now = 1_000;
    return {
      nowMs: () => now,
      waitMs: async (ms: number) => {
        now += ms;
        await Promise.resolve();
      },
    };
  }

  it("sends each request at its time and counts what was refused", async () => {
    const time = clock();
    const seen: { index: number; atMs: number }[] = [];
    const count = await followPlan(
      plan,
      async (_order, index) => {
        seen.push({ index, atMs: Math.floor(time.nowMs() - 1_000) });
        if (index === 3) throw new AppError("OVERLOADED", "too many wait");
      },
      { signal: new AbortController().signal, ...time },
    );
    const expected = [...arrivals(plan)];
    expect(seen).toEqual(expected);
    expect(count).toEqual({ sent: expected.length - 1, refused: 1, lastRefusal: "too many wait" });
  });

  it.each([
    ["FORBIDDEN", 1],
    ["UNAVAILABLE", 20],
  ] as const)("gives up when all that comes will be refused: %s", async (code, tries) => {
    let sent = 0;
    const send = async () => {
      sent += 1;
      throw new AppError(code, "no");
    };
    const running = followPlan(plan, send, { signal: new AbortController().signal, ...clock() });
    await expect(running).rejects.toMatchObject({ code });
    expect(sent).toBeGreaterThanOrEqual(tries);
    expect(sent).toBeLessThan(tries + 10);
  });

  it("ends at once when it is told to", async () => {
    const stopping = new AbortController();
    const send = async (_order: unknown, index: number) => {
      if (index === 9) stopping.abort();
    };
    const count = await followPlan(plan, send, { signal: stopping.signal, ...clock() });
    expect(count.sent).toBeLessThanOrEqual(12);
  });
});
