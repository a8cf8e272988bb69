import { tracked } from "@trpc/server";
import { z } from "zod";
import { INPUT_IMAGE_MAX_BYTES } from "@/server/domain/generation-request";
import { GENERATION_SORTS, NEWEST_FIRST } from "@/server/domain/generation-sort";
import { idempotencyKeySchema, submissionSchema } from "@/server/domain/submission";
import { chartView } from "@/server/gateway/chart-generations";
import { fetchPicture } from "@/server/gateway/fetch-picture";
import { decodeImageText } from "@/server/gateway/image-text";
import { versionOf } from "@/server/gateway/watch-generation";
import { protectedProcedure, router } from "../init";
import { environmentInput, generationChartInput, generationFilterInput, idInput } from "../inputs";

const dataUrlMax = Math.ceil((INPUT_IMAGE_MAX_BYTES * 4) / 3) + 100;

const submitInput = submissionSchema.extend({
  environment: environmentInput,
  /** A data URL or bare base64 of a PNG, JPEG or WebP; null where the operation takes no picture. */
  image: z
    .string()
    .max(dataUrlMax, { error: `must be a picture of at most ${INPUT_IMAGE_MAX_BYTES / 2 ** 20} MB` })
    .nullable()
    .default(null),
  idempotencyKey: idempotencyKeySchema.nullable().default(null),
});

export const generationsRouter = router({
  list: protectedProcedure("read")
    .input(
      z.strictObject({
        filter: generationFilterInput,
        cursor: z.string().max(200).nullish(),
        limit: z.int().min(1).max(200).default(100),
        sort: z.enum(GENERATION_SORTS).default(NEWEST_FIRST),
        /** Sent by React Query with every page of an endless list; pages only ever follow each other here. */
        direction: z.literal("forward").optional(),
      }),
    )
    .query(({ ctx, input }) =>
      ctx.runtime.gateway.list(ctx.principal, input.filter, {
        cursor: input.cursor ?? null,
        limit: input.limit,
        sort: input.sort,
      }),
    ),

  facets: protectedProcedure("read")
    .input(generationFilterInput)
    .query(({ ctx, input }) => ctx.runtime.gateway.facets(ctx.principal, input)),

  /** The same rows over time: counts by provider, and the percentiles of their latency. */
  chart: protectedProcedure("read")
    .input(generationChartInput)
    .query(({ ctx, input }) => chartView(ctx.runtime.db, ctx.principal, input, Date.now())),

  get: protectedProcedure("read")
    .input(idInput)
    .query(({ ctx, input }) => ctx.runtime.gateway.get(ctx.principal, input.id)),

  /** The generation now and after every change; ends when it is terminal. */
  watch: protectedProcedure("read")
    .input(z.strictObject({ id: z.uuid(), lastEventId: z.string().max(100).nullish() }))
    .subscription(async function* ({ ctx, input, signal }) {
      const ended = signal ?? new AbortController().signal;
      for await (const detail of ctx.runtime.gateway.watch(ctx.principal, input.id, ended)) {
        const version = versionOf(detail);
        // Reconnected: what the browser has already shown is not sent again.
        if (version !== input.lastEventId) yield tracked(version, detail);
      }
    }),

  submit: protectedProcedure("generate")
    .input(submitInput)
    .mutation(async ({ ctx, input }) => {
      const { environment, image, idempotencyKey, provider, stickyKey, fallback, deadlineMs, ...params } = input;
      return ctx.runtime.gateway.submit({
        principal: ctx.principal,
        environment,
        source: "playground",
        params,
        image: image === null ? null : { load: async () => decodeImageText(image) },
        provider,
        stickyKey,
        idempotencyKey,
        fallback,
        deadlineMs,
      });
    }),

  /** A picture at an address, for a form that shows what it will send. Public addresses only, with no credentials. */
  fetchPicture: protectedProcedure("generate")
    .input(z.strictObject({ url: z.url({ error: "must be an http(s) URL" }).max(2000) }))
    .mutation(({ input, signal }) => fetchPicture(input.url, { signal: signal ?? new AbortController().signal })),

  cancel: protectedProcedure("generate")
    .input(idInput)
    .mutation(({ ctx, input }) => ctx.runtime.gateway.cancel(ctx.principal, input.id)),
});
