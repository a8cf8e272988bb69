import { z } from "zod";
import { generationParamsSchema } from "./generation-request";
import { PROVIDER_WORDS, type ProviderId, parseProviderId } from "./vocabulary";

const name = (max: number) =>
  z
    .string({ error: "must be a text" })
    .min(1, { error: "must not be empty" })
    .max(max, { error: `must have at most ${max} characters` });

export const providerWordSchema = z
  .string({ error: `must be one of ${PROVIDER_WORDS.join(", ")}` })
  .transform((word, context): ProviderId => {
    const id = parseProviderId(word);
    if (id) return id;
    context.addIssue({ code: "custom", message: `must be one of ${PROVIDER_WORDS.join(", ")}` });
    return z.NEVER;
  });

export const stickyKeySchema = name(200);
export const idempotencyKeySchema = name(255);
export const deadlineMsSchema = z
  .int({ error: "must be a whole number of milliseconds" })
  .min(5_000, { error: "must be at least 5000" })
  .max(3_600_000, { error: "must be at most 3600000" });

/** What a caller may say about a generation besides its picture: what to make, and how it may be served. */
export const submissionSchema = generationParamsSchema.extend({
  provider: providerWordSchema.nullable().default(null),
  stickyKey: stickyKeySchema.nullable().default(null),
  fallback: z.boolean({ error: "must be true or false" }).nullable().default(null),
  deadlineMs: deadlineMsSchema.nullable().default(null),
});
export type Submission = z.output<typeof submissionSchema>;
