import { z } from "zod";

/** Only what we read of Scenario's answers, and lenient: a field that is missing or null must not fail a job. */

const statusEntry = z.object({ status: z.string().nullish(), date: z.string().nullish() });

export const jobSchema = z.object({
  jobId: z.string().min(1),
  jobType: z.string().nullish(),
  status: z.string(),
  statusHistory: z.array(statusEntry).nullish(),
  progress: z.number().nullish(),
  createdAt: z.string().nullish(),
  metadata: z
    .object({
      assetIds: z.array(z.string()).nullish(),
      input: z.record(z.string(), z.unknown()).nullish(),
      error: z.unknown().optional(),
    })
    .nullish(),
  billing: z
    .object({
      cuCost: z.number().nullish(),
      cuDiscount: z.number().nullish(),
      cuCostDetails: z.record(z.string(), z.number()).nullish(),
    })
    .nullish(),
});
export type ScenarioJob = z.infer<typeof jobSchema>;

export const jobAnswerSchema = z.object({ job: jobSchema });

export const submitAnswerSchema = z.object({ job: jobSchema, creativeUnitsCost: z.number().nullish() });

export const jobListSchema = z.object({ jobs: z.array(jobSchema), nextPaginationToken: z.string().nullish() });

export const assetAnswerSchema = z.object({
  asset: z.object({
    id: z.string().min(1),
    url: z.string().nullish(),
    originalFileUrl: z.string().nullish(),
    status: z.string().nullish(),
    outputIndex: z.number().nullish(),
    properties: z
      .object({ size: z.number().nullish(), width: z.number().nullish(), height: z.number().nullish() })
      .nullish(),
  }),
});
export type ScenarioAsset = z.infer<typeof assetAnswerSchema>["asset"];

export const uploadAnswerSchema = z.object({
  upload: z.object({
    id: z.string().min(1),
    status: z.string().nullish(),
    entityId: z.string().nullish(),
    errorMessage: z.string().nullish(),
    parts: z.array(z.object({ number: z.number(), url: z.string().min(1) })).nullish(),
  }),
});

export const usagesSchema = z.object({
  usages: z
    .array(
      z.object({
        usageName: z.string().nullish(),
        granularity: z.string().nullish(),
        points: z.array(z.object({ time: z.string().nullish(), value: z.number().nullish() })).nullish(),
      }),
    )
    .nullish(),
  activity: z.array(z.object({ time: z.string().nullish(), creativeUnitsCost: z.number().nullish() })).nullish(),
});
export type ScenarioUsages = z.infer<typeof usagesSchema>;

export const modelListSchema = z.object({ models: z.array(z.unknown()).nullish() });

export const refusalSchema = z.object({
  reason: z.string().nullish(),
  message: z.string().nullish(),
  name: z.string().nullish(),
  requiredPlan: z.string().nullish(),
  remainingSeconds: z.number().nullish(),
  details: z.object({ actionName: z.string().nullish(), actionLimit: z.number().nullish() }).nullish(),
});
