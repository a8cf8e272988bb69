import { sql } from "drizzle-orm";
import type { Config } from "@/server/config";
import { PROVIDER_IDS, SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import type { EndpointDeps } from "@/server/endpoint/types";
import { createLog } from "@/server/log";
import { createProviders, type ProviderRegistry } from "@/server/providers/registry";
import { ensureEnvironments } from "@/server/rollout/ensure-environments";
import { checkProvider, readReadiness } from "@/server/rollout/readiness";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { startCommandSandbox } from "./command-sandbox";
import { chooseEnvironment, type Installation, openInstallation } from "./installation";

/** The rollout of one environment, as the commands that show and move traffic work on it. */
export interface Rollout {
  environment: string;
  deps: RolloutDeps;
  operator: Operator;
  /** When this process began, on the database's clock: the moment of pressing. */
  startedAtMs: number;
  /** Live checks of both providers, unless somebody has lately found both of them ready. */
  refreshReadiness(): Promise<void>;
  /** What the candidate's endpoint is looked at and changed with; starts a sandbox where one is needed. */
  openEndpoint(): Promise<EndpointDeps>;
}

/**
 * Opens this machine's installation, with a running server or without, for the length of `work`. Moves no traffic by
 * itself and reads nothing of `IMAGE_GENERATION_PROVIDER` but for environments that have no history yet.
 */
export async function withRollout<T>(
  named: string | undefined,
  say: (line: string) => void,
  work: (rollout: Rollout) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation(say);
  const closing: (() => Promise<void>)[] = [installation.close];
  try {
    if (installation.config.apiKey !== null)
      say("SWITCHYARD_API_KEY is set, but this command works on this machine's installation");
    const environment = chooseEnvironment(installation, named);
    const providers = lazyProviders(installation, environment, say, closing);
    const config = configOf(installation);
    await ensureEnvironments(installation.connection, config);
    const deps: RolloutDeps = {
      db: installation.connection.db,
      config,
      provider: (_environment, id) => providers.current()?.get(id) ?? null,
      log: createLog({ level: "error", write: (line) => process.stderr.write(line) }),
    };
    return await work({
      environment,
      deps,
      operator: { principal: installation.principal, via: "cli", requestId: null },
      startedAtMs: await startedAtMs(installation),
      async refreshReadiness() {
        const known = await readReadiness(deps.db, environment);
        if (known.every(({ ok, stale }) => ok && !stale)) return;
        await providers.open();
        await Promise.all(PROVIDER_IDS.map((id) => checkProvider(deps, environment, id)));
      },
      async openEndpoint() {
        const opened = await providers.open();
        const { db, log } = deps;
        return { db, log, config: { ...config, ...opened }, management: () => providers.current()?.management ?? null };
      },
    });
  } finally {
    for (const step of closing.reverse()) await step();
  }
}

/** The sandbox brings credentials of its own whenever it runs, so that it is configured also while it does not. */
function configOf({ config, environments }: Installation): Config {
  return {
    ...config,
    environments,
    missingVariables: (environment, provider) =>
      environment === SANDBOX_ENVIRONMENT && config.sandbox === null
        ? []
        : config.missingVariables(environment, provider),
  };
}

/** Adapters are made, and a sandbox is started for them, only when something is to be checked. */
function lazyProviders(
  installation: Installation,
  environment: string,
  say: (line: string) => void,
  closing: (() => Promise<void>)[],
) {
  let registry: ProviderRegistry | null = null;
  let { config } = installation;
  return {
    current: () => registry,
    /** Gives the settings that they were made from: a sandbox started for this command has its own. */
    async open(): Promise<Pick<Config, "environments" | "providerSettings" | "sandbox" | "r2">> {
      if (registry !== null) return config;
      if (environment === SANDBOX_ENVIRONMENT && config.sandbox === null) {
        const sandbox = await startCommandSandbox(installation, say);
        closing.push(sandbox.stop);
        config = sandbox.config;
      }
      const opened = createProviders(config.providerSettings(environment));
      closing.push(() => opened.close());
      registry = opened;
      return config;
    },
  };
}

async function startedAtMs({ connection }: Installation): Promise<number> {
  const { rows } = await connection.db.execute<{ nowMs: number }>(
    sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs"`,
  );
  // Counted back from the database's clock: this machine's own may be another.
  return Math.round((rows[0]?.nowMs ?? Date.now()) - performance.now());
}
