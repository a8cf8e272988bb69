import { z } from "zod";
import { newestStorageCheck } from "@/db/queries/storage-checks";
import { listWarnings } from "@/db/queries/warnings";
import { changeKeepDays } from "@/server/images/change-keep-days";
import { readStorageStatus } from "@/server/images/read-storage-status";
import { recordStorageCheck } from "@/server/images/record-storage-check";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const inEnvironment = z.strictObject({ environment: environmentInput });

export const storageRouter = router({
  /** Where pictures go, what waits to be moved, what is warned of, how long they are kept, and the newest check. Asks no store. */
  status: protectedProcedure("read")
    .input(inEnvironment)
    .query(async ({ ctx, input }) => {
      const { db, config, images } = ctx.runtime;
      const [status, lastCheck, roomProblem, warnings] = await Promise.all([
        readStorageStatus({ db, config }),
        newestStorageCheck(db, input.environment),
        images.roomProblem(),
        listWarnings(db, input.environment, 50),
      ]);
      const { keep, ...rest } = status;
      const keepDays = keep.find(({ environment }) => environment === input.environment)?.days ?? null;
      const r2Problem = images.spool?.r2Problem()?.message ?? null;
      const lasting = warnings.filter(({ about, resolvedAtMs }) => about === "storage" && resolvedAtMs === null);
      return { ...rest, keepDays, lastCheck, roomProblem, r2Problem, warnings: lasting };
    }),

  /** Puts, gets and deletes a small picture in every store, now. */
  check: protectedProcedure("operate")
    .input(inEnvironment)
    .mutation(({ ctx, input }) => {
      const { rollout, config, secret } = ctx.runtime;
      return recordStorageCheck({ db: rollout.db, config, secret }, operatorOf(ctx), input.environment);
    }),

  keep: protectedProcedure("operate")
    .input(
      z.strictObject({ environment: environmentInput, days: z.number().nullable(), reason: z.string().max(1_000) }),
    )
    .mutation(({ ctx, input }) => changeKeepDays(ctx.runtime.rollout, operatorOf(ctx), input)),
});
