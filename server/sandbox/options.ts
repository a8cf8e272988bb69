import { type FaultRule, parseFaultRule } from "./faults";
import { isObject } from "./http";
import { DEFAULT_ENDPOINT, type EndpointSettings } from "./runpod/settings";

export interface SandboxCredentials {
  runpodApiKey: string;
  endpointId: string;
  scenarioApiKey: string;
  scenarioSecret: string;
  s3AccessKeyId: string;
  s3SecretAccessKey: string;
  bucket: string;
}

/** Values that look like the real thing and say what they are. */
const DEFAULT_CREDENTIALS: SandboxCredentials = {
  runpodApiKey: "rpa_SANDBOX_0000000000000000000000000000",
  endpointId: "sbx0flux1dev8",
  scenarioApiKey: "api_sandbox",
  scenarioSecret: "sandbox-secret-000000000000",
  s3AccessKeyId: "sandboxaccesskeyid",
  s3SecretAccessKey: "sandboxsecretaccesskey000000000000000000",
  bucket: "switchyard-images",
};

export interface Ports {
  runpodJobs: number;
  runpodManagement: number;
  scenario: number;
  scenarioCdn: number;
  s3: number;
  control: number;
}

export interface ScenarioSettings {
  /** Jobs at the same time before 429. */
  concurrency: number;
  /** Life of a signed image URL in sandbox milliseconds. */
  cdnUrlTtlMs: number;
  /** Some images come as WebP unless `originalAssets=true`. */
  transforms: boolean;
  usdPerUnit: number;
}

/** A rehearsal: settings and faults from one file. */
export interface SandboxScenario {
  name: string;
  endpoint?: Partial<EndpointSettings>;
  scenario?: Partial<ScenarioSettings>;
  faults: FaultRule[];
}

export interface SandboxOptions {
  /** Same seed, same latencies, faults and pictures for the same sequence of calls. Default 1. */
  seed?: number;
  /** Sandbox seconds per second. 20: a cold start of 45 s takes 2.25 s, and still reports 45 000 ms. Default 1. */
  clockFactor?: number;
  /** Part of every id. Default random, so that ids of an earlier run never come again; fix it to compare two runs. */
  instance?: string;
  host?: string;
  /** 0 or absent: any free port. */
  ports?: Partial<Ports>;
  endpoint?: Partial<EndpointSettings>;
  scenarioSettings?: Partial<ScenarioSettings>;
  credentials?: Partial<SandboxCredentials>;
  scenario?: SandboxScenario;
  /** `tiny`: eight cheap pictures per size, for load tests. */
  imageMode?: "full" | "tiny";
  /** False: the services never answer 429 for load by themselves. Faults still may. */
  rateLimits?: boolean;
  /** Jobs that the ledger remembers in full. */
  ledgerCapacity?: number;
  /** R2's 501 on checksum, ACL and chunked-trailer headers. */
  s3StrictHeaders?: boolean;
}

export function resolveOptions(options: SandboxOptions) {
  const seed = options.seed ?? 1;
  if (!Number.isInteger(seed)) throw new Error("seed must be a whole number");
  const scenarioSettings: ScenarioSettings = {
    concurrency: 64,
    cdnUrlTtlMs: 3_600_000,
    transforms: true,
    usdPerUnit: 0.009,
    ...options.scenarioSettings,
    ...options.scenario?.scenario,
  };
  return {
    seed,
    clockFactor: options.clockFactor ?? 1,
    host: options.host ?? "127.0.0.1",
    ports: { runpodJobs: 0, runpodManagement: 0, scenario: 0, scenarioCdn: 0, s3: 0, control: 0, ...options.ports },
    endpoint: { ...DEFAULT_ENDPOINT, ...options.endpoint, ...options.scenario?.endpoint },
    scenarioSettings,
    credentials: { ...DEFAULT_CREDENTIALS, ...options.credentials },
    faults: options.scenario?.faults ?? [],
    imageMode: options.imageMode ?? ("full" as const),
    rateLimits: options.rateLimits ?? true,
    ledgerCapacity: options.ledgerCapacity ?? 100_000,
    s3StrictHeaders: options.s3StrictHeaders ?? true,
  };
}

/** Checks a scenario read from a file; throws with the field that is wrong. */
export function parseScenario(value: unknown): SandboxScenario {
  if (!isObject(value)) throw new Error("a scenario must be an object");
  const allowed = ["name", "description", "endpoint", "scenario", "faults"];
  const unknown = Object.keys(value).find((field) => !allowed.includes(field));
  if (unknown !== undefined) throw new Error(`scenario: unknown field "${unknown}" (allowed: ${allowed.join(", ")})`);
  if (typeof value.name !== "string") throw new Error('scenario: "name" must be a string');
  const faults = value.faults ?? [];
  if (!Array.isArray(faults)) throw new Error('scenario: "faults" must be an array');
  const scenario: SandboxScenario = { name: value.name, faults: faults.map(parseFaultRule) };
  if (value.endpoint !== undefined) scenario.endpoint = parseEndpointSettings(value.endpoint);
  if (value.scenario !== undefined) {
    const known = ["concurrency", "cdnUrlTtlMs", "transforms", "usdPerUnit"];
    if (!isObject(value.scenario)) throw new Error('scenario: "scenario" must be an object');
    const wrong = Object.keys(value.scenario).find((field) => !known.includes(field));
    if (wrong !== undefined)
      throw new Error(`scenario.scenario: unknown field "${wrong}" (allowed: ${known.join(", ")})`);
    scenario.scenario = value.scenario;
  }
  return scenario;
}

/** Checks endpoint settings from outside: each field must be known and of the default's kind. */
export function parseEndpointSettings(value: unknown): Partial<EndpointSettings> {
  if (!isObject(value)) throw new Error("endpoint settings must be an object");
  const defaults: Record<string, unknown> = { ...DEFAULT_ENDPOINT };
  for (const [field, given] of Object.entries(value)) {
    if (!(field in defaults)) {
      throw new Error(`endpoint settings: unknown field "${field}" (allowed: ${Object.keys(defaults).join(", ")})`);
    }
    if (typeof given !== typeof defaults[field])
      throw new Error(`endpoint settings: "${field}" must be a ${typeof defaults[field]}`);
    if (typeof given === "number" && given < 0) throw new Error(`endpoint settings: "${field}" must not be negative`);
  }
  return value; // every field was compared with the default's kind above
}
