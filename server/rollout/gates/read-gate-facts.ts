import { desc, eq } from "drizzle-orm";
import type { DatabaseOrTransaction } from "@/db/client";
import { blindVotes } from "@/db/queries/batches";
import { candidateOutcomes, coldHalves, newestDrill, openIncidentTitles, stepFacts } from "@/db/queries/gates";
import { rolloutRevisions } from "@/db/schema";
import type { MarkedConfig } from "@/server/checklist/configuration-mark";
import { checklistFacts } from "@/server/checklist/read-checklist";
import type { Config } from "@/server/config";
import type { GateFacts } from "@/server/domain/gate-facts";
import type { RolloutPolicy } from "@/server/domain/gates-policy";
import { shareStanding } from "@/server/domain/rollout-track";
import { CANDIDATE, SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { readReadiness } from "../readiness";
import { currentRevision, type Revision } from "../revision";

const DAY_MS = 24 * 3_600_000;
const CANARY_WINDOW_MS = 7 * DAY_MS;
const COLD_WINDOW_MS = 2 * DAY_MS;
/** Of one share; an older start is not looked for. */
const REVISIONS_MAX = 500;

/** Since when the present share of an environment has stood, and its revision in force. Throws NOT_FOUND. */
export async function shareSince(
  db: DatabaseOrTransaction,
  environment: string,
): Promise<{ revision: Revision; sinceMs: number }> {
  const revision = await currentRevision(db, environment);
  const rows = await db
    .select({
      number: rolloutRevisions.number,
      candidateShareBp: rolloutRevisions.candidateShareBp,
      details: rolloutRevisions.details,
      createdAt: rolloutRevisions.createdAt,
    })
    .from(rolloutRevisions)
    .where(eq(rolloutRevisions.environment, environment))
    .orderBy(desc(rolloutRevisions.number))
    .limit(REVISIONS_MAX);
  const standing = shareStanding(rows.filter(({ number }) => number <= revision.number));
  return { revision, sinceMs: standing?.createdAt.getTime() ?? revision.createdAtMs };
}

/** What of the configuration gates depend on. */
export type GateConfig = Pick<Config, "environments"> & MarkedConfig;

/** Where the canary of an environment runs: the staging environment, or itself where none is configured. */
function canaryEnvironment(config: Pick<Config, "environments">, environment: string, policy: RolloutPolicy): string {
  const { stagingEnvironment } = policy.gates;
  return environment !== SANDBOX_ENVIRONMENT && config.environments.includes(stagingEnvironment)
    ? stagingEnvironment
    : environment;
}

/** What the gates of an environment are judged on, read now. Throws NOT_FOUND. */
export async function readGateFacts(
  db: DatabaseOrTransaction,
  config: GateConfig,
  environment: string,
  policy: RolloutPolicy,
  now: Date,
): Promise<GateFacts> {
  const nowMs = now.getTime();
  const { revision, sinceMs } = await shareSince(db, environment);
  const canary = canaryEnvironment(config, environment, policy);
  const isOwn = canary === environment;
  const staging = isOwn ? { revision, sinceMs } : await shareSince(db, canary);
  const canaryShareBp = staging.revision.candidateShareBp;
  const canaryWindow = { fromMs: canaryShareBp > 0 ? staging.sinceMs : nowMs - CANARY_WINDOW_MS, toMs: nowMs };
  const stepWindow = { environment, fromMs: sinceMs, toMs: nowMs };
  const coldWindow = { environment, fromMs: nowMs - COLD_WINDOW_MS, toMs: nowMs };
  const environments = [...new Set([environment, canary])];
  const blindWindow = { fromMs: nowMs - policy.gates.blindMaxAgeDays * DAY_MS, toMs: nowMs };
  const [readiness, generations, openIncidents, step, cold, drill, checklist, votes] = await Promise.all([
    readReadiness(db, environment),
    candidateOutcomes(db, { environment: canary, ...canaryWindow }),
    openIncidentTitles(db, environments),
    stepFacts(db, stepWindow, policy.gates.latencyMsP95Warm),
    coldHalves(db, coldWindow),
    newestDrill(db, environment),
    checklistFacts(db, config, environment),
    blindVotes(db, { environments, ...blindWindow }),
  ]);
  const check = readiness.find(({ provider }) => provider === CANDIDATE);
  return {
    environment,
    shareBp: revision.candidateShareBp,
    sinceMs,
    candidateCheck:
      check === undefined || check.checkedAtMs === null || check.ageMs === null
        ? null
        : {
            ok: check.ok && !check.stale,
            problem: check.stale ? "no instance checks it any more" : check.problem,
            ageMs: check.ageMs,
          },
    checklist,
    canary: { environment: canary, isOwn, shareBp: canaryShareBp, window: canaryWindow, generations },
    openIncidents,
    step,
    cold,
    drill,
    blind: { window: blindWindow, environments, ...votes },
  };
}
