import { z } from "zod";
import { controlUsage } from "@/db/queries/control-usage";
import { rolloutHistory } from "@/db/queries/rollout-history";
import { laterReason, measuredShare, variableStatus } from "@/db/queries/rollout-status";
import { firingWarnings } from "@/db/queries/warnings";
import { hasScope } from "@/server/auth/access";
import { CONTROL, PHASES, PROVIDER_IDS } from "@/server/domain/vocabulary";
import { addReason } from "@/server/rollout/add-reason";
import { changeShare } from "@/server/rollout/change-share";
import { redGates } from "@/server/rollout/gates/red-gates";
import { listInFlight } from "@/server/rollout/in-flight";
import { listIncidents } from "@/server/rollout/incidents";
import { readReadiness } from "@/server/rollout/readiness";
import { resume } from "@/server/rollout/resume";
import { currentRevision } from "@/server/rollout/revision";
import { rollBack } from "@/server/rollout/roll-back";
import { undoRollback } from "@/server/rollout/undo-rollback";
import { protectedProcedure, router } from "../init";
import { environmentInput, revisionInput, windowInput } from "../inputs";
import { operatorOf } from "../operator-of";

const reason = z.string().max(2_000);

export const rolloutRouter = router({
  /**
   * Who serves, since when, by whom; whether the way back is open; what the variable says; what is in flight. Asked
   * every two seconds by every open page, so it must stay cheap however much traffic there is.
   */
  status: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(async ({ ctx, input: { environment } }) => {
      const { db, config } = ctx.runtime;
      const revision = await currentRevision(db, environment);
      const [readiness, variable, inFlight, incidents, reason, warnings] = await Promise.all([
        readReadiness(db, environment),
        variableStatus(db),
        revision.candidateShareBp === 0 ? listInFlight(db, environment) : [],
        listIncidents(db, { environment, openOnly: true, limit: 5 }),
        laterReason(db, revision.id),
        firingWarnings(db, environment),
      ]);
      const { salt: _salt, ...shown } = revision;
      return {
        revision: { ...shown, reason: reason ?? shown.reason },
        nowMs: Date.now(),
        readiness,
        control: CONTROL,
        missing: Object.fromEntries(PROVIDER_IDS.map((id) => [id, config.missingVariables(environment, id)])),
        variable,
        /** Of the endpoint and of storage: what does harm or will. */
        warnings,
        inFlight: inFlight.length,
        openIncidents: incidents.map(({ id, title, revision, openedAtMs }) => ({ id, title, revision, openedAtMs })),
        mayOperate: hasScope(ctx.principal, "operate"),
      };
    }),

  /** The share that was really served under a revision, beside the configured one. */
  measured: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput, revision: revisionInput }))
    .query(({ ctx, input }) => measuredShare(ctx.runtime.db, input.environment, input.revision)),

  history: protectedProcedure("read")
    .input(
      z.strictObject({
        environment: environmentInput,
        beforeNumber: revisionInput.nullable().default(null),
        limit: z.int().min(1).max(100).default(30),
      }),
    )
    .query(({ ctx, input }) => rolloutHistory(ctx.runtime.db, input.environment, input)),

  /** What still uses the control: the list that must be empty before it is removed. */
  controlUsage: protectedProcedure("read")
    .input(windowInput)
    .query(({ ctx, input }) => controlUsage(ctx.runtime.db, input)),

  rollBack: protectedProcedure("operate")
    .input(z.strictObject({ environment: environmentInput, reason: reason.nullable().default(null) }))
    .mutation(async ({ ctx, input }) => {
      const { revision, previous, incidentId } = await rollBack(ctx.runtime.rollout, operatorOf(ctx), {
        ...input,
        pressedAtMs: Date.now(),
      });
      return { revision: revision.number, previousShareBp: previous?.candidateShareBp ?? null, incidentId };
    }),

  undoRollback: protectedProcedure("operate")
    .input(z.strictObject({ environment: environmentInput, rollbackRevision: revisionInput }))
    .mutation(async ({ ctx, input }) => {
      const { number, candidateShareBp } = await undoRollback(ctx.runtime.rollout, operatorOf(ctx), input, new Date());
      return { revision: number, candidateShareBp };
    }),

  addReason: protectedProcedure("operate")
    .input(z.strictObject({ environment: environmentInput, revision: revisionInput, reason }))
    .mutation(({ ctx, input }) => addReason(ctx.runtime.rollout, operatorOf(ctx), input)),

  /** Refuses with CONFLICT: a stale page, a held rollout, a way back that does not answer, red gates without override. */
  changeShare: protectedProcedure("operate")
    .input(
      z.strictObject({
        environment: environmentInput,
        /** Basis points; the verb says in words what is wrong with it. */
        shareBp: z.number(),
        phase: z.enum(PHASES).nullable().default(null),
        reason,
        seenRevision: revisionInput,
        override: z.boolean().default(false),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const deps = { ...ctx.runtime.rollout, redGates: redGates(ctx.runtime.rollout) };
      const { number, candidateShareBp } = await changeShare(deps, operatorOf(ctx), input);
      return { revision: number, candidateShareBp };
    }),

  resume: protectedProcedure("operate")
    .input(z.strictObject({ environment: environmentInput, reason, seenRevision: revisionInput }))
    .mutation(async ({ ctx, input }) => {
      const { number } = await resume(ctx.runtime.rollout, operatorOf(ctx), input);
      return { revision: number };
    }),
});
