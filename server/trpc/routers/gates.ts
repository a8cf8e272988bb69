import { z } from "zod";
import { readPhases } from "@/server/rollout/gates/read-phases";
import { tickTask } from "@/server/rollout/gates/tick-task";
import { whatIf } from "@/server/rollout/gates/what-if";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

export const gatesRouter = router({
  /** The plan's way with the gates of every step as they stand now, and its tasks. */
  phases: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(async ({ ctx, input }) => {
      const { db, config } = ctx.runtime;
      const { track, nextStep, sinceMs, heldMs, tasks, policy } = await readPhases(
        db,
        config,
        input.environment,
        new Date(),
      );
      return { track, nextStep, sinceMs, heldMs, tasks, stagingEnvironment: policy.gates.stagingEnvironment };
    }),

  whatIf: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput, shareBp: z.int().min(0).max(10_000) }))
    .query(({ ctx, input }) => whatIf(ctx.runtime.db, input.environment, input.shareBp, new Date())),

  tickTask: protectedProcedure("operate")
    .input(
      z.strictObject({
        environment: environmentInput,
        task: z.string().max(60),
        note: z.string().max(2_000),
        done: z.boolean(),
      }),
    )
    .mutation(({ ctx, input }) => tickTask(ctx.runtime.rollout, operatorOf(ctx), input)),
});
