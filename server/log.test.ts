import { DrizzleQueryError } from "drizzle-orm";
import { expect, it } from "vitest";
import { describeError } from "./cli/describe-error";
import { createLog } from "./log";

const SECRET = "a-token-that-nobody-may-read";
const failed = new DrizzleQueryError(
  'select "id" from "session" where "token" = $1',
  [SECRET],
  new Error("connection refused"),
);

it("a failed statement is logged with its text and the database's words, never with its parameters", () => {
  const lines: string[] = [];
  createLog({ level: "debug", write: (line) => lines.push(line) }).error("failed", { error: failed });
  expect(lines.join("")).not.toContain(SECRET);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({
    error: {
      message: "the database refuses: connection refused",
      query: 'select "id" from "session" where "token" = $1',
      cause: { message: "connection refused" },
    },
  });
});

it("nor is it told on a terminal", () => {
  expect(describeError(failed)).toBe("the database refuses: connection refused");
  expect(describeError(new DrizzleQueryError("select $1", [SECRET]))).toBe("a statement failed");
});

it("masks what is named like a credential", () => {
  const lines: string[] = [];
  createLog({ level: "info", write: (line) => lines.push(line) }).info("x", {
    apiKey: SECRET,
    deep: { token: SECRET },
  });
  expect(lines.join("")).not.toContain(SECRET);
});
