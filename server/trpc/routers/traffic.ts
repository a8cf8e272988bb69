import { z } from "zod";
import { readTraffic, startTraffic, startTrafficInput, stopTraffic } from "@/server/traffic/traffic-runs";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const ofEnvironment = z.strictObject({ environment: environmentInput });

/** Sample traffic of the sandbox. */
export const trafficRouter = router({
  status: protectedProcedure("read")
    .input(ofEnvironment)
    .query(({ ctx, input }) => readTraffic(ctx.runtime.db, input.environment)),
  start: protectedProcedure("operate")
    .input(startTrafficInput)
    .mutation(({ ctx, input }) => startTraffic(ctx.runtime.rollout, operatorOf(ctx), input)),
  stop: protectedProcedure("operate")
    .input(ofEnvironment)
    .mutation(({ ctx, input }) => stopTraffic(ctx.runtime.rollout, operatorOf(ctx), input.environment)),
});
