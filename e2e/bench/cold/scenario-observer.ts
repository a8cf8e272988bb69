import { z } from "zod";
import { type ColdStartEvidence, classifyColdStart } from "@/server/domain/cold-start";
import type { Judged } from "./runpod-observer";
import type { SandboxProcess } from "./sandbox-process";
import { call, type FastClock } from "./speak";

const jobSchema = z.object({
  job: z.object({
    jobId: z.string(),
    status: z.string(),
    statusHistory: z.array(z.object({ status: z.string(), date: z.string() })).default([]),
  }),
});
const ENDED = ["success", "failure", "canceled"];

/** Runs one job at Scenario and judges it by its history, all that Scenario shows. */
export async function runScenarioJob(
  sandbox: SandboxProcess,
  clock: FastClock,
  prompt: string,
  seed: number,
): Promise<Judged> {
  const { scenarioApiKey, scenarioSecret } = sandbox.credentials;
  const key = `Basic ${Buffer.from(`${scenarioApiKey}:${scenarioSecret}`).toString("base64")}`;
  const base = `${sandbox.urls.scenario}/v1`;
  const body = { prompt, seed, numOutputs: 1, width: 256, height: 256 };
  const submitted = await call("POST", `${base}/generate/custom/model_bfl-flux-1-dev`, key, body);
  const { jobId } = jobSchema.parse(submitted).job;
  for (;;) {
    await clock.wait(2_500);
    const { job } = jobSchema.parse(await call("GET", `${base}/jobs/${jobId}`, key));
    if (!ENDED.includes(job.status)) continue;
    const steps = job.statusHistory.map(({ status, date }) => ({ status, atMs: Date.parse(date) }));
    const began = steps.find((step) => step.status === "in-progress");
    const warm = steps.findIndex((step) => step.status === "warming-up");
    const after = steps[warm + 1];
    const from = steps[warm];
    const evidence: ColdStartEvidence = {
      provider: "scenario",
      delayMs: began && steps[0] ? began.atMs - steps[0].atMs : null,
      workerId: null,
      workerLastSeenMsAgo: null,
      idleTimeoutMs: null,
      workersBefore: null,
      workersBeforeAgeMs: null,
      initializingSeen: null,
      throttledSeen: null,
      aheadOfUs: null,
      retries: null,
      warmingUpMs: steps.length === 0 ? null : warm >= 0 && from && after ? after.atMs - from.atMs : 0,
    };
    return { jobId, verdict: classifyColdStart(evidence), evidence };
  }
}
