import type { Part } from "./kill-plan";
import type { SandboxConnection } from "./processes/sandbox";
import { type ChaosSettings, MAX_ATTEMPTS } from "./settings";

/**
 * One process of an installation that is split by roles and has real credentials, whose providers happen to be the
 * sandbox: so notifications come through PUBLIC_URL, as they would through a load balancer.
 */
export function serverEnvironment(options: {
  part: Part;
  port: number;
  environment: string;
  dataDir: string;
  databaseUrl: string;
  publicUrl: string;
  sandbox: SandboxConnection;
  settings: ChaosSettings;
}): Record<string, string> {
  const { urls, credentials } = options.sandbox;
  const { settings } = options;
  return {
    ROLE: options.part,
    HOST: "127.0.0.1",
    PORT: String(options.port),
    PUBLIC_URL: options.publicUrl,
    DATABASE_URL: options.databaseUrl,
    SWITCHYARD_DATA_DIR: options.dataDir,
    SWITCHYARD_SECRET: "one secret for all instances of a chaos run",
    SWITCHYARD_SANDBOX: "off",
    SWITCHYARD_ENVIRONMENTS: options.environment,
    SWITCHYARD_ENVIRONMENT: options.environment,
    SCENARIO_API_URL: `${urls.scenario}/v1`,
    SCENARIO_API_KEY: credentials.scenarioApiKey,
    SCENARIO_SECRET_API_KEY: credentials.scenarioSecret,
    RUNPOD_API_URL: `${urls.runpodJobs}/v2`,
    RUNPOD_MANAGEMENT_URL: `${urls.runpodManagement}/v2`,
    RUNPOD_API_KEY: credentials.runpodApiKey,
    RUNPOD_COMFYUI_ENDPOINT_ID: credentials.endpointId,
    DEADLINE_SCENARIO_S: "60",
    DEADLINE_COMFYUI_S: "90",
    MAX_ATTEMPTS: String(MAX_ATTEMPTS),
    LOG_LEVEL: "warn",
    ...(settings.plantedBug ? { SWITCHYARD_PLANTED_BUG: settings.plantedBug } : {}),
    ...(settings.r2
      ? {
          R2_ENDPOINT: urls.s3,
          R2_BUCKET: credentials.bucket,
          R2_ACCESS_KEY_ID: credentials.s3AccessKeyId,
          R2_SECRET_ACCESS_KEY: credentials.s3SecretAccessKey,
        }
      : {}),
  };
}
