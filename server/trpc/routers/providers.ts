import { z } from "zod";
import { generationParamsSchema, PROVIDER_LIMITS } from "@/server/domain/generation-request";
import { pickPrice } from "@/server/domain/pricing";
import { CANDIDATE, OPERATIONS, PROVIDER_IDS, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { readPrices } from "@/server/prices/price-book";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";

export const providersRouter = router({
  /** What a run would meet before it is asked for: who cannot serve it, and what would be left out of it. */
  preview: protectedProcedure("read")
    .input(generationParamsSchema.extend({ environment: environmentInput }))
    .query(({ ctx, input: { environment, ...params } }) => {
      if (!ctx.runtime.config.environments.includes(environment))
        throw new AppError("NOT_FOUND", `no environment is named ${environment}`);
      return PROVIDER_IDS.map((id) => {
        const provider = ctx.runtime.provider(environment, id);
        return {
          provider: id,
          unavailable: provider?.unavailable(params.operation) ?? null,
          leavesOut: provider?.leavesOut(params) ?? [],
        };
      });
    }),

  /** What the meter runs at: a second of ComfyUI's worker, and a picture of Scenario's. Null: no price is known. */
  rates: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput, operation: z.enum(OPERATIONS) }))
    .query(async ({ ctx, input: { environment, operation } }) => {
      const { config } = ctx.runtime;
      if (!config.environments.includes(environment))
        throw new AppError("NOT_FOUND", `no environment is named ${environment}`);
      const [prices, atMs] = [await readPrices(ctx.runtime.db), Date.now()];
      const { gpuType } = config.providerSettings(environment).comfyui;
      const model = ctx.runtime.provider(environment, "scenario")?.modelFor(operation) ?? "";
      const second = pickPrice(prices, { provider: "comfyui", unit: "gpu_second", item: gpuType, operation, atMs });
      const image = pickPrice(prices, { provider: "scenario", unit: "image", item: model, operation, atMs });
      return {
        microsPerSecond: second && second.price.micros / second.price.per,
        microsPerImage: image && image.price.micros / image.price.per,
        /** Seconds of the provider's in one of ours: a rehearsal's clock runs faster, and its meter with it. */
        clockFactor: config.clockFactor(environment),
      };
    }),

  /** What each provider can do in an environment, and what it lacks. Asks nobody: it is the configuration's view. */
  status: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(({ ctx, input }) => {
      const { config } = ctx.runtime;
      if (!config.environments.includes(input.environment))
        throw new AppError("NOT_FOUND", `no environment is named ${input.environment}`);
      return PROVIDER_IDS.map((id) => {
        const missing = config.missingVariables(input.environment, id);
        const provider = ctx.runtime.provider(input.environment, id);
        return {
          provider: id,
          name: PROVIDER_NAMES[id],
          part: id === CANDIDATE ? ("candidate" as const) : ("control" as const),
          configured: missing.length === 0,
          /** Names of variables; never their values. */
          missingVariables: missing,
          operations: OPERATIONS.map((operation) => ({
            operation,
            /** Null: it can. */
            unavailable: provider
              ? provider.unavailable(operation)
              : `${PROVIDER_NAMES[id]} is not configured: set ${missing.join(" and ")}`,
            model: provider?.modelFor(operation) ?? null,
          })),
          limits: PROVIDER_LIMITS[id],
          deadlineMs: config.deadlineMs[id],
        };
      });
    }),
});
