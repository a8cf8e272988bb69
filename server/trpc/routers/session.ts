import { userCount } from "@/db/queries/users";
import { protectedProcedure, publicProcedure, router } from "../init";

export const sessionRouter = router({
  me: protectedProcedure("signed-in").query(({ ctx }) => ({
    ...ctx.session.user,
    endsAtMs: ctx.session.endsAtMs,
  })),

  /** For the sign-in page: without a user there is nobody to sign in, and the way in is the link of the start. */
  setupNeeded: publicProcedure.query(async ({ ctx }) => (await userCount(ctx.runtime.db)) === 0),
});
