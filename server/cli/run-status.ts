import { databaseFacts } from "@/db/queries/database-facts";
import { openGenerations } from "@/db/queries/open-generations";
import { newestRevisions, type RevisionView } from "@/db/queries/overview";
import { type RecentNumbers, recentNumbers } from "@/db/queries/recent-numbers";
import { type SpoolDepth, spoolDepths } from "@/db/queries/spool";
import { type FiringWarning, firingWarnings } from "@/db/queries/warnings";
import {
  CANDIDATE,
  type GenerationState,
  PROVIDER_IDS,
  PROVIDER_NAMES,
  type ProviderId,
  SANDBOX_ENVIRONMENT,
} from "@/server/domain/vocabulary";
import { errorMessage } from "@/server/error-message";
import { createProviders } from "@/server/providers/registry";
import { EXIT } from "./exit-codes";
import { chooseEnvironment, type Installation, openInstallation } from "./installation";
import type { StatusOptions } from "./status";
import { statusLines } from "./status-lines";
import type { Tools } from "./tools";

const PROBE_WITHIN_MS = 10_000;
const HOUR_S = 3_600;

export interface ProviderStatus {
  provider: ProviderId;
  name: string;
  part: "control" | "candidate";
  /** Null: nothing is known, since the sandbox that would serve does not run. */
  configured: boolean | null;
  missingVariables: string[];
  /** Null: not probed. */
  probe: { ok: boolean; roundTripMs: number; problem: string | null; checkedWhat: string } | null;
}

export interface EnvironmentStatus {
  environment: string;
  isDefault: boolean;
  /** Null before the environment's first start. */
  revision: RevisionView | null;
  providers: ProviderStatus[];
  open: Partial<Record<GenerationState, number>>;
  lastHour: RecentNumbers[];
  /** Of the RunPod endpoint and of storage, the worst first. */
  warnings: Omit<FiringWarning, "environment">[];
}

export interface Status {
  server: { url: string | null };
  database: { kind: Installation["database"]; version: string; name: string; sizeBytes: number };
  instances: { id: string; role: string; startedAtMs: number; silentMs: number }[];
  /** What waits on disks to be moved to R2, by disk; null without R2. */
  spool: SpoolDepth[] | null;
  environments: EnvironmentStatus[];
}

export async function runStatus({ terminal }: Tools, options: StatusOptions): Promise<number> {
  const installation = await openInstallation((line) => terminal.say(line));
  try {
    const names =
      options.environment === undefined
        ? installation.environments
        : [chooseEnvironment(installation, options.environment)];
    const status = await readStatus(installation, names, options.probe);
    if (options.json) terminal.data(JSON.stringify(status, null, 2));
    else for (const line of statusLines(status, Date.now())) terminal.data(line);
    const probes = status.environments.flatMap(({ providers }) => providers.map(({ probe }) => probe));
    return probes.some((probe) => probe !== null && !probe.ok) ? EXIT.check : EXIT.ok;
  } finally {
    await installation.close();
  }
}

async function readStatus(installation: Installation, names: string[], wantsProbe: boolean): Promise<Status> {
  const { connection, database, serverUrl } = installation;
  const { db } = connection;
  const [facts, instances, open, spool, environments] = await Promise.all([
    databaseFacts(db),
    installation.workers(),
    openGenerations(db),
    installation.config.r2 === null ? null : spoolDepths(db),
    Promise.all(
      names.map(async (environment) => {
        const [revisions, lastHour, providers, warnings] = await Promise.all([
          newestRevisions(db, environment, 1),
          recentNumbers(db, environment, HOUR_S),
          providersOf(installation, environment, wantsProbe),
          firingWarnings(db, environment),
        ]);
        return {
          environment,
          revision: revisions[0] ?? null,
          lastHour,
          providers,
          warnings: warnings.map(({ environment: _same, ...warning }) => warning),
        };
      }),
    ),
  ]);
  const standard = chooseEnvironment(installation, undefined);
  return {
    server: { url: serverUrl },
    database: { kind: database, ...facts },
    instances,
    spool,
    environments: environments.map((entry) => ({
      ...entry,
      isDefault: entry.environment === standard,
      open: Object.fromEntries(
        open.filter((row) => row.environment === entry.environment).map((row) => [row.state, row.count]),
      ),
    })),
  };
}

async function providersOf(
  { config }: Installation,
  environment: string,
  wantsProbe: boolean,
): Promise<ProviderStatus[]> {
  const part = (id: ProviderId) => (id === CANDIDATE ? "candidate" : "control");
  if (environment === SANDBOX_ENVIRONMENT && config.sandbox === null)
    return PROVIDER_IDS.map((provider) => ({
      provider,
      name: PROVIDER_NAMES[provider],
      part: part(provider),
      configured: null,
      missingVariables: [],
      probe: null,
    }));
  const registry = createProviders(config.providerSettings(environment));
  try {
    return await Promise.all(
      PROVIDER_IDS.map(async (provider) => {
        const missingVariables = config.missingVariables(environment, provider);
        const adapter = wantsProbe ? registry.get(provider) : null;
        return {
          provider,
          name: PROVIDER_NAMES[provider],
          part: part(provider),
          configured: missingVariables.length === 0,
          missingVariables,
          probe: adapter && (await probe(adapter)),
        } satisfies ProviderStatus;
      }),
    );
  } finally {
    await registry.close();
  }
}

async function probe(adapter: {
  probe(options: { signal: AbortSignal }): Promise<NonNullable<ProviderStatus["probe"]>>;
}) {
  const startedMs = performance.now();
  try {
    return await adapter.probe({ signal: AbortSignal.timeout(PROBE_WITHIN_MS) });
  } catch (error) {
    const problem = errorMessage(error);
    return { ok: false, roundTripMs: Math.round(performance.now() - startedMs), problem, checkedWhat: "a live call" };
  }
}
