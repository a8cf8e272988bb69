import type { z } from "zod";
import type { FieldProblem } from "@/server/errors";

/** The rules that an input broke, by field path; `body` stands for the whole. */
export function zodProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({ field: [...path, key.slice(0, 100)].join("."), rule: "is not a known field" }));
    return [{ field: path.join(".") || "body", rule: issue.message }];
  });
}
