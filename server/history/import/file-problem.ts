import { AppError } from "@/server/errors";

/** What makes a file unfit as a whole, with its line, counted from 1. */
export function fileProblem(line: number, rule: string): AppError {
  return new AppError("UNPROCESSABLE", `line ${line}: ${rule}`, { problems: [{ field: `line ${line}:`, rule }] });
}
