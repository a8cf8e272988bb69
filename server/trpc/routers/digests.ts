import { z } from "zod";
import { listDeliveries, readDigestPlan } from "@/db/queries/digests";
import { changeDigest, sendDigestAgain } from "@/server/digests/change-digest";
import { createChannels } from "@/server/digests/channels";
import { composeDigest } from "@/server/digests/compose-digest";
import { postDigest } from "@/server/digests/post-digest";
import { sendTest } from "@/server/digests/send-test";
import { DIGEST_CHANNELS, digestPlanInput } from "@/server/domain/digest";
import { protectedProcedure, router } from "../init";
import { environmentInput, timeZoneInput } from "../inputs";
import { operatorOf } from "../operator-of";

const channel = z.enum(DIGEST_CHANNELS);
const environmentOnly = z.strictObject({ environment: environmentInput });
const weekInput = environmentOnly.extend({ week: z.string().max(20), timeZone: timeZoneInput });

export const digestsRouter = router({
  /** When it goes out and to whom, which ways are open, and what became of the newest ones. */
  settings: protectedProcedure("read")
    .input(environmentOnly)
    .query(async ({ ctx, input }) => {
      const { db, config } = ctx.runtime;
      const channels = createChannels(config);
      return {
        plan: await readDigestPlan(db, input.environment),
        missing: { email: channels.missing("email"), slack: channels.missing("slack") },
        deliveries: await listDeliveries(db, input.environment),
      };
    }),

  change: protectedProcedure("operate")
    .input(digestPlanInput.extend({ environment: environmentInput }))
    .mutation(({ ctx, input }) =>
      changeDigest({ ...ctx.runtime.rollout, channels: createChannels(ctx.runtime.config) }, operatorOf(ctx), input),
    ),

  test: protectedProcedure("operate")
    .input(environmentOnly.extend({ channel }))
    .mutation(({ ctx, input }) =>
      sendTest({ ...ctx.runtime.rollout, channels: createChannels(ctx.runtime.config) }, operatorOf(ctx), input),
    ),

  sendAgain: protectedProcedure("operate")
    .input(environmentOnly.extend({ week: z.string().max(20), channel }))
    .mutation(({ ctx, input }) => sendDigestAgain(ctx.runtime.rollout, operatorOf(ctx), input)),

  /** What a post to Slack would say. */
  preview: protectedProcedure("read")
    .input(weekInput)
    .query(async ({ ctx, input }) => {
      const { slack } = await composeDigest(ctx.runtime, input, Date.now());
      return { text: slack, missing: createChannels(ctx.runtime.config).missing("slack") };
    }),

  post: protectedProcedure("operate")
    .input(weekInput.extend({ seenText: z.string().max(40_000) }))
    .mutation(({ ctx, input }) =>
      postDigest(
        { ...ctx.runtime.rollout, channels: createChannels(ctx.runtime.config) },
        operatorOf(ctx),
        input,
        Date.now(),
      ),
    ),
});
