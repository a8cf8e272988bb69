import { z } from "zod";
import { listWarnings } from "@/db/queries/warnings";
import { DIGEST_CHANNELS } from "@/server/domain/digest";
import { WARNING_EVENTS } from "@/server/domain/warning";
import { sendWarningAgain } from "@/server/warnings/send-warning-again";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

export const warningsRouter = router({
  /** What Switchyard has warned of by itself: what lasts first, then the newest, with where it was sent. */
  list: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(({ ctx, input }) => listWarnings(ctx.runtime.db, input.environment, 50)),

  sendAgain: protectedProcedure("operate")
    .input(
      z.strictObject({
        environment: environmentInput,
        warningId: z.uuid({ error: "must be a warning's id" }),
        event: z.enum(WARNING_EVENTS),
        channel: z.enum(DIGEST_CHANNELS),
      }),
    )
    .mutation(({ ctx, input }) => sendWarningAgain(ctx.runtime.rollout, operatorOf(ctx), input)),
});
