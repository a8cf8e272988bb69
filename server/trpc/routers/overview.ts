import { z } from "zod";
import { overview } from "@/db/queries/overview";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";

export const overviewRouter = router({
  get: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(({ ctx, input }) => overview(ctx.runtime.db, input.environment)),
});
