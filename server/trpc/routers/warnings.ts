import { z } from "zod";
import { listWarnings } from "@/db/queries/warnings";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";

export const warningsRouter = router({
  /** What Switchyard has warned of by itself: what lasts first, then the newest, with where it was sent. */
  list: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(({ ctx, input }) => listWarnings(ctx.runtime.db, input.environment, 50)),
});
