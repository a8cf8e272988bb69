import { z } from "zod";
import { incidentTimeline } from "@/db/queries/incident-timeline";
import { rolloutHistory } from "@/db/queries/rollout-history";
import { IN_FLIGHT_CHOICES } from "@/server/domain/vocabulary";
import { chooseInFlight, listInFlight } from "@/server/rollout/in-flight";
import { getIncident, listIncidents, resolveIncident, writeRootCause } from "@/server/rollout/incidents";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const incidentId = z.uuid();

export const incidentsRouter = router({
  list: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput, openOnly: z.boolean().default(false) }))
    .query(({ ctx, input }) => listIncidents(ctx.runtime.db, { ...input, limit: 50 })),

  /** With the rollback that opened it, what happened since, and the jobs that are still at the candidate. */
  get: protectedProcedure("read")
    .input(z.strictObject({ incidentId }))
    .query(async ({ ctx, input }) => {
      const { db } = ctx.runtime;
      const incident = await getIncident(db, input.incidentId);
      const { environment, revision } = incident;
      const [inFlight, timeline, [rollback, previous]] = await Promise.all([
        listInFlight(db, environment),
        incidentTimeline(db, incident),
        rolloutHistory(db, environment, { beforeNumber: revision + 1, limit: 2 }),
      ]);
      return {
        ...incident,
        inFlight,
        timeline,
        rollback: rollback ?? null,
        previousShareBp: previous?.candidateShareBp ?? null,
      };
    }),

  chooseInFlight: protectedProcedure("operate")
    .input(z.strictObject({ incidentId, choice: z.enum(IN_FLIGHT_CHOICES) }))
    .mutation(({ ctx, input }) => chooseInFlight(ctx.runtime.rollout, operatorOf(ctx), input)),

  writeRootCause: protectedProcedure("operate")
    .input(z.strictObject({ incidentId, rootCause: z.string().max(2_000) }))
    .mutation(({ ctx, input }) => writeRootCause(ctx.runtime.rollout, operatorOf(ctx), input, new Date())),

  resolve: protectedProcedure("operate")
    .input(z.strictObject({ incidentId, reason: z.string().max(2_000).nullable().default(null) }))
    .mutation(({ ctx, input }) => resolveIncident(ctx.runtime.rollout, operatorOf(ctx), input, new Date())),
});
