import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { protectedProcedure, router } from "../init";

export const environmentsRouter = router({
  list: protectedProcedure("read").query(({ ctx }) => {
    const { environments, defaultEnvironment } = ctx.runtime.config;
    return environments.map((name) => ({
      name,
      isDefault: name === defaultEnvironment,
      isSandbox: name === SANDBOX_ENVIRONMENT,
    }));
  }),
});
