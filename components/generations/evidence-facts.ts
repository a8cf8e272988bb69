import { formatPart } from "@/components/format";
import type { Fact } from "@/components/ui/facts";
import type { ColdStartEvidence } from "@/server/domain/cold-start";

const yesNo = (value: boolean) => (value ? "yes" : "no");

/**
 * What was observed about a start, in the order in which it happened; what was not observed is left out. Evidence is
 * kept as it was written, so what older rows could not know yet is missing there and not null.
 */
export function evidenceFacts(evidence: ColdStartEvidence): Fact[] {
  const facts: (Fact | null)[] = [
    workersFact(evidence),
    numberFact("Our jobs ahead", evidence.aheadOfUs),
    timeFact("Delay reported", evidence.delayMs),
    !evidence.workerId ? null : { name: "Worker", value: evidence.workerId, mono: true },
    timeFact("Worker last seen before", evidence.workerLastSeenMsAgo),
    timeFact("Idle time-out", evidence.idleTimeoutMs),
    flagFact("Worker seen starting", evidence.initializingSeen),
    flagFact("Workers throttled", evidence.throttledSeen),
    timeFact("Warming up", evidence.warmingUpMs),
    numberFact("Provider's retries", evidence.retries),
  ];
  return facts.filter((fact) => fact !== null);
}

function workersFact(evidence: ColdStartEvidence): Fact | null {
  const counts = evidence.workersBefore;
  if (!counts) return null;
  const age = !evidence.workersBeforeAgeMs ? "" : `, read ${formatPart(evidence.workersBeforeAgeMs)} before`;
  const value = `${counts.idle} idle, ${counts.ready} ready, ${counts.running} running, ${counts.initializing} starting, ${counts.throttled} throttled${age}`;
  return { name: "Workers before", value };
}

function timeFact(name: string, ms: number | null | undefined): Fact | null {
  return ms === null || ms === undefined ? null : { name, value: formatPart(ms) };
}

function numberFact(name: string, value: number | null | undefined): Fact | null {
  return value === null || value === undefined ? null : { name, value: value.toString() };
}

function flagFact(name: string, value: boolean | null | undefined): Fact | null {
  return value === null || value === undefined ? null : { name, value: yesNo(value) };
}
