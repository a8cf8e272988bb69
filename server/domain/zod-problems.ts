import type { z } from "zod";
import type { FieldRule } from "./generation-request";

/** The rules that an input broke, by field path; `body` stands for the whole. */
export function zodProblems(error: z.ZodError): FieldRule[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({ field: [...path, key.slice(0, 100)].join("."), rule: "is not a known field" }));
    return [{ field: path.join(".") || "body", rule: ruleOf(issue) }];
  });
}

/** What zod says where a schema has no words of its own. */
const ZODS_OWN = /^(Invalid|Too) /;
const KINDS: Record<string, string> = {
  object: "an object",
  record: "an object",
  array: "a list",
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  null: "null",
};

function ruleOf(issue: z.core.$ZodIssue): string {
  const { message } = issue;
  if (!ZODS_OWN.test(message)) return message;
  if (message.endsWith("received undefined")) return "is required";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.length > 1 ? "one of " : ""}${issue.values.map(String).join(", ")}`;
    case "too_big":
      return limit(issue.origin, "at most", issue.maximum);
    case "too_small":
      return limit(issue.origin, "at least", issue.minimum);
    case "invalid_format":
      return `must be ${issue.format === "uuid" ? "an id" : `of the form ${issue.format}`}`;
    default:
      return message;
  }
}

function limit(origin: string, word: "at most" | "at least", ends: number | bigint): string {
  if (origin === "string") return `must have ${word} ${ends} characters`;
  if (origin === "array") return `must have ${word} ${ends} entries`;
  return `must be ${word} ${ends}`;
}
