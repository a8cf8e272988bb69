import { overview } from "@/db/queries/overview";
import { protectedProcedure, router } from "../init";
import { windowInput } from "../inputs";

export const overviewRouter = router({
  get: protectedProcedure("read")
    .input(windowInput)
    .query(({ ctx, input }) => overview(ctx.runtime.db, input)),
});
