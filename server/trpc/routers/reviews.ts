import { z } from "zod";
import { listActions, readReviewRow } from "@/db/queries/reviews";
import { addAction } from "@/server/reviews/add-action";
import { checkWeek } from "@/server/reviews/check-week";
import { finishAction } from "@/server/reviews/finish-action";
import { writeReview } from "@/server/reviews/write-review";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const weekInput = z.strictObject({ environment: environmentInput, week: z.string().max(20) });
const text = z.string().max(10_000);

export const reviewsRouter = router({
  /** What people have written to a week: texts, actions, signature. */
  written: protectedProcedure("read")
    .input(weekInput)
    .query(async ({ ctx, input }) => {
      const { db } = ctx.runtime;
      const { name } = checkWeek(input.week);
      const row = await readReviewRow(db, input.environment, name);
      const signed = row?.signed ? { atMs: row.signed.atMs, by: row.signed.by } : null;
      return { week: name, row: row && { ...row, signed }, actions: await listActions(db, input.environment, name) };
    }),

  write: protectedProcedure("operate")
    .input(weekInput.extend({ unexpected: text, notes: text, seenAtMs: z.int().nullable() }))
    .mutation(({ ctx, input }) => writeReview(ctx.runtime.rollout, operatorOf(ctx), input)),

  addAction: protectedProcedure("operate")
    .input(weekInput.extend({ title: text, owner: text, dueOn: z.string().max(20) }))
    .mutation(({ ctx, input }) => addAction(ctx.runtime.rollout, operatorOf(ctx), input)),

  finishAction: protectedProcedure("operate")
    .input(z.strictObject({ id: z.uuid(), done: z.boolean() }))
    .mutation(({ ctx, input }) => finishAction(ctx.runtime.rollout, operatorOf(ctx), input)),
});
