import { userInfo } from "node:os";
import { resolve } from "node:path";
import { type Connection, connect, POOL_LIMITS } from "@/db/client";
import { startEmbeddedPostgres } from "@/db/embedded/start-embedded-postgres";
import { migrate } from "@/db/migrate";
import { type InstanceView, livingInstances } from "@/db/queries/instances";
import { localPrincipal } from "@/server/auth/access";
import { type Config, hasProviderCredentials, parseConfig, wantsSandbox } from "@/server/config";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { type Environment, readEnvFiles } from "@/server/env-files";
import { AppError } from "@/server/errors";
import type { Principal } from "@/server/gateway/types";
import { handedOver } from "@/server/supervisor/hand-over";
import { isGone } from "./workers";

/** The installation on this machine: its configuration with what runs filled in, and its database. */
export interface Installation {
  /** With the database's address, and the sandbox's where one runs. */
  config: Config;
  env: Environment;
  connection: Connection;
  database: "embedded" | "DATABASE_URL";
  /** All that may hold rows, the sandbox included when it does not run just now. */
  environments: string[];
  /** Where the server's pages are; null when none runs on this data folder. */
  serverUrl: string | null;
  principal: Principal;
  /** Living processes that do work, without those that were killed a moment ago. */
  workers(): Promise<InstanceView[]>;
  close(): Promise<void>;
}

/** The process's environment over the env files, as the server sees it. */
export function readEnvironment(): Environment {
  return { ...readEnvFiles(process.cwd()), ...process.env };
}

/**
 * Connects to the database that the configuration names, or joins the embedded one of the data folder and starts it
 * when nothing runs it; then it ends with the command. Brings the schema up to date. Throws UNAVAILABLE when the
 * database does not answer.
 */
export async function openInstallation(say: (line: string) => void): Promise<Installation> {
  const env = readEnvironment();
  const first = parseConfig(env);
  const found: Environment = {};
  const sandbox = first.sandbox === null && wantsSandbox(env) ? handedOver(first.dataDir, "sandbox") : null;
  if (sandbox !== null) found.SWITCHYARD_SANDBOX_CONNECTION = sandbox;

  const embedded = first.databaseUrl === null ? await startEmbedded(first.dataDir, say) : null;
  if (embedded !== null) Object.assign(found, { DATABASE_URL: embedded.url, DATABASE_URL_FILE: "" });
  try {
    const config = parseConfig({ ...env, ...found });
    const url = config.databaseUrl?.reveal() ?? "";
    await migrate({ databaseUrl: url, log: say });
    const connection = connect({ url, name: "cli", ...POOL_LIMITS.tool });
    return {
      config,
      env: { ...env, ...found },
      connection,
      database: embedded === null ? "DATABASE_URL" : "embedded",
      environments: environmentsOf(config, env),
      serverUrl: config.serverUrl ?? handedOver(config.dataDir, "server"),
      principal: localPrincipal(userName()),
      workers: async () => {
        const living = await livingInstances(connection.db);
        return living.filter(({ id, role }) => (role === "all" || role === "worker") && !isGone(id));
      },
      async close() {
        await connection.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await embedded?.stop();
    throw AppError.is(error) ? error : unavailable(error);
  }
}

/** The environment to work in: the one named, which must exist, else the default one. */
export function chooseEnvironment(installation: Installation, named: string | undefined): string {
  const { config, environments } = installation;
  const fallback = environments.includes(config.defaultEnvironment) ? config.defaultEnvironment : environments[0];
  const environment = named ?? fallback ?? SANDBOX_ENVIRONMENT;
  if (environments.includes(environment)) return environment;
  const rule = `must be one of ${environments.join(", ")}, not "${environment}"`;
  throw new AppError("BAD_REQUEST", `--environment ${rule}`, { problems: [{ field: "--environment", rule }] });
}

function environmentsOf(config: Config, env: Environment): string[] {
  if (config.sandbox !== null || !wantsSandbox(env)) return config.environments;
  return hasProviderCredentials(env) ? [...config.environments, SANDBOX_ENVIRONMENT] : [SANDBOX_ENVIRONMENT];
}

async function startEmbedded(dataDir: string, say: (line: string) => void) {
  try {
    return await startEmbeddedPostgres({ dataDir: resolve(dataDir), log: say });
  } catch (error) {
    throw unavailable(error);
  }
}

function unavailable(cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new AppError("UNAVAILABLE", `the database cannot be used: ${message}`, { cause });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // An account without an entry in the system's list, as in some containers.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
