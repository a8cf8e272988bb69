import { z } from "zod";
import { hasScope } from "@/server/auth/access";
import { readBlind, voteBlind } from "@/server/batch/blind";
import { estimateCalls } from "@/server/batch/estimate-batch";
import { listBatches, readBatch } from "@/server/batch/read-batch";
import { startBatch } from "@/server/batch/start-batch";
import { BATCH_STEPS, steerBatch } from "@/server/batch/steer-batch";
import { BATCH_PROMPTS_MAX, type BatchImage, BLIND_ANSWERS } from "@/server/domain/batch";
import { generationParamsSchema } from "@/server/domain/generation-request";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const batchInput = z.strictObject({ batchId: z.uuid() });
const inEnvironment = z.strictObject({ environment: environmentInput });
const paramsInput = generationParamsSchema.pick({
  negativePrompt: true,
  width: true,
  height: true,
  steps: true,
  guidance: true,
  seed: true,
});

export const batchRouter = router({
  list: protectedProcedure("read")
    .input(inEnvironment)
    .query(async ({ ctx, input }) => ({
      batches: await listBatches(ctx.runtime.db, input.environment),
      mayGenerate: hasScope(ctx.principal, "generate") && hasScope(ctx.principal, "choose_provider"),
    })),

  get: protectedProcedure("read")
    .input(batchInput)
    .query(async ({ ctx, input }) => {
      const view = await readBatch(ctx.runtime.db, input.batchId);
      const sign = (image: BatchImage) => ({ ...image, url: ctx.runtime.images.signedUrl(image, Date.now()) });
      const pairs = view.pairs.map((pair) => ({
        ...pair,
        calls: pair.calls.map((call) => ({ ...call, image: call.image && sign(call.image) })),
      }));
      return { ...view, pairs };
    }),

  /** What a picture costs each provider, from what was measured lately. */
  estimate: protectedProcedure("read")
    .input(inEnvironment)
    .query(({ ctx, input }) => estimateCalls(ctx.runtime.rollout, ctx.runtime.db, input.environment)),

  start: protectedProcedure("generate")
    .input(
      inEnvironment.extend({
        name: z.string().max(200),
        // More than are allowed come through, to be refused in words that name the rule.
        prompts: z.array(z.string().max(20_000)).max(BATCH_PROMPTS_MAX * 10),
        params: paramsInput,
        capMicros: z.int(),
      }),
    )
    .mutation(({ ctx, input }) => startBatch(ctx.runtime.rollout, operatorOf(ctx), input)),

  steer: protectedProcedure("generate")
    .input(batchInput.extend({ step: z.enum(BATCH_STEPS) }))
    .mutation(({ ctx, input }) => steerBatch(ctx.runtime.rollout, operatorOf(ctx), input)),

  /** The next pair for this person, which of the two is whose left out. */
  blind: protectedProcedure("read")
    .input(batchInput)
    .query(async ({ ctx, input }) => {
      const { next, ...view } = await readBlind(ctx.runtime.db, input.batchId, ctx.principal.name);
      const sign = (image: BatchImage) => ({ ...image, url: ctx.runtime.images.signedUrl(image, Date.now()) });
      return { ...view, next: next && { ...next, left: sign(next.left), right: sign(next.right) } };
    }),

  vote: protectedProcedure("generate")
    .input(batchInput.extend({ position: z.int().min(1).max(BATCH_PROMPTS_MAX), answer: z.enum(BLIND_ANSWERS) }))
    .mutation(({ ctx, input }) => voteBlind(ctx.runtime.rollout, operatorOf(ctx), input)),
});
