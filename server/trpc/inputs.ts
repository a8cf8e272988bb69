import { z } from "zod";
import { FAILURE_MODES } from "@/server/domain/failure-modes";
import { INSTANT_MAX_MS, spanProblems } from "@/server/domain/time-span";
import { isTimeZone } from "@/server/domain/time-zone";
import { COLD_CLASSES, GENERATION_STATES, OPERATIONS, PROVIDER_IDS, SOURCES } from "@/server/domain/vocabulary";

export const environmentInput = z.string().max(31);
export const idInput = z.strictObject({ id: z.uuid({ error: "must be a generation's id" }) });
export const instantMs = z.int().min(0).max(INSTANT_MAX_MS);
/** What the column holds. */
export const revisionInput = z.int().positive().max(2_147_483_647);
export const timeZoneInput = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: "must be a time zone such as Europe/Berlin" });

const filterFields = z.strictObject({
  environment: environmentInput,
  states: z.array(z.enum(GENERATION_STATES)).max(20).optional(),
  providers: z.array(z.enum(PROVIDER_IDS)).max(20).optional(),
  operations: z.array(z.enum(OPERATIONS)).max(20).optional(),
  coldClasses: z.array(z.enum(COLD_CLASSES)).max(20).optional(),
  failureModes: z.array(z.enum(FAILURE_MODES)).max(20).optional(),
  sources: z.array(z.enum(SOURCES)).max(20).optional(),
  fromMs: instantMs.optional(),
  /** Exclusive. */
  toMs: instantMs.optional(),
  search: z.string().max(200, { error: "must have at most 200 characters" }).optional(),
});

function nameSpanProblems({ value, issues }: z.core.ParsePayload<{ fromMs?: number; toMs?: number }>): void {
  for (const { field, rule } of spanProblems(value, { from: "fromMs", to: "toMs" }))
    issues.push({ code: "custom", input: value, path: [field], message: rule });
}

/** The filters of the generations table; absent or empty ones leave everything in. */
export const generationFilterInput = filterFields.check(nameSpanProblems);
/** The same over time: it must start somewhere. */
export const generationChartInput = filterFields.required({ fromMs: true }).check(nameSpanProblems);

const WINDOW_MAX_MS = 93 * 24 * 3_600_000;

export const windowInput = z
  .strictObject({
    environment: environmentInput,
    fromMs: instantMs,
    /** Exclusive. */
    toMs: instantMs,
    /** Also count what people and tools tried out (playground, checklist, batch). */
    includeTests: z.boolean().default(false),
  })
  .refine((window) => window.toMs > window.fromMs, { error: "must be after fromMs", path: ["toMs"] })
  .refine((window) => window.toMs - window.fromMs <= WINDOW_MAX_MS, {
    error: "must be at most 93 days after fromMs",
    path: ["toMs"],
  });
