import { z } from "zod";

/** Only what we read. An endpoint's `env` may hold credentials, so it is not even kept. */
const whole = z.number().int().nonnegative();

export const endpointSchema = z.object({
  id: z.string().min(1),
  name: z.string().nullish(),
  image: z.string().nullish(),
  gpu: z.object({ pools: z.array(z.string()).nullish(), count: whole.nullish() }).nullish(),
  workers: z.object({ min: whole, max: whole, idleTimeout: whole.nullish() }),
  scaling: z.object({ type: z.string(), queueDelay: whole.nullish(), requestCount: whole.nullish() }).nullish(),
  timeout: whole.nullish(),
  flashboot: z.string().nullish(),
  dataCenterIds: z.array(z.string()).nullish(),
});
export type EndpointAnswer = z.infer<typeof endpointSchema>;

const counts = z.object({
  running: whole.nullish(),
  idle: whole.nullish(),
  initializing: whole.nullish(),
  throttled: whole.nullish(),
  unhealthy: whole.nullish(),
});
export const workersSchema = z.object({
  endpointVersion: whole.nullish(),
  summary: counts.nullish(),
  workers: z.array(
    z.object({
      id: z.string(),
      status: z.string(),
      isStale: z.boolean().nullish(),
      version: whole.nullish(),
      gpuTypeId: z.string().nullish(),
      dataCenterId: z.string().nullish(),
      uptimeSeconds: z.number().nonnegative().nullish(),
    }),
  ),
});
export type WorkersAnswer = z.infer<typeof workersSchema>;

const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)));
export const releasesSchema = z.object({
  endpointVersion: whole.nullish(),
  releases: z.array(
    z.object({
      version: whole,
      createdAt: instant,
      diff: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })).nullish(),
    }),
  ),
});
export type ReleasesAnswer = z.infer<typeof releasesSchema>;

const usd = z.number().nonnegative();
export const billingSchema = z.object({
  records: z.array(
    z.object({
      startTime: instant,
      endTime: instant,
      totalAmount: usd,
      gpuAmount: usd.nullish(),
      cpuAmount: usd.nullish(),
      diskAmount: usd.nullish(),
      feeAmount: usd.nullish(),
    }),
  ),
});
export type BillingAnswer = z.infer<typeof billingSchema>;

export const gpusSchema = z.object({
  gpus: z.array(
    z.object({
      id: z.string(),
      name: z.string().nullish(),
      pool: z.string().nullish(),
      memory: z.number().nullish(),
      price: z.object({ serverless: usd.nullish() }).nullish(),
      availability: z.string().nullish(),
    }),
  ),
});
export type GpusAnswer = z.infer<typeof gpusSchema>;

/** RFC 9457; `errors` are of the form `workers.min: must be …`. */
export const problemSchema = z.object({
  title: z.string().nullish(),
  detail: z.string().nullish(),
  errors: z.array(z.string()).nullish(),
});
