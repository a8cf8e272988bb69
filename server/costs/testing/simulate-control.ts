import { type PriceRow, priceAttempt } from "@/server/domain/pricing";
import { jobSchema, usagesSchema } from "@/server/providers/scenario/schemas";
import { billedUnits, jobPhase } from "@/server/providers/scenario/transform";
import { dateOf, toUsageDays, usageSpans } from "@/server/providers/scenario/usage";
import { BlobStore } from "@/server/sandbox/blobs";
import { VirtualClock } from "@/server/sandbox/clock";
import { Studio } from "@/server/sandbox/draw/studio";
import { FaultPlan } from "@/server/sandbox/faults";
import { LatencyModel } from "@/server/sandbox/latency";
import { Ledger } from "@/server/sandbox/ledger";
import { unit } from "@/server/sandbox/random";
import { Assets } from "@/server/sandbox/scenario/assets";
import { prepareCustom } from "@/server/sandbox/scenario/generate";
import { ScenarioJobs } from "@/server/sandbox/scenario/jobs";
import { usageAnswer } from "@/server/sandbox/scenario/usage";

export interface ControlSettings {
  seed: number;
  fromMs: number;
  days: number;
  perHour: number;
  /** Part of the jobs that fail and are paid back. */
  fails: number;
  prices: readonly PriceRow[];
}

export interface SimulatedControl {
  jobs: number;
  /** What the engine puts the jobs at, and what Scenario says was used at the price of a unit. */
  explainedMicros: number;
  usedUnits: number;
  /** What the sandbox itself holds to be true. */
  trueMicros: number;
}

const HOUR_MS = 3_600_000;
const MODEL = "model_bfl-flux-1-dev";

/** Traffic at the sandbox's Scenario in virtual time, priced as the engine does, and its usage read as the importer does. */
export async function simulateControl(settings: ControlSettings): Promise<SimulatedControl> {
  const { seed, fromMs, days, perHour } = settings;
  const clock = new VirtualClock(fromMs);
  const faults = new FaultPlan(clock, seed);
  faults.add({ fault: "failure", probability: settings.fails, provider: "scenario" });
  const ledger = new Ledger(Number.POSITIVE_INFINITY);
  const blobs = await BlobStore.open();
  const instance = `control ${seed}`;
  const cdn = { cdnOrigin: () => "http://cdn.invalid", urlTtlMs: HOUR_MS, transforms: false };
  const assets = new Assets({ clock, seed, instance, blobs, studio: new Studio("tiny"), ...cdn });
  const latency = new LatencyModel(seed);
  const usdPerUnit = 0.009;
  const jobs = new ScenarioJobs({ clock, seed, instance, latency, ledger, assets, concurrency: 1_000, usdPerUnit });
  const endMs = fromMs + days * 24 * HOUR_MS;
  let explainedMicros = 0;
  let sequence = 0;
  const arrive = () => {
    if (clock.now() >= endMs - HOUR_MS) return;
    sequence += 1;
    const numOutputs = 1 + Math.floor(3 * unit(seed, "outputs", sequence));
    const body = { prompt: `picture ${sequence}`, numOutputs, width: 512, height: 512 };
    const prepared = prepareCustom(MODEL, body, { assets, faults });
    if (!prepared.ok) throw new Error(`the sandbox refused: ${JSON.stringify(prepared.body)}`);
    const job = jobs.submit(prepared.request);
    const quotedUnits = Object.values(prepared.costDetails).reduce((sum, units) => sum + units, 0);
    const look = () => {
      if (job.finishedAt === null) return void clock.after(5_000, look);
      explainedMicros += costOf(jobs.document(job), { quotedUnits, numOutputs, atMs: job.createdAt }, settings.prices);
    };
    clock.after(5_000, look);
    clock.after(Math.min(HOUR_MS, (-Math.log(1 - unit(seed, "arrival", sequence)) * HOUR_MS) / perHour), arrive);
  };
  clock.after(0, arrive);
  clock.advance(endMs + HOUR_MS - fromMs);
  const usedUnits = usageSpans(fromMs, endMs).reduce((sum, span) => {
    const { body } = usageAnswer(ledger.entries(), { from: dateOf(span.fromMs), to: dateOf(span.toMs) });
    return sum + toUsageDays(usagesSchema.parse(body), span).reduce((units, day) => units + day.units, 0);
  }, 0);
  await blobs.close();
  return { jobs: sequence, explainedMicros, usedUnits, trueMicros: ledger.totals().costMicros };
}

/** A job's cost as the engine settles it from its document. */
function costOf(
  document: unknown,
  { quotedUnits, numOutputs, atMs }: { quotedUnits: number; numOutputs: number; atMs: number },
  prices: readonly PriceRow[],
): number {
  const job = jobSchema.parse(document);
  const isFailed = jobPhase(job.status) !== "success";
  const { totalMicros } = priceAttempt({
    provider: "scenario",
    operation: "txt2img",
    outcome: isFailed ? "failed" : "succeeded",
    model: MODEL,
    gpuType: "",
    timing: { delayMs: null, executionMs: null },
    verdict: null,
    // A failed job's `cuCost` keeps the charge that was paid back.
    billedUnits: isFailed ? 0 : billedUnits(job),
    quotedUnits,
    imageCount: numOutputs,
    prices,
    atMs,
    idleTimeoutMs: 0,
    workerIdleBeforeMs: null,
  });
  return totalMicros ?? Number.NaN;
}
