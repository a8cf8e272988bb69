import { z } from "zod";
import { hasScope } from "@/server/auth/access";
import { cancelRun } from "@/server/checklist/cancel-run";
import { exportEvidence } from "@/server/checklist/export-evidence";
import { passByHand } from "@/server/checklist/pass-by-hand";
import { readChecklist } from "@/server/checklist/read-checklist";
import { startRun } from "@/server/checklist/start-run";
import { CHECKLIST_ITEMS } from "@/server/domain/checklist";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { protectedProcedure, router } from "../init";
import { environmentInput } from "../inputs";
import { operatorOf } from "../operator-of";

const itemInput = z.enum(CHECKLIST_ITEMS);

export const checklistRouter = router({
  /** What counts of each item, with its evidence; also while a run is under way. */
  get: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput }))
    .query(async ({ ctx, input }) => {
      const { db, config, images } = ctx.runtime;
      const now = new Date();
      const view = await readChecklist(db, config, input.environment, now);
      const items = view.items.map((item) => ({
        ...item,
        steps: item.steps.map((step) => ({
          ...step,
          images: (step.images ?? []).map((image) => ({ ...image, url: images.signedUrl(image, now.getTime()) })),
        })),
      }));
      return { ...view, items, mayOperate: hasScope(ctx.principal, "operate") };
    }),

  run: protectedProcedure("operate")
    .input(
      z.strictObject({
        environment: environmentInput,
        provider: z.enum(PROVIDER_IDS),
        /** Null: all six. */
        items: z.array(itemInput).max(CHECKLIST_ITEMS.length).nullable(),
      }),
    )
    .mutation(({ ctx, input }) => startRun(ctx.runtime.rollout, operatorOf(ctx), input)),

  cancel: protectedProcedure("operate")
    .input(z.strictObject({ runId: z.uuid() }))
    .mutation(({ ctx, input }) => cancelRun(ctx.runtime.rollout, operatorOf(ctx), input)),

  passByHand: protectedProcedure("operate")
    .input(
      z.strictObject({
        environment: environmentInput,
        item: itemInput,
        note: z.string().max(2_000),
        /** A generation of this item's operation, kept as evidence. */
        generationId: z.uuid().nullable().default(null),
      }),
    )
    .mutation(async ({ ctx, input: { generationId, ...input } }) => {
      const evidence = generationId === null ? null : await ctx.runtime.gateway.get(ctx.principal, generationId);
      await passByHand(ctx.runtime.rollout, operatorOf(ctx), { ...input, evidence });
    }),

  export: protectedProcedure("read")
    .input(z.strictObject({ environment: environmentInput, format: z.enum(["md", "json"]) }))
    .query(async ({ ctx, input }) => {
      const now = new Date();
      const view = await readChecklist(ctx.runtime.db, ctx.runtime.config, input.environment, now);
      return exportEvidence(view, input.format, now);
    }),
});
