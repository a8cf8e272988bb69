import { z } from "zod";
import { FAILURE_MODES, type FailureMode } from "@/server/domain/failure-modes";
import { providerWordSchema, stickyKeySchema } from "@/server/domain/submission";
import { textProblem } from "@/server/domain/text-problems";
import { COLD_CLASSES, type ColdClass, OPERATIONS, type Operation, type ProviderId } from "@/server/domain/vocabulary";
import { zodProblems } from "@/server/domain/zod-problems";

const DAY_MS = 86_400_000;
/** Longer than any provider lets a job live; a caller that sends microseconds is caught. */
const LATENCY_MAX_MS = DAY_MS;
const FUTURE_MAX_MS = 5 * 60_000;
/** A time in seconds, taken as milliseconds, falls into January 1970. */
const EARLIEST_MS = Date.UTC(2010, 0, 1);
const IMAGES_MAX = 1_000;
const COST_MAX_MICROS = 1_000_000_000_000;

const duration = z
  .int({ error: "must be a whole number of milliseconds" })
  .min(0, { error: "must not be negative" })
  .max(LATENCY_MAX_MS, { error: `must be at most ${LATENCY_MAX_MS} (a day): is it in milliseconds?` });

const TIME_RULE = "must be a time such as 2026-11-25T21:30:00Z, or milliseconds since 1970";
const time = z
  .union([z.int(), z.iso.datetime({ offset: true, error: TIME_RULE })], { error: TIME_RULE })
  .transform((value) => (typeof value === "number" ? value : Date.parse(value)));

const isStorable = (value: string) => textProblem(value) === null;
const text = (max: number) =>
  z
    .string({ error: "must be a text" })
    .max(max, { error: `must have at most ${max} characters` })
    .refine(isStorable, { error: "must be valid Unicode without NUL" });
const name = (max: number) => text(max).min(1, { error: "must not be empty" });
const side = z
  .int({ error: "must be a whole number of pixels" })
  .min(1, { error: "must be at least 1" })
  .max(65_535, { error: "must be at most 65535" });
const unknownUnlessGiven = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().default(null);

/** One generation that was made elsewhere. What is absent or null is unknown; nothing is ever taken for 0. */
export const historyRowSchema = z.strictObject({
  /** The caller's own; the same one is never stored twice. */
  id: name(200),
  provider: providerWordSchema,
  operation: z.enum(OPERATIONS, { error: `must be one of ${OPERATIONS.join(", ")}` }),
  state: z.enum(["succeeded", "failed", "cancelled"], { error: "must be one of succeeded, failed, cancelled" }),
  createdAt: time,
  /** From the request to the pictures, as its caller felt it; instead of it `finishedAt`. */
  latencyMs: unknownUnlessGiven(duration),
  finishedAt: unknownUnlessGiven(time),
  /** The provider's own parts: waiting for a worker, and the run. */
  delayMs: unknownUnlessGiven(duration),
  executionMs: unknownUnlessGiven(duration),
  coldClass: unknownUnlessGiven(z.enum(COLD_CLASSES, { error: `must be one of ${COLD_CLASSES.join(", ")}` })),
  failureMode: unknownUnlessGiven(z.enum(FAILURE_MODES, { error: `must be one of ${FAILURE_MODES.join(", ")}` })),
  failureMessage: unknownUnlessGiven(text(2_000)),
  /** Pictures that were delivered. */
  images: unknownUnlessGiven(
    z
      .int({ error: "must be a whole number" })
      .min(0, { error: "must not be negative" })
      .max(IMAGES_MAX, { error: `must be at most ${IMAGES_MAX}` }),
  ),
  width: unknownUnlessGiven(side),
  height: unknownUnlessGiven(side),
  steps: unknownUnlessGiven(z.int({ error: "must be a whole number" }).min(1).max(10_000)),
  model: unknownUnlessGiven(name(200)),
  prompt: unknownUnlessGiven(text(10_000)),
  costMicros: unknownUnlessGiven(
    z
      .int({ error: "must be a whole number of micro-dollars (millionths of a US dollar)" })
      .min(0, { error: "must not be negative" })
      .max(COST_MAX_MICROS, { error: `must be at most ${COST_MAX_MICROS}` }),
  ),
  /** What keeps one user or project on one provider. */
  stickyKey: unknownUnlessGiven(stickyKeySchema.refine(isStorable, { error: "must be valid Unicode without NUL" })),
});

/** A row that obeys every rule, with its times as numbers. */
export interface HistoryRow {
  id: string;
  provider: ProviderId;
  operation: Operation;
  state: "succeeded" | "failed" | "cancelled" | "censored";
  createdAtMs: number;
  /** When it is known to have ended; else as near as the row allows. */
  finishedAtMs: number;
  latencyMs: number | null;
  delayMs: number | null;
  executionMs: number | null;
  coldClass: ColdClass | null;
  failureMode: FailureMode | null;
  failureMessage: string | null;
  images: number | null;
  width: number | null;
  height: number | null;
  steps: number | null;
  model: string | null;
  prompt: string | null;
  costMicros: number | null;
  stickyKey: string | null;
}

export interface RowProblem {
  field: string;
  rule: string;
}

/** Imported files may also hold rows that were cut off before their end. */
const importedRowSchema = historyRowSchema.extend({
  state: z.enum(["succeeded", "failed", "cancelled", "censored"], {
    error: "must be one of succeeded, failed, cancelled, censored",
  }),
});

export type HistoryField = keyof z.input<typeof importedRowSchema>;
export const HISTORY_FIELDS = importedRowSchema.keyof().options;

/** The row, or every rule that it breaks. */
export function checkReportedRow(value: unknown, nowMs: number): HistoryRow | RowProblem[] {
  return check(historyRowSchema, value, nowMs);
}

export function checkImportedRow(value: unknown, nowMs: number): HistoryRow | RowProblem[] {
  return check(importedRowSchema, value, nowMs);
}

type RowSchema = typeof historyRowSchema | typeof importedRowSchema;
type Parsed = z.output<typeof importedRowSchema>;

function check(schema: RowSchema, value: unknown, nowMs: number): HistoryRow | RowProblem[] {
  const parsed = schema.safeParse(value);
  if (parsed.success) {
    const problems = contradictions(parsed.data, nowMs);
    return problems.length > 0 ? problems : toRow(parsed.data);
  }
  const problems = problemsOf(parsed.error);
  // All at once: what is wrong between the fields that are well formed does not wait for the others.
  return [...problems, ...contradictions(wellFormed(schema, value), nowMs)];
}

/** The fields that can be read by themselves. */
function wellFormed(schema: RowSchema, value: unknown): Partial<Parsed> {
  if (typeof value !== "object" || value === null) return {};
  const given = new Map(Object.entries(value));
  const fields = Object.entries(schema.shape).flatMap(([name, field]) => {
    const parsed = field.safeParse(given.get(name));
    return parsed.success ? [[name, parsed.data]] : [];
  });
  return Object.fromEntries(fields);
}

/** Rules that no field breaks by itself. Undefined: nothing is known of it, so it contradicts nothing. */
function contradictions(row: Partial<Parsed>, nowMs: number): RowProblem[] {
  const problems: RowProblem[] = [];
  const refuse = (field: string, rule: string) => problems.push({ field, rule });
  const { createdAt = null, finishedAt = null, latencyMs = null, state } = row;
  if (createdAt !== null) {
    if (createdAt < EARLIEST_MS) refuse("createdAt", "must not be before 2010: is it in milliseconds?");
    if (createdAt > nowMs + FUTURE_MAX_MS) refuse("createdAt", "must not be more than 5 minutes in the future");
  }
  if (finishedAt !== null) {
    if (latencyMs !== null) refuse("finishedAt", "excludes latencyMs: give one of them");
    else if (createdAt !== null && finishedAt < createdAt) refuse("finishedAt", "must not be before createdAt");
    else if (createdAt !== null && finishedAt - createdAt > LATENCY_MAX_MS)
      refuse("finishedAt", "must be within a day of createdAt");
    if (finishedAt > nowMs + FUTURE_MAX_MS) refuse("finishedAt", "must not be more than 5 minutes in the future");
  }
  if (state === "succeeded" && row.images === 0) refuse("images", "must be at least 1 where the state is succeeded");
  if (state !== undefined && state !== "failed") {
    if ((row.failureMode ?? null) !== null) refuse("failureMode", "is only for the state failed");
    if ((row.failureMessage ?? null) !== null) refuse("failureMessage", "is only for the state failed");
  }
  if (row.width !== undefined && row.height !== undefined && (row.width === null) !== (row.height === null))
    refuse(row.width === null ? "width" : "height", "must be given when the other side is");
  return problems;
}

function toRow(row: Parsed): HistoryRow {
  const { createdAt, finishedAt, ...rest } = row;
  const isCensored = row.state === "censored";
  const latencyMs = isCensored ? null : finishedAt === null ? row.latencyMs : finishedAt - createdAt;
  const atLeastMs = (row.delayMs ?? 0) + (row.executionMs ?? 0);
  return {
    ...rest,
    latencyMs,
    createdAtMs: createdAt,
    finishedAtMs: createdAt + (isCensored ? 0 : (latencyMs ?? atLeastMs)),
    coldClass: isCensored ? null : (row.coldClass ?? "unknown"),
    failureMode: row.state === "failed" ? (row.failureMode ?? "unknown") : null,
    // Only what succeeded has delivered anything.
    images: row.state === "succeeded" ? row.images : 0,
  };
}

function problemsOf(error: z.ZodError): RowProblem[] {
  return zodProblems(error).map(({ field, rule }) => ({ field: field === "body" ? "row" : field, rule }));
}
