/** What made a job wait, as it truly was. */
export type TrueClass =
  /** An idle, started worker took it at once (FlashBoot's revival in about a second counts here, and any start as short). */
  | "warm"
  /** It was the first job of a worker that was still starting when the job came. */
  | "cold"
  /** It waited behind other jobs for a worker that had already run some. */
  | "queued"
  /** It waited most of its time because no machine was to be had. */
  | "throttled"
  /** It never began. */
  | "none";

/** One job as it truly was. Times in sandbox milliseconds. */
export interface LedgerEntry {
  sequence: number;
  provider: "runpod" | "scenario";
  jobId: string;
  operation: string;
  prompt: string;
  class: TrueClass;
  flashBoot: boolean;
  cacheHit: boolean;
  /** The provider's own word, `OPEN` until the job has ended. */
  status: string;
  submittedAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  delayMs: number | null;
  /** Part of the delay in which its worker was starting. */
  startUpMs: number;
  executionMs: number | null;
  /** The worker's paid idle time after this job. */
  idleTailMs: number;
  workerId: string | null;
  retries: number;
  /** Start-up that began for this job, execution and idle tail, rounded up to the second. */
  billedSeconds: number;
  costMicros: number;
  creativeUnits: number | null;
  faults: string[];
}

export interface LedgerTotals {
  jobs: number;
  byStatus: Record<string, number>;
  byClass: Record<string, number>;
  costMicros: number;
}

/** The sandbox's truth. Holds the newest `capacity` jobs; the totals count all. */
export class Ledger {
  private readonly byId = new Map<string, LedgerEntry>();
  private sequence = 0;

  constructor(private readonly capacity: number) {}

  open(entry: Pick<LedgerEntry, "provider" | "jobId" | "operation" | "prompt" | "submittedAt">): LedgerEntry {
    const full: LedgerEntry = {
      class: "none",
      flashBoot: false,
      cacheHit: false,
      status: "OPEN",
      startedAt: null,
      finishedAt: null,
      delayMs: null,
      startUpMs: 0,
      executionMs: null,
      idleTailMs: 0,
      workerId: null,
      retries: 0,
      billedSeconds: 0,
      costMicros: 0,
      creativeUnits: null,
      faults: [],
      ...entry,
      prompt: entry.prompt.slice(0, 200),
      sequence: ++this.sequence,
    };
    this.byId.set(full.jobId, full);
    if (this.byId.size > this.capacity) {
      const oldest = this.byId.keys().next();
      if (!oldest.done) this.retire(oldest.value);
    }
    return full;
  }

  get(jobId: string): LedgerEntry | null {
    return this.byId.get(jobId) ?? null;
  }

  /** Oldest first, from after `afterSequence`. */
  entries(afterSequence = 0, limit = Number.POSITIVE_INFINITY): LedgerEntry[] {
    const found: LedgerEntry[] = [];
    for (const entry of this.byId.values()) {
      if (entry.sequence > afterSequence && found.length < limit) found.push(entry);
    }
    return found;
  }

  totals(): LedgerTotals {
    const totals: LedgerTotals = {
      jobs: this.retired.jobs,
      byStatus: { ...this.retired.byStatus },
      byClass: { ...this.retired.byClass },
      costMicros: this.retired.costMicros,
    };
    for (const entry of this.byId.values()) addTo(totals, entry);
    return totals;
  }

  private readonly retired: LedgerTotals = { jobs: 0, byStatus: {}, byClass: {}, costMicros: 0 };

  private retire(jobId: string): void {
    const entry = this.byId.get(jobId);
    if (entry !== undefined) addTo(this.retired, entry);
    this.byId.delete(jobId);
  }
}

function addTo(totals: LedgerTotals, entry: LedgerEntry): void {
  totals.jobs += 1;
  totals.byStatus[entry.status] = (totals.byStatus[entry.status] ?? 0) + 1;
  totals.byClass[entry.class] = (totals.byClass[entry.class] ?? 0) + 1;
  totals.costMicros += entry.costMicros;
}
