import { z } from "zod";
import { PROVIDER_WORDS, parseProviderId, SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import type { Environment } from "@/server/env-files";
import { BACKGROUND_REMOVALS, PROVIDER_DEFAULTS, SCENARIO_APIS } from "@/server/providers/settings";

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

const PROCESS_ROLES = ["all", "console", "gateway", "worker"] as const;
export type ProcessRole = (typeof PROCESS_ROLES)[number];

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

/** What each variable may hold, and what is assumed without it. */
export const variablesSchema = z.object({
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
export type Variables = z.output<typeof variablesSchema>;

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
  return Object.entries(variablesSchema.shape).map(([name, rule]) => {
    const assumed: unknown = rule.parse(undefined);
    return { name, secret: SECRETS.has(name), default: assumed === undefined ? null : asText(assumed) };
  });
}

function asText(value: unknown): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return Array.isArray(value) ? value.join(",") : String(value);
}

/** What is wrong with one variable: its name, what it held (never a secret), what is valid. */
export function faultOf(issue: z.core.$ZodIssue, env: Environment): string {
  const name = String(issue.path[0] ?? "");
  const held = SECRETS.has(name) ? "it holds something else" : `it holds "${env[name] ?? ""}"`;
  return `${name} must be ${issue.message}; ${held}`;
}
