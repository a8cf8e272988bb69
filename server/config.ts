import { Secret } from "@/server/domain/secret";
import { PROVIDER_IDS, type ProviderId, SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { type Environment, readEnvFiles, readSecretFiles } from "@/server/env-files";
import { AppError } from "@/server/errors";
import { missingVariables, type ProviderSettings } from "@/server/providers/settings";
import { type SandboxConnection, sandboxConnectionSchema, sandboxProviderSettings } from "@/server/sandbox-connection";
import { faultOf, type ProcessRole, SECRET_VARIABLES, type Variables, variablesSchema } from "./config-variables";

export interface R2Settings {
  endpoint: string;
  bucket: string;
  accessKeyId: Secret;
  secretAccessKey: Secret;
  /** A domain that serves the bucket to everybody, without the bucket's name in the path; null: it is private. */
  publicUrl: string | null;
}

/** How messages leave. Null: that way is closed. */
export interface NotificationSettings {
  smtpUrl: Secret | null;
  mailFrom: string;
  slackWebhookUrl: Secret | null;
  /** Hosts of webhooks in private networks that the operator vouches for. */
  webhookAllowedHosts: string[];
}

export interface Config {
  /** What `IMAGE_GENERATION_PROVIDER` says; null when it is not set. */
  imageGenerationProvider: ProviderId | null;
  environments: string[];
  /** Where a request goes that names no environment. */
  defaultEnvironment: string;
  /** The provider settings of an environment; `sandbox` never points at a real provider. */
  providerSettings(environment: string): ProviderSettings;
  /** Names of the variables that the provider still needs in that environment; empty when it is configured. */
  missingVariables(environment: string, provider: ProviderId): string[];
  sandbox: SandboxConnection | null;
  /** How fast the providers' clocks run there beside ours: 1, or a sandbox's own factor. */
  clockFactor(environment: string): number;
  r2: R2Settings | null;
  databaseUrl: Secret | null;
  dataDir: string;
  secret: Secret | null;
  role: ProcessRole;
  host: string;
  port: number;
  /** The address under which providers and browsers reach us; null: no webhooks, polling alone. */
  publicUrl: string | null;
  /** The CLI's own: with a key it calls the server by HTTP instead of opening the database. */
  apiKey: Secret | null;
  /** Where that server is; null: the one that runs on this data folder, else HOST and PORT. */
  serverUrl: string | null;
  deadlineMs: Record<ProviderId, number>;
  /** Time kept back from an attempt so that a fallback can still run before the generation's deadline. */
  fallbackReserveMs: number;
  fallback: boolean;
  /** Paid attempts of one generation, over all providers. */
  maxAttempts: number;
  /** Above this many queued generations new ones are refused with 503. */
  maxQueued: number;
  /** Open jobs at one provider, per environment, over all instances. */
  maxInFlight: number;
  /** An unanswered submit is sent again only when its price estimate is below this; else the generation fails. */
  ambiguousRetryBelowMicros: number;
  /** The endpoint's idle time-out, for cold-start evidence and the idle share of cost. */
  idleTimeoutMs: number;
  /** Status calls per second that all instances together may make, per provider. */
  pollsPerSecond: Record<ProviderId, number>;
  /** A web request whose statement takes longer is answered 503: a caller is told soon, not left hanging. */
  databaseAnswerWithinMs: number;
  notifications: NotificationSettings;
  logLevel: "debug" | "info" | "warn" | "error" | "silent";
}

/** All that is wrong with the configuration, one line a variable. Holds no secret. */
export class ConfigError extends AppError {
  constructor(readonly faults: string[]) {
    super(
      "BAD_REQUEST",
      `The configuration has ${faults.length === 1 ? "a fault" : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
  }
}

/** True when the operator named any real provider's credential: then nothing of the sandbox starts by itself. */
export function hasProviderCredentials(env: Environment): boolean {
  return [
    "SCENARIO_API_KEY",
    "SCENARIO_SECRET_API_KEY",
    "SCENARIO_API_SECRET",
    "RUNPOD_API_KEY",
    "RUNPOD_COMFYUI_ENDPOINT_ID",
  ].some((name) => Boolean(env[name]?.trim()) || Boolean(env[`${name}_FILE`]?.trim()));
}

/** Should the supervisor start the sandbox? `SWITCHYARD_SANDBOX=on|off` says; otherwise only without credentials. */
export function wantsSandbox(env: Environment): boolean {
  const word = env.SWITCHYARD_SANDBOX?.trim() || "auto";
  return word === "on" || (word === "auto" && !hasProviderCredentials(env));
}

/**
 * The configuration, from any environment that a caller passes. Pure but for reading `*_FILE` secrets. Empty values
 * count as absent. Throws ConfigError with every fault at once.
 */
export function parseConfig(rawEnv: Environment): Config {
  const present = Object.fromEntries(
    Object.entries(rawEnv).filter(([, value]) => value !== undefined && value.trim() !== ""),
  );
  const { env, problems } = readSecretFiles(present, SECRET_VARIABLES);
  const faults = [...problems];
  const parsed = variablesSchema.safeParse(env);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => faultOf(issue, env)));

  faults.push(...r2Faults(env));
  if (
    env.SCENARIO_SECRET_API_KEY &&
    env.SCENARIO_API_SECRET &&
    env.SCENARIO_SECRET_API_KEY !== env.SCENARIO_API_SECRET
  ) {
    faults.push("SCENARIO_SECRET_API_KEY and SCENARIO_API_SECRET differ: keep one");
  }
  const sandbox = parseSandbox(env.SWITCHYARD_SANDBOX_CONNECTION, faults);
  if (!parsed.success) throw new ConfigError(faults);
  const values = parsed.data;

  const real = hasProviderCredentials(env) || values.SWITCHYARD_SANDBOX === "off" ? values.SWITCHYARD_ENVIRONMENTS : [];
  const environments = sandbox
    ? [...real, SANDBOX_ENVIRONMENT]
    : real.length > 0
      ? real
      : values.SWITCHYARD_ENVIRONMENTS;
  const defaultEnvironment = values.SWITCHYARD_ENVIRONMENT ?? environments[0] ?? SANDBOX_ENVIRONMENT;
  // The supervisor reads the configuration before the sandbox runs.
  const isComing = defaultEnvironment === SANDBOX_ENVIRONMENT && wantsSandbox(env);
  if (!environments.includes(defaultEnvironment) && !isComing) {
    faults.push(`SWITCHYARD_ENVIRONMENT must be one of ${environments.join(", ")}; it holds "${defaultEnvironment}"`);
  }
  if (faults.length > 0) throw new ConfigError(faults);

  const realSettings = realProviderSettings(values);
  const sandboxSettings = sandbox ? sandboxProviderSettings(sandbox, realSettings) : null;
  const providerSettings = (environment: string): ProviderSettings => {
    if (environment !== SANDBOX_ENVIRONMENT) return realSettings;
    if (!sandboxSettings)
      throw new AppError("NOT_FOUND", "the sandbox is not running: start it with SWITCHYARD_SANDBOX=on");
    return sandboxSettings;
  };

  return {
    imageGenerationProvider: values.IMAGE_GENERATION_PROVIDER ?? null,
    environments,
    defaultEnvironment,
    providerSettings,
    missingVariables: (environment, provider) => missingVariables(providerSettings(environment), provider),
    sandbox,
    clockFactor: (environment) => (environment === SANDBOX_ENVIRONMENT ? (sandbox?.clockFactor ?? 1) : 1),
    r2: r2Settings(values),
    databaseUrl: secret(values.DATABASE_URL),
    dataDir: values.SWITCHYARD_DATA_DIR,
    secret: secret(values.SWITCHYARD_SECRET),
    role: values.ROLE,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL ?? null,
    apiKey: secret(values.SWITCHYARD_API_KEY),
    serverUrl: values.SWITCHYARD_URL ?? null,
    deadlineMs: { scenario: values.DEADLINE_SCENARIO_S * 1000, comfyui: values.DEADLINE_COMFYUI_S * 1000 },
    fallbackReserveMs: values.FALLBACK_RESERVE_S * 1000,
    fallback: values.FALLBACK,
    maxAttempts: values.MAX_ATTEMPTS,
    maxQueued: values.MAX_QUEUED,
    maxInFlight: values.MAX_IN_FLIGHT,
    ambiguousRetryBelowMicros: Math.round(values.AMBIGUOUS_RETRY_BELOW_USD * 1_000_000),
    idleTimeoutMs: values.RUNPOD_IDLE_TIMEOUT_S * 1000,
    pollsPerSecond: { scenario: values.SCENARIO_POLLS_PER_SECOND, comfyui: values.RUNPOD_POLLS_PER_SECOND },
    databaseAnswerWithinMs: values.DATABASE_ANSWER_WITHIN_MS,
    notifications: {
      smtpUrl: secret(values.SMTP_URL),
      mailFrom: values.MAIL_FROM,
      slackWebhookUrl: secret(values.SLACK_WEBHOOK_URL),
      webhookAllowedHosts: values.WEBHOOK_ALLOWED_HOSTS,
    },
    logLevel: values.LOG_LEVEL,
  };
}

const secret = (value: string | undefined) => (value ? new Secret(value) : null);

function realProviderSettings(values: Variables): ProviderSettings {
  return {
    scenario: {
      baseUrl: values.SCENARIO_API_URL,
      apiKey: secret(values.SCENARIO_API_KEY),
      secret: secret(values.SCENARIO_SECRET_API_KEY ?? values.SCENARIO_API_SECRET),
      api: values.SCENARIO_API,
      projectId: values.SCENARIO_PROJECT_ID ?? null,
      models: {
        txt2img: values.SCENARIO_MODEL_TXT2IMG ?? null,
        img2img: values.SCENARIO_MODEL_IMG2IMG ?? null,
        removeBackground: values.SCENARIO_MODEL_REMOVE_BACKGROUND ?? null,
      },
    },
    comfyui: {
      baseUrl: values.RUNPOD_API_URL,
      managementUrl: values.RUNPOD_MANAGEMENT_URL,
      apiKey: secret(values.RUNPOD_API_KEY),
      endpointId: values.RUNPOD_COMFYUI_ENDPOINT_ID ?? null,
      checkpoint: values.COMFYUI_CHECKPOINT,
      gpuType: values.RUNPOD_GPU_TYPE,
      backgroundRemoval: values.COMFYUI_BACKGROUND_REMOVAL,
      workflowFiles: {
        txt2img: values.COMFYUI_WORKFLOW_TXT2IMG ?? null,
        img2img: values.COMFYUI_WORKFLOW_IMG2IMG ?? null,
        removeBackground: values.COMFYUI_WORKFLOW_REMOVE_BACKGROUND ?? null,
      },
    },
  };
}

const R2_NAMES = ["R2_BUCKET", "R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"] as const;

/** What is missing of R2, where any part of it is set. */
function r2Faults(env: Environment): string[] {
  const isWanted = [...R2_NAMES, "R2_ENDPOINT", "R2_ACCOUNT_ID", "R2_PUBLIC_URL"].some((name) => env[name]);
  if (!isWanted) return [];
  const faults = R2_NAMES.filter((name) => !env[name]).map(
    (name) => `${name} is missing: R2 needs ${R2_NAMES.join(", ")} and R2_ACCOUNT_ID or R2_ENDPOINT`,
  );
  if (!env.R2_ENDPOINT && !env.R2_ACCOUNT_ID)
    faults.push("R2_ACCOUNT_ID (or R2_ENDPOINT) is missing: R2 needs the account's address");
  return faults;
}

/** Null: pictures stay on the disk. */
function r2Settings(values: Variables): R2Settings | null {
  const { R2_BUCKET: bucket, R2_ACCESS_KEY_ID: keyId, R2_SECRET_ACCESS_KEY: secretKey } = values;
  if (!bucket || !keyId || !secretKey) return null;
  return {
    endpoint: values.R2_ENDPOINT ?? `https://${values.R2_ACCOUNT_ID}.r2.cloudflarestorage.com`,
    bucket,
    accessKeyId: new Secret(keyId),
    secretAccessKey: new Secret(secretKey),
    publicUrl: values.R2_PUBLIC_URL ?? null,
  };
}

function parseSandbox(text: string | undefined, faults: string[]): SandboxConnection | null {
  if (!text) return null;
  try {
    return sandboxConnectionSchema.parse(JSON.parse(text));
  } catch (error) {
    faults.push(
      `SWITCHYARD_SANDBOX_CONNECTION must be the line that the sandbox prints with --json (${error instanceof Error ? error.name : "error"})`,
    );
    return null;
  }
}

/** The providers that can receive traffic in an environment. */
export function configuredProviders(config: Config, environment: string): ProviderId[] {
  return PROVIDER_IDS.filter((provider) => config.missingVariables(environment, provider).length === 0);
}

const holder = globalThis as typeof globalThis & { __switchyardConfig?: Config };

/** The process's configuration: environment over env files, parsed on first use. Nothing else reads process.env. */
export function getConfig(): Config {
  holder.__switchyardConfig ??= parseConfig({ ...readEnvFiles(process.cwd()), ...process.env });
  return holder.__switchyardConfig;
}

/** `IMAGE_GENERATION_PROVIDER` of the process environment alone, raw: the env files are followed apart from it. */
export function processVariable(): string | undefined {
  return process.env.IMAGE_GENERATION_PROVIDER;
}
