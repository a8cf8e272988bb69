import { z } from "zod";
import { addAction } from "@/server/reviews/add-action";
import { finishAction } from "@/server/reviews/finish-action";
import { readReview } from "@/server/reviews/read-review";
import { readSchedule } from "@/server/reviews/read-schedule";
import { recordLook } from "@/server/reviews/record-look";
import { signReview } from "@/server/reviews/sign-review";
import { writeReview } from "@/server/reviews/write-review";
import { protectedProcedure, router } from "../init";
import { environmentInput, timeZoneInput } from "../inputs";
import { operatorOf } from "../operator-of";

const zone = { environment: environmentInput, timeZone: timeZoneInput };
const weekInput = z.strictObject({ environment: environmentInput, week: z.string().max(20) });
const text = z.string().max(10_000);

export const reviewsRouter = router({
  /** A week as people look at it: numbers, words, what is to be done, signature. */
  week: protectedProcedure("read")
    .input(weekInput.extend(zone))
    .query(({ ctx, input }) => readReview(ctx.runtime, input, Date.now())),

  /** The plan's Post-Rollout section: what is done, what is due, and whether there is cause to celebrate. */
  schedule: protectedProcedure("read")
    .input(z.strictObject(zone))
    .query(({ ctx, input }) => readSchedule(ctx.runtime, input, Date.now())),

  write: protectedProcedure("operate")
    .input(weekInput.extend({ unexpected: text, notes: text, seenAtMs: z.int().nullable() }))
    .mutation(({ ctx, input }) => writeReview(ctx.runtime.rollout, operatorOf(ctx), input)),

  sign: protectedProcedure("operate")
    .input(weekInput.extend({ ...zone, name: text, seenCostMicros: z.int().nullable() }))
    .mutation(({ ctx, input }) => signReview(ctx.runtime.rollout, operatorOf(ctx), input, Date.now())),

  look: protectedProcedure("operate")
    .input(z.strictObject(zone))
    .mutation(({ ctx, input }) => recordLook(ctx.runtime.rollout, operatorOf(ctx), input, Date.now())),

  addAction: protectedProcedure("operate")
    .input(weekInput.extend({ title: text, owner: text, dueOn: z.string().max(20) }))
    .mutation(({ ctx, input }) => addAction(ctx.runtime.rollout, operatorOf(ctx), input)),

  finishAction: protectedProcedure("operate")
    .input(z.strictObject({ id: z.uuid(), done: z.boolean() }))
    .mutation(({ ctx, input }) => finishAction(ctx.runtime.rollout, operatorOf(ctx), input)),
});
