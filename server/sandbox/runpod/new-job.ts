import type { JsonObject } from "../http";
import { unit, uuidOf } from "../random";
import type { EndpointDeps } from "./endpoint";
import type { JobPolicy, RunpodJob } from "./job";

/** What a client asked for. `input` is null when it was empty. */
export interface Submission {
  input: JsonObject | null;
  webhook: string | null;
  policy: JobPolicy;
}

export interface NewJob {
  submission: Submission;
  /** Counts submissions from 1; decides the id and the draws. */
  sequence: number;
  sync: boolean;
  prompt: string;
  operation: string;
  inputBlob: string | null;
  readInput: () => JsonObject | null;
}

/** A job in the queue's form, with its latency drawn and its line in the ledger opened. */
export function newRunpodJob(deps: EndpointDeps, made: NewJob): RunpodJob {
  const { sequence, sync, prompt, operation } = made;
  const { seed, instance, latency, ledger } = deps;
  const id = `${sync ? "sync-" : ""}${uuidOf(instance, "job", sequence)}-${sequence % 5 === 0 ? "e1" : "u1"}`;
  const warmTotalMs = latency.drawMs("warm");
  // Measured on a warm worker: 0.07 to 0.6 s between submission and start, mostly near the lower end.
  const wishedMs = 70 + Math.round(530 * unit(seed, "dispatch", sequence) ** 2);
  const submittedAt = deps.clock.now();
  return {
    id,
    sequence,
    sync,
    readInput: made.readInput,
    inputBlob: made.inputBlob,
    operation,
    prompt,
    webhook: made.submission.webhook,
    policy: made.submission.policy,
    strikes: [],
    status: "IN_QUEUE",
    submittedAt,
    startedAt: null,
    finishedAt: null,
    delayMs: null,
    executionMs: null,
    workerId: null,
    retries: 0,
    outcome: null,
    error: null,
    warmTotalMs,
    dispatchMs: Math.min(wishedMs, Math.round(warmTotalMs / 2)),
    throttledMs: 0,
    timers: [],
    ttlTimer: null,
    truth: ledger.open({ provider: "runpod", jobId: id, operation, prompt, submittedAt }),
  };
}
