import { z } from "zod";

/** Only what we read of RunPod's answers, and lenient: what a handler returned may have any form. */

export const runAnswerSchema = z.object({ id: z.string().min(1), status: z.string().nullish() });

export const jobSchema = z.object({
  id: z.string().nullish(),
  status: z.string(),
  delayTime: z.number().nullish(),
  executionTime: z.number().nullish(),
  workerId: z.string().nullish(),
  retries: z.number().nullish(),
  error: z.unknown().optional(),
  output: z.unknown().optional(),
});
export type RunpodJob = z.infer<typeof jobSchema>;

export const cancelAnswerSchema = z.object({ status: z.string().nullish() });

const count = z.number().int().nonnegative().nullish();
export const healthSchema = z.object({
  jobs: z.object({ inProgress: count, inQueue: count }).nullish(),
  workers: z
    .object({
      idle: count,
      initializing: count,
      ready: count,
      running: count,
      throttled: count,
      unhealthy: count,
    })
    .nullish(),
});
export type RunpodHealth = z.infer<typeof healthSchema>;

/** What worker-comfyui returns: images since 5.0.0, one `message` before. */
export const outputSchema = z.object({
  images: z
    .array(z.object({ filename: z.string().nullish(), type: z.string().nullish(), data: z.string().nullish() }))
    .nullish(),
  errors: z.array(z.unknown()).nullish(),
  details: z.array(z.unknown()).nullish(),
  status: z.string().nullish(),
  message: z.string().nullish(),
});

/** An uncaught exception of the handler arrives as JSON inside the `error` string. */
export const handlerExceptionSchema = z.object({ error_type: z.string().nullish(), error_message: z.string() });

export const refusalSchema = z.object({
  title: z.string().nullish(),
  detail: z.string().nullish(),
  error: z.unknown().optional(),
  message: z.string().nullish(),
});
