import { z } from "zod";
import { createApiKey, createApiKeyInput } from "@/server/auth/create-api-key";
import { listApiKeys } from "@/server/auth/list-api-keys";
import { revokeApiKey } from "@/server/auth/revoke-api-key";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";

export const keysRouter = router({
  list: protectedProcedure("admin")
    .input(z.strictObject({ environment: environmentInput.nullable().default(null) }))
    .query(({ ctx, input }) => listApiKeys({ db: ctx.runtime.db, principal: ctx.principal }, input.environment)),

  /** `key` is shown this once and never again. */
  create: protectedProcedure("admin")
    .input(createApiKeyInput)
    .mutation(({ ctx, input }) =>
      createApiKey(
        {
          db: ctx.runtime.db,
          principal: ctx.principal,
          via: "console",
          requestId: ctx.requestId,
          environments: ctx.runtime.config.environments,
          nowMs: Date.now(),
        },
        input,
      ),
    ),

  revoke: protectedProcedure("admin")
    .input(z.strictObject({ id: z.string().max(64) }))
    .mutation(({ ctx, input }) =>
      revokeApiKey(
        { db: ctx.runtime.db, principal: ctx.principal, via: "console", requestId: ctx.requestId },
        input.id,
      ),
    ),
});
