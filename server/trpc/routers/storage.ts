import { z } from "zod";
import { newestStorageCheck } from "@/db/queries/storage-checks";
import { changeKeepDays } from "@/server/images/change-keep-days";
import { readStorageStatus } from "@/server/images/read-storage-status";
import { recordStorageCheck } from "@/server/images/record-storage-check";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const inEnvironment = z.strictObject({ environment: environmentInput });

export const storageRouter = router({
  /** Where pictures go, what waits to be moved, how long they are kept, and the newest check. Asks no store. */
  status: protectedProcedure("read")
    .input(inEnvironment)
    .query(async ({ ctx, input }) => {
      const { db, config, images } = ctx.runtime;
      const [status, lastCheck, roomProblem] = await Promise.all([
        readStorageStatus({ db, config }),
        newestStorageCheck(db, input.environment),
        images.roomProblem(),
      ]);
      const { keep, ...rest } = status;
      const keepDays = keep.find(({ environment }) => environment === input.environment)?.days ?? null;
      return { ...rest, keepDays, lastCheck, roomProblem, r2Problem: images.spool?.r2Problem()?.message ?? null };
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
