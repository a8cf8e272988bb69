import { z } from "zod";
import { readAnnotations } from "@/db/queries/annotations";
import { SERIES } from "@/server/domain/metrics/measures";
import { countedByDefault, POPULATIONS, type Population } from "@/server/domain/metrics/populations";
import { COLD_CLASSES, OPERATIONS, PROVIDER_IDS, SOURCES } from "@/server/domain/vocabulary";
import { readCostByWeek } from "@/server/metrics/read-cost-by-week";
import { GROUPINGS, readGroups } from "@/server/metrics/read-groups";
import { readSeries } from "@/server/metrics/read-series";
import { readTotals } from "@/server/metrics/read-totals";
import { watchEnded } from "@/server/metrics/watch-ended";
import { protectedProcedure, router } from "../init";
import { environmentInput, instantMs } from "../inputs";

/** Which numbers: absent lists leave everything in, absent populations mean those that count where nobody says. */
const metricsInput = z.strictObject({
  environment: environmentInput,
  fromMs: instantMs,
  /** Exclusive. */
  toMs: instantMs,
  populations: z.array(z.enum(POPULATIONS)).min(1).max(POPULATIONS.length).optional(),
  sources: z.array(z.enum(SOURCES)).max(SOURCES.length).optional(),
  operations: z.array(z.enum(OPERATIONS)).max(OPERATIONS.length).optional(),
  models: z.array(z.string().max(200)).max(20).optional(),
  providers: z.array(z.enum(PROVIDER_IDS)).max(PROVIDER_IDS.length).optional(),
  /** How they started; those of which that is not told at all are in none. */
  classes: z.array(z.enum(COLD_CLASSES)).max(COLD_CLASSES.length).optional(),
  /** Which distributions are wanted, absent: all. The others come without a value. */
  series: z.array(z.enum(SERIES)).max(SERIES.length).optional(),
});

function counted<Input extends { environment: string; populations?: Population[] | undefined }>(input: Input) {
  return { ...input, populations: input.populations ?? countedByDefault(input.environment) };
}

export const metricsRouter = router({
  /** Points by bucket and provider. */
  series: protectedProcedure("read")
    .input(
      metricsInput.extend({
        bucketMs: z.int().positive().nullable().default(null),
        /** Also both providers together, a bucket at a time. */
        withAll: z.boolean().default(false),
      }),
    )
    .query(({ ctx, input }) => readSeries(ctx.runtime.db, counted(input), Date.now())),

  /** The window as a whole, beside the one before it of the same length. */
  totals: protectedProcedure("read")
    .input(metricsInput)
    .query(({ ctx, input }) => readTotals(ctx.runtime.db, counted(input), Date.now())),

  /** The window told apart by provider, class of start, source, operation or model. */
  groups: protectedProcedure("read")
    .input(metricsInput.extend({ bucketMs: z.int().positive().nullable().default(null), by: z.enum(GROUPINGS) }))
    .query(({ ctx, input }) => readGroups(ctx.runtime.db, counted(input), Date.now())),

  costByWeek: protectedProcedure("read")
    .input(
      metricsInput.pick({ environment: true, populations: true }).extend({ weeks: z.int().min(1).max(53).default(6) }),
    )
    .query(({ ctx, input }) => readCostByWeek(ctx.runtime.db, counted(input), Date.now())),

  /** Something has ended: what is shown is no longer the newest. Says nothing of what. */
  ended: protectedProcedure("read").subscription(async function* ({ ctx, signal }) {
    const ended = signal ?? new AbortController().signal;
    for await (const n of watchEnded(ctx.runtime.db, ended)) yield n;
  }),

  /** Revisions, changes of settings and incidents of the window, the oldest first; `omitted` says how many older ones are left out. */
  annotations: protectedProcedure("read")
    .input(metricsInput.pick({ environment: true, fromMs: true, toMs: true }))
    .query(({ ctx, input }) => readAnnotations(ctx.runtime.db, input)),
});
