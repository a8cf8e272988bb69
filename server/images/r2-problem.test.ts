import { expect, it } from "vitest";
import { unansweredProblem } from "./r2-problem";

it.each([
  ["a time-out", new DOMException("The operation was aborted due to timeout", "TimeoutError"), "no answer"],
  ["a broken connection", Object.assign(new Error("socket hang up"), { code: "ECONNRESET" }), "ECONNRESET"],
  ["what is no error", "odd", "no answer"],
])("names %s in words, never by a number", (_what, error, words) => {
  expect(unansweredProblem(error)).toMatchObject({
    fault: "unavailable",
    message: `the bucket's address does not answer (${words})`,
  });
});
