import { type HistoryEntry, rolloutHistory, type Stopwatch } from "@/db/queries/rollout-history";
import { REASON_MAX } from "@/server/rollout/check-reason";
import { currentRevision } from "@/server/rollout/revision";
import { rollBack } from "@/server/rollout/roll-back";
import { remoteServer } from "./door";
import { usageError } from "./exit-codes";
import { instant, milliseconds, pairs, share } from "./format";
import { createHttpCall } from "./http-door";
import { type Rollout, withRollout } from "./open-rollout";
import type { RollbackOptions } from "./rollback";
import { actorWords, stopwatchWords } from "./rollout-lines";
import type { Tools } from "./tools";

/** What `POST /api/v1/rollback` answers, and the command on the database too. */
interface Outcome {
  environment: string;
  /** False: there was nothing left to take back. */
  changed: boolean;
  revision: number;
  candidateShareBp: number;
  previousShareBp: number | null;
  committedAtMs: number;
  incidentId: string | null;
}

export async function runRollback({ terminal }: Tools, options: RollbackOptions): Promise<void> {
  const reason = options.reason?.trim() || null;
  if (reason !== null && reason.length > REASON_MAX)
    throw usageError("--reason", `must have at most ${REASON_MAX} characters`);
  const say = (line: string) => terminal.say(line);
  const server = await remoteServer();
  const done = server
    ? { ...(await askServer(server, options.environment, reason)), stopwatch: null }
    : await withRollout(options.environment, say, (rollout) => rollBackHere(rollout, reason, say));
  if (options.json) return terminal.data(JSON.stringify(done, null, 2));
  for (const line of rollbackLines(done)) terminal.data(line);
}

async function askServer(
  server: NonNullable<Awaited<ReturnType<typeof remoteServer>>>,
  environment: string | undefined,
  reason: string | null,
): Promise<Outcome> {
  const response = await createHttpCall(server)("/api/v1/rollback", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ environment, reason }),
  });
  return (await response.json()) as Outcome; // our own server's answer
}

type Done = Outcome & { stopwatch: (Stopwatch & { startMs: number }) | null; since?: string };

async function rollBackHere(rollout: Rollout, reason: string | null, say: (line: string) => void): Promise<Done> {
  const { deps, operator, environment, startedAtMs } = rollout;
  const startMs = Math.round(performance.now());
  const { revision, previous, incidentId } = await rollBack(deps, operator, {
    environment,
    reason,
    pressedAtMs: startedAtMs,
  });
  const outcome = {
    environment,
    changed: previous !== null,
    revision: revision.number,
    candidateShareBp: revision.candidateShareBp,
    previousShareBp: previous?.candidateShareBp ?? null,
    committedAtMs: revision.createdAtMs,
    incidentId,
  };
  if (!outcome.changed) {
    const { actor, source, createdAtMs } = await currentRevision(deps.db, environment).catch(() => revision);
    return { ...outcome, stopwatch: null, since: `${actorWords({ actor, source })}, ${instant(createdAtMs)}` };
  }
  const entry = await readBack(rollout, revision.number).catch(() => null);
  // It is committed: that its figures cannot be read must not look like a rollback that failed.
  if (!entry?.stopwatch) say("rolled back; its stopwatch could not be read: see switchyard history");
  return { ...outcome, stopwatch: entry?.stopwatch ? { ...entry.stopwatch, startMs } : null };
}

async function readBack({ deps, environment }: Rollout, revision: number): Promise<HistoryEntry | null> {
  const [entry] = await rolloutHistory(deps.db, environment, { beforeNumber: revision + 1, limit: 1 });
  return entry ?? null;
}

function rollbackLines(done: Done): string[] {
  const { environment, changed, revision, previousShareBp, incidentId, stopwatch } = done;
  if (!changed) {
    const since = done.since === undefined ? "" : ` by ${done.since}`;
    return [`nothing to take back in ${environment}: Scenario serves all traffic at revision ${revision}${since}`];
  }
  const entries: [string, string][] = [
    ["rolled back", `${environment}: Scenario serves all traffic since revision ${revision}`],
    ["was", `${share(previousShareBp ?? 0)} to ComfyUI`],
  ];
  if (stopwatch)
    entries.push(
      ["stopwatch", stopwatchWords(stopwatch)],
      ["", `of that, ${milliseconds(stopwatch.startMs)} to start this command and reach the database`],
    );
  return pairs([
    ...entries,
    ["incident", incidentId ?? "none"],
    ["next", "no step up until switchyard resume; what is at ComfyUI already ends there"],
  ]);
}
