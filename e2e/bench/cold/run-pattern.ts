import { z } from "zod";
import type { ColdStartEvidence } from "@/server/domain/cold-start";
import { type Pattern, seeded } from "./patterns";
import { type Judged, RunpodObserver } from "./runpod-observer";
import { startSandboxProcess } from "./sandbox-process";
import { runScenarioJob } from "./scenario-observer";
import { call, FastClock } from "./speak";

export interface Compared {
  pattern: string;
  truth: string;
  ours: string;
  because: string;
  evidence: ColdStartEvidence;
  /** The sandbox's own record of the job. */
  record: LedgerRecord | null;
}

const recordSchema = z.looseObject({ jobId: z.string(), class: z.string(), sequence: z.number() });
type LedgerRecord = z.infer<typeof recordSchema>;
const ledgerSchema = z.object({ entries: z.array(recordSchema) });

/** Sends a pattern's jobs to a sandbox of their own and lays our classes beside its truth. */
export async function runPattern(
  pattern: Pattern,
  options: { jobs: number; seed: number; clock: number; onJob: () => void },
): Promise<Compared[]> {
  const sandbox = await startSandboxProcess({ seed: options.seed, clock: options.clock });
  try {
    const control = sandbox.urls.control;
    await call("PATCH", `${control}/endpoint`, null, { idleTimeoutS: pattern.idleTimeoutS, ...pattern.endpoint });
    const clock = new FastClock(options.clock);
    const random = seeded(options.seed);
    const observer = new RunpodObserver(sandbox, clock, pattern.idleTimeoutS * 1000);
    const running: Promise<Judged>[] = [];
    let over = false;
    const trouble = makeTrouble(pattern, control, clock, seeded(options.seed + 1), () => over);
    let sent = 0;
    while (sent < options.jobs) {
      const { pauseS, jobs } = pattern.next(random, clock.nowMs() / 1000);
      await clock.wait(pauseS * 1000);
      for (let index = 0; index < jobs && sent < options.jobs; index++) {
        sent += 1;
        const prompt = `evaluation ${pattern.name} ${sent}`;
        const job =
          pattern.provider === "scenario"
            ? runScenarioJob(sandbox, clock, prompt, sent)
            : observer.run(prompt, options.seed * 1_000_000 + sent);
        // A failed call ends the evaluation, but only once everything is awaited below.
        job.then(options.onJob, () => undefined);
        running.push(job);
      }
    }
    const judged = await Promise.all(running);
    over = true;
    await trouble;
    const truths = await readTruths(control);
    return judged.map(({ jobId, verdict, evidence }) => ({
      pattern: pattern.name,
      truth: truths.get(jobId)?.class ?? "none",
      ours: verdict.class,
      because: verdict.because,
      evidence,
      record: truths.get(jobId) ?? null,
    }));
  } finally {
    await sandbox.stop();
  }
}

async function readTruths(control: string): Promise<Map<string, LedgerRecord>> {
  const truths = new Map<string, LedgerRecord>();
  for (let after = 0; ; ) {
    const { entries } = ledgerSchema.parse(await call("GET", `${control}/ledger?after=${after}&limit=1000`, null));
    for (const entry of entries) truths.set(entry.jobId, entry);
    const last = entries.at(-1);
    if (last === undefined) return truths;
    after = last.sequence;
  }
}

async function makeTrouble(
  { trouble }: Pattern,
  control: string,
  clock: FastClock,
  random: () => number,
  isOver: () => boolean,
): Promise<void> {
  /** In short steps, so that the end of the evaluation is not waited for. */
  const pause = async (ms: number) => {
    for (let left = ms; left > 0 && !isOver(); left -= 5_000) await clock.wait(Math.min(left, 5_000));
  };
  while (trouble !== null && !isOver()) {
    await pause(300_000 + 300_000 * random());
    if (isOver()) return;
    if (trouble === "crashes") {
      await call("POST", `${control}/crash`, null, {});
      continue;
    }
    await call("PATCH", `${control}/endpoint`, null, { throttled: true });
    await pause(60_000 + 120_000 * random());
    await call("PATCH", `${control}/endpoint`, null, { throttled: false });
  }
}
