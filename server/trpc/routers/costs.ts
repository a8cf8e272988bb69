import { z } from "zod";
import { pricedBy } from "@/server/costs/gpu-type";
import { readCosts } from "@/server/costs/read-costs";
import { readReconciliation } from "@/server/costs/read-reconciliation";
import { readWeek } from "@/server/costs/read-week";
import { sharedEndpoint } from "@/server/costs/settle-bill";
import { parseIsoWeek, weekSpan } from "@/server/domain/iso-week";
import { DAY_MS, daysOfWindow, isTimeZone } from "@/server/domain/time-zone";
import { protectedProcedure, router } from "../init";
import { environmentInput, instantMs } from "../inputs";

const WINDOW_MAX_MS = 93 * DAY_MS;

const timeZoneInput = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: "must be a time zone such as UTC or Europe/Berlin" })
  .default("UTC");

const weekInput = z.string().transform((text, context) => {
  const week = parseIsoWeek(text);
  if (!("rule" in week)) return week;
  context.addIssue({ code: "custom", message: week.rule });
  return z.NEVER;
});

const windowInput = z
  .strictObject({
    environment: environmentInput,
    fromMs: instantMs,
    /** Exclusive. */
    toMs: instantMs,
    timeZone: timeZoneInput,
  })
  .refine((window) => window.toMs > window.fromMs, { error: "must be after fromMs", path: ["toMs"] })
  .refine((window) => window.toMs - window.fromMs <= WINDOW_MAX_MS, {
    error: "must be at most 93 days after fromMs",
    path: ["toMs"],
  });

export const costsRouter = router({
  /** An ISO week, Monday to Sunday as the zone has them. */
  week: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput, week: weekInput, timeZone: timeZoneInput }))
    .query(({ ctx, input }) =>
      readWeek(ctx.runtime.db, { ...input, ...pricedBy(ctx.runtime.config, input.environment) }, Date.now()),
    ),

  /** What RunPod billed in a week beside what is explained of it, by the hour; null where there is no endpoint. */
  reconciliation: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput, week: weekInput, timeZone: timeZoneInput }))
    .query(({ ctx, input }) => {
      const shared = sharedEndpoint(ctx.runtime.endpoint, input.environment);
      if (shared === null) return null;
      const { fromMs, toMs } = weekSpan(input.week, input.timeZone);
      const query = { environment: shared.keeper, environments: shared.environments, fromMs, toMs };
      return readReconciliation(ctx.runtime.db, query);
    }),

  /** Any span of up to 93 days; its first and last day are cut to it. */
  window: protectedProcedure("read")
    .input(windowInput)
    .query(({ ctx, input }) => {
      const { environment, timeZone } = input;
      const days = daysOfWindow(input, timeZone);
      const [first, last] = [days[0]?.date, days.at(-1)?.date];
      const name = first === last ? `${first}` : `${first} to ${last}`;
      const query = { environment, timeZone, name, days, ...pricedBy(ctx.runtime.config, environment) };
      return readCosts(ctx.runtime.db, query, Date.now());
    }),
});
