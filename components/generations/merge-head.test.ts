import { expect, it } from "vitest";
import { mergeHead } from "./merge-head";
import { makeDetail } from "./test-data";

const row = (id: string, createdAtMs: number, state: "running" | "succeeded" = "succeeded") =>
  makeDetail({ id, createdAtMs, state });

it("counts new rows instead of moving the ones that are read", () => {
  const merged = mergeHead([row("b", 20), row("a", 10)], [row("d", 40), row("c", 30), row("b", 20)]);
  expect(merged.rows.map(({ id }) => id)).toEqual(["b", "a"]);
  expect(merged.newCount).toBe(2);
});

it("shows a loaded row's newest state", () => {
  const merged = mergeHead([row("a", 10, "running")], [row("a", 10, "succeeded")]);
  expect(merged.rows[0]?.state).toBe("succeeded");
});

// Regression guard: an older row can enter the newest page when a filter begins to match it.
it("does not call an older row new", () => {
  expect(mergeHead([row("b", 20)], [row("b", 20), row("a", 10)]).newCount).toBe(0);
});

it("fills an empty view at once", () => {
  expect(mergeHead([], [row("a", 10)])).toMatchObject({ rows: [{ id: "a" }], newCount: 0 });
});
