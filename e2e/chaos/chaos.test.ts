import { describe, expect, it } from "vitest";
import { runChaos } from "./run-chaos";
import type { ChaosSettings } from "./settings";

// Whole runs with real processes, small enough for every test run; `npm run chaos` is the large one. Times are not
// judged here: the machine runs other tests meanwhile.
const SMALL: Partial<ChaosSettings> = {
  clients: 8,
  takeoverLimitMs: null,
  acceptLimitMs: null,
  databaseShare: 0,
  pauseShare: 0,
};
const WITHIN_MS = 400_000;

const promisesOf = (report: Awaited<ReturnType<typeof runChaos>>) =>
  new Set(report.broken.map(({ promise }) => promise));

describe("a small chaos run", () => {
  it(
    "keeps every promise while servers, a stopped worker and PostgreSQL are killed",
    async () => {
      const lines: string[] = [];
      const report = await runChaos({
        ...SMALL,
        seed: 11,
        kills: 8,
        databaseShare: 0.13,
        pauseShare: 0.2,
        say: (line) => lines.push(line),
      });
      expect(
        { broken: report.broken, crashes: report.kills.crashes, refusals: report.refusals },
        lines.join("\n"),
      ).toEqual({
        broken: [],
        crashes: [],
        refusals: [],
      });
      expect(report.kills.total).toBeGreaterThanOrEqual(8);
      expect(report.kills.database).toBe(1);
      expect(report.states.succeeded).toBeGreaterThan(0);
      expect(report.pictures).toBe(report.states.succeeded);
    },
    WITHIN_MS,
  );
});

describe("the checker's teeth", () => {
  // What is still open when it looks is of no interest here.
  const PLANTED: Partial<ChaosSettings> = { ...SMALL, faultsFile: null, drainMs: 3_000 };

  it(
    "finds jobs without a record when the intent is written after the call",
    async () => {
      const report = await runChaos({
        ...PLANTED,
        seed: 12,
        instances: 1,
        kills: 1,
        points: ["submit.sent"],
        plantedBug: "intent_after_send",
      });
      expect(promisesOf(report)).toContain("P4");
    },
    WITHIN_MS,
  );

  it(
    "finds second ends when the fence is gone and a stopped worker comes back",
    async () => {
      const report = await runChaos({
        ...PLANTED,
        seed: 13,
        kills: 1,
        points: ["settle.before"],
        pauseShare: 1,
        plantedBug: "no_fence",
      });
      const second = report.broken.find(({ promise, what }) => promise === "P2" && what.includes("terminal events:"));
      expect(second).toBeDefined();
    },
    WITHIN_MS,
  );

  it(
    "finds that the index over terminal events is gone",
    async () => {
      const report = await runChaos({
        ...PLANTED,
        seed: 14,
        instances: 1,
        kills: 1,
        points: ["accept.committed"],
        plantedBug: "no_terminal_index",
      });
      expect(report.broken).toContainEqual({
        promise: "P2",
        subject: "database",
        what: "has no unique index over terminal events: nothing would stop a second end",
      });
    },
    WITHIN_MS,
  );
});
