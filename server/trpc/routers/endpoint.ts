import { z } from "zod";
import { importedTraces } from "@/db/queries/warm-requests";
import { endpointChangeInput } from "@/server/domain/endpoint/change-input";
import { endpointScheduleInput } from "@/server/domain/endpoint/schedule";
import { TARGET_DEFAULT } from "@/server/domain/keep-warm/what-if";
import { CONTROL } from "@/server/domain/vocabulary";
import { changeEndpoint } from "@/server/endpoint/change-endpoint";
import { checkZone } from "@/server/endpoint/keep-warm/check-zone";
import { readWarmWhatIf } from "@/server/endpoint/keep-warm/read-what-if";
import { readEndpointStatus } from "@/server/endpoint/read-status";
import {
  removeEndpointSchedule,
  resumeEndpointSchedule,
  setEndpointSchedule,
} from "@/server/endpoint/schedule/set-schedule";
import { requireManagement } from "@/server/endpoint/types";
import { undoEndpointChange } from "@/server/endpoint/undo-endpoint-change";
import { watchEndpoint } from "@/server/endpoint/watch-endpoint";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const reasonInput = z.string().max(1_000);
const snapshotInput = z.int().positive();
const scheduleChange = z.strictObject({ environment: environmentInput, reason: reasonInput });

export const endpointRouter = router({
  /** What is known of the endpoint, with what the guardian finds; null before the first look. Asks RunPod nothing. */
  status: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(({ ctx, input }) => {
      const { db, config, endpoint, provider } = ctx.runtime;
      requireManagement(endpoint, input.environment);
      const controlModel = provider(input.environment, CONTROL)?.modelFor("txt2img") ?? null;
      return readEndpointStatus({ db, config, controlModel }, input.environment, new Date());
    }),

  /** What other settings would have made of the last days. Asks RunPod nothing and changes nothing. */
  whatIf: protectedProcedure("read")
    .input(
      z.strictObject({
        environment: environmentInput,
        days: z.int().min(1).max(28).default(14),
        target: z
          .strictObject({
            p95Ms: z.int().min(1_000).max(600_000).nullable(),
            coldShare: z.number().min(0).max(1).nullable(),
          })
          .default(TARGET_DEFAULT),
        zone: z.string().max(60).default("UTC"),
        /** Arrivals of an import in the place of our own. */
        importId: z.uuid().nullable().default(null),
      }),
    )
    .query(({ ctx, input }) => {
      requireManagement(ctx.runtime.endpoint, input.environment);
      checkZone(input.zone);
      const { importId, ...query } = input;
      const arrivals = importId === null ? null : { importId };
      return readWarmWhatIf(ctx.runtime, { ...query, arrivals }, new Date());
    }),

  /** Imports whose arrivals the what-if can take. */
  traces: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(({ ctx, input }) => importedTraces(ctx.runtime.db, input.environment)),

  /** One look at RunPod now; the chore makes one each minute. */
  look: protectedProcedure("operate")
    .input(z.strictObject({ environment: environmentInput }))
    .mutation(async ({ ctx, input }) => {
      requireManagement(ctx.runtime.endpoint, input.environment);
      await watchEndpoint(ctx.runtime.endpoint, input.environment, new Date());
    }),

  change: protectedProcedure("operate")
    .input(
      z.strictObject({
        environment: environmentInput,
        change: endpointChangeInput,
        reason: reasonInput,
        seenSnapshot: snapshotInput,
      }),
    )
    .mutation(({ ctx, input }) => changeEndpoint(ctx.runtime.endpoint, operatorOf(ctx), input, new Date())),

  /** Hours in which workers are kept; applied within a minute, and at each hour from then on. */
  setSchedule: protectedProcedure("operate")
    .input(scheduleChange.extend({ schedule: endpointScheduleInput }))
    .mutation(({ ctx, input }) => setEndpointSchedule(ctx.runtime.endpoint, operatorOf(ctx), input)),

  removeSchedule: protectedProcedure("operate")
    .input(scheduleChange)
    .mutation(({ ctx, input }) => removeEndpointSchedule(ctx.runtime.endpoint, operatorOf(ctx), input)),

  /** Lets it go on after somebody's own change has suspended it. */
  resumeSchedule: protectedProcedure("operate")
    .input(scheduleChange)
    .mutation(({ ctx, input }) => resumeEndpointSchedule(ctx.runtime.endpoint, operatorOf(ctx), input)),

  undo: protectedProcedure("operate")
    .input(z.strictObject({ environment: environmentInput, snapshot: snapshotInput, reason: reasonInput }))
    .mutation(({ ctx, input }) => undoEndpointChange(ctx.runtime.endpoint, operatorOf(ctx), input, new Date())),
});
