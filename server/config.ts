import { z } from "zod";
import { Secret } from "@/server/domain/secret";
import {
  PROVIDER_IDS,
  PROVIDER_WORDS,
  type ProviderId,
  parseProviderId,
  SANDBOX_ENVIRONMENT,
} from "@/server/domain/vocabulary";
import { type Environment, readEnvFiles, readSecretFiles } from "@/server/env-files";
import { AppError } from "@/server/errors";
import {
  BACKGROUND_REMOVALS,
  missingVariables,
  PROVIDER_DEFAULTS,
  type ProviderSettings,
  SCENARIO_APIS,
} from "@/server/providers/settings";
import { type SandboxConnection, sandboxConnectionSchema, sandboxProviderSettings } from "@/server/sandbox-connection";

export const SECRET_VARIABLES = [
  "SCENARIO_API_KEY",
  "SCENARIO_SECRET_API_KEY",
  "SCENARIO_API_SECRET",
  "RUNPOD_API_KEY",
  "R2_ACCESS_KEY_ID",
  "R2_SECRET_ACCESS_KEY",
  "DATABASE_URL",
  "SWITCHYARD_SECRET",
  "SWITCHYARD_API_KEY",
  "SMTP_URL",
  "SLACK_WEBHOOK_URL",
] as const;

export const PROCESS_ROLES = ["all", "console", "gateway", "worker"] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

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

const url = z
  .string()
  .refine((value) => /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value), { error: "an http(s) URL" })
  .transform((value) => value.replace(/\/+$/, ""));
const whole = (min: number, max: number) =>
  z
    .string()
    .refine((value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `a whole number from ${min} to ${max}`,
    })
    .transform(Number);
const decimal = (min: number, max: number) =>
  z
    .string()
    .refine((value) => /^\d+(\.\d+)?$/.test(value) && Number(value) >= min && Number(value) <= max, {
      error: `a number from ${min} to ${max}`,
    })
    .transform(Number);
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `one of ${words.join(", ")}` });
const onOff = oneOf(["on", "off"]).transform((word) => word === "on");
const environmentName = /^[a-z][a-z0-9-]{0,30}$/;

const schema = z.object({
  IMAGE_GENERATION_PROVIDER: z
    .string()
    .refine((value) => parseProviderId(value) !== null, { error: `one of ${PROVIDER_WORDS.join(", ")}` })
    .transform((value) => parseProviderId(value))
    .optional(),
  SCENARIO_API_KEY: z.string().optional(),
  SCENARIO_SECRET_API_KEY: z.string().optional(),
  SCENARIO_API_SECRET: z.string().optional(),
  SCENARIO_API_URL: url.default(PROVIDER_DEFAULTS.scenario.baseUrl),
  SCENARIO_API: oneOf(SCENARIO_APIS).default(PROVIDER_DEFAULTS.scenario.api),
  SCENARIO_PROJECT_ID: z.string().optional(),
  SCENARIO_MODEL_TXT2IMG: z.string().optional(),
  SCENARIO_MODEL_IMG2IMG: z.string().optional(),
  SCENARIO_MODEL_REMOVE_BACKGROUND: z.string().optional(),
  RUNPOD_API_KEY: z.string().optional(),
  RUNPOD_COMFYUI_ENDPOINT_ID: z
    .string()
    .refine((value) => /^[A-Za-z0-9_-]+$/.test(value), { error: "the endpoint's id, letters, digits, - and _ only" })
    .optional(),
  RUNPOD_API_URL: url.default(PROVIDER_DEFAULTS.comfyui.baseUrl),
  RUNPOD_MANAGEMENT_URL: url.default(PROVIDER_DEFAULTS.comfyui.managementUrl),
  RUNPOD_GPU_TYPE: z.string().default(PROVIDER_DEFAULTS.comfyui.gpuType),
  RUNPOD_IDLE_TIMEOUT_S: whole(1, 3600).default(5),
  COMFYUI_CHECKPOINT: z.string().default(PROVIDER_DEFAULTS.comfyui.checkpoint),
  COMFYUI_BACKGROUND_REMOVAL: oneOf(BACKGROUND_REMOVALS).default(PROVIDER_DEFAULTS.comfyui.backgroundRemoval),
  COMFYUI_WORKFLOW_TXT2IMG: z.string().optional(),
  COMFYUI_WORKFLOW_IMG2IMG: z.string().optional(),
  COMFYUI_WORKFLOW_REMOVE_BACKGROUND: z.string().optional(),
  R2_ACCOUNT_ID: z.string().optional(),
  R2_ENDPOINT: url.optional(),
  R2_BUCKET: z
    .string()
    .refine((value) => /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(value), {
      error: "a bucket name: 3 to 63 lowercase letters, digits and hyphens",
    })
    .optional(),
  R2_ACCESS_KEY_ID: z.string().optional(),
  R2_SECRET_ACCESS_KEY: z.string().optional(),
  R2_PUBLIC_URL: url
    .refine((value) => URL.canParse(value) && new URL(value).search + new URL(value).hash === "", {
      error: "an address without ? and #",
    })
    .optional(),
  DATABASE_URL: z
    .string()
    .refine((value) => /^postgres(ql)?:\/\/.+/.test(value), { error: "a postgres:// URL" })
    .optional(),
  SWITCHYARD_DATA_DIR: z.string().default(".data"),
  SWITCHYARD_SECRET: z
    .string()
    .refine((value) => value.length >= 32, { error: "at least 32 characters" })
    .optional(),
  SWITCHYARD_ENVIRONMENTS: z
    .string()
    .transform((value) => value.split(",").map((name) => name.trim()))
    .refine(
      (names) => names.length > 0 && names.every((name) => environmentName.test(name) && name !== SANDBOX_ENVIRONMENT),
      {
        error: "a comma-separated list of names (lowercase letters, digits, hyphens); sandbox is made by itself",
      },
    )
    .default(["production", "staging"]),
  SWITCHYARD_ENVIRONMENT: z.string().optional(),
  SWITCHYARD_SANDBOX: oneOf(["auto", "on", "off"]).default("auto"),
  SWITCHYARD_SANDBOX_CONNECTION: z.string().optional(),
  SWITCHYARD_SANDBOX_OPTIONS: z.string().optional(),
  SWITCHYARD_API_KEY: z.string().optional(),
  SWITCHYARD_URL: url.optional(),
  ROLE: oneOf(PROCESS_ROLES).default("all"),
  HOST: z.string().default("127.0.0.1"),
  PORT: whole(0, 65535).default(3000),
  PUBLIC_URL: url.optional(),
  DEADLINE_SCENARIO_S: whole(5, 3600).default(60),
  DEADLINE_COMFYUI_S: whole(5, 3600).default(180),
  FALLBACK: onOff.default(true),
  FALLBACK_RESERVE_S: whole(0, 600).default(30),
  MAX_ATTEMPTS: whole(1, 10).default(3),
  MAX_QUEUED: whole(1, 1_000_000).default(10_000),
  MAX_IN_FLIGHT: whole(1, 100_000).default(5_000),
  AMBIGUOUS_RETRY_BELOW_USD: decimal(0, 1000).default(0.05),
  SCENARIO_POLLS_PER_SECOND: whole(1, 10_000).default(20),
  // RunPod allows 2,000 status calls per 10 s and endpoint; half is left to other clients of the same key.
  RUNPOD_POLLS_PER_SECOND: whole(1, 10_000).default(100),
  DATABASE_ANSWER_WITHIN_MS: whole(100, 60_000).default(1_200),
  SMTP_URL: z
    .string()
    .refine((value) => /^smtps?:\/\/.+/.test(value) && URL.canParse(value), {
      error: "an smtp:// or smtps:// URL such as smtps://user:password@mail.example.com",
    })
    .optional(),
  MAIL_FROM: z
    .string()
    .refine((value) => /^[^<>\r\n]*<?[^\s@<>]+@[^\s@<>]+>?$/.test(value), {
      error: "an address such as Switchyard <ops@example.com>",
    })
    .default("Switchyard <switchyard@localhost>"),
  SLACK_WEBHOOK_URL: url.optional(),
  WEBHOOK_ALLOWED_HOSTS: z
    .string()
    .transform((value) => value.split(",").map((host) => host.trim()))
    .refine((hosts) => hosts.every((host) => /^[A-Za-z0-9.:[\]-]+$/.test(host)), {
      error: "a comma-separated list of host names or addresses",
    })
    .default([]),
  LOG_LEVEL: oneOf(["debug", "info", "warn", "error", "silent"]).default("info"),
});

const SECRETS = new Set<string>(SECRET_VARIABLES);

export interface ConfigVariable {
  name: string;
  /** Its value is never shown, and `<name>_FILE` may name a file that holds it. */
  secret: boolean;
  /** As one would write it; null where nothing is assumed. */
  default: string | null;
}

/** Every variable that the configuration knows, in the order of the schema. */
export function configVariables(): ConfigVariable[] {
  return Object.entries(schema.shape).map(([name, rule]) => {
    const assumed: unknown = rule.parse(undefined);
    return { name, secret: SECRETS.has(name), default: assumed === undefined ? null : asText(assumed) };
  });
}

function asText(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** What is wrong with one variable: its name, what it held (never a secret), what is valid. */
function faultOf(issue: z.core.$ZodIssue, env: Environment): string {
  const name = String(issue.path[0] ?? "");
  const held = SECRETS.has(name) ? "it holds something else" : `it holds "${env[name] ?? ""}"`;
  return `${name} must be ${issue.message}; ${held}`;
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
  const parsed = schema.safeParse(env);
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => faultOf(issue, env)));

  const r2Names = ["R2_BUCKET", "R2_ACCESS_KEY_ID", "R2_SECRET_ACCESS_KEY"];
  const r2Wanted = r2Names.some((name) => env[name]) || env.R2_ENDPOINT || env.R2_ACCOUNT_ID || env.R2_PUBLIC_URL;
  if (r2Wanted) {
    for (const name of r2Names)
      if (!env[name])
        faults.push(`${name} is missing: R2 needs ${r2Names.join(", ")} and R2_ACCOUNT_ID or R2_ENDPOINT`);
    if (!env.R2_ENDPOINT && !env.R2_ACCOUNT_ID)
      faults.push("R2_ACCOUNT_ID (or R2_ENDPOINT) is missing: R2 needs the account's address");
  }
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

  const secret = (value: string | undefined) => (value ? new Secret(value) : null);
  const realSettings: ProviderSettings = {
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
    r2:
      r2Wanted && values.R2_BUCKET && values.R2_ACCESS_KEY_ID && values.R2_SECRET_ACCESS_KEY
        ? {
            endpoint: values.R2_ENDPOINT ?? `https://${values.R2_ACCOUNT_ID}.r2.cloudflarestorage.com`,
            bucket: values.R2_BUCKET,
            accessKeyId: new Secret(values.R2_ACCESS_KEY_ID),
            secretAccessKey: new Secret(values.R2_SECRET_ACCESS_KEY),
            publicUrl: values.R2_PUBLIC_URL ?? null,
          }
        : null,
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
