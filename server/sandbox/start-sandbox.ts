import { randomBytes } from "node:crypto";
import { BlobStore } from "./blobs";
import { ScaledClock } from "./clock";
import { ControlApi } from "./control";
import { Studio } from "./draw/studio";
import { FaultPlan, type FaultRule } from "./faults";
import { type Listener, listen, sendJson } from "./http";
import { LatencyModel } from "./latency";
import { Ledger } from "./ledger";
import { resolveOptions, type SandboxCredentials, type SandboxOptions } from "./options";
import { Endpoint } from "./runpod/endpoint";
import { JobPlane } from "./runpod/job-plane";
import { Management } from "./runpod/management";
import type { EndpointSettings } from "./runpod/settings";
import { S3Server } from "./s3/server";
import { presignGet } from "./s3/sigv4";
import { ScenarioApi } from "./scenario/api";
import { Assets } from "./scenario/assets";
import { ScenarioJobs } from "./scenario/jobs";
import { Uploads } from "./scenario/uploads";

/** Origins without a path: each stands for a real host, so the path that follows is the real one. */
export interface SandboxUrls {
  /** Stands for `https://api.runpod.ai`: call `/v2/{endpointId}/run` and so on. */
  runpodJobs: string;
  /** Stands for `https://api.runpod.io`: call `/v2/serverless/{id}` and so on. */
  runpodManagement: string;
  /** Stands for `https://api.cloud.scenario.com`: call `/v1/…`. */
  scenario: string;
  /** Where Scenario's signed image URLs lead. */
  scenarioCdn: string;
  /** Stands for `https://<account>.r2.cloudflarestorage.com`, path style. */
  s3: string;
  control: string;
}

export interface Sandbox {
  urls: SandboxUrls;
  credentials: SandboxCredentials;
  ledger: Ledger;
  /** Gives back the rule's id. */
  addFault(rule: FaultRule): string;
  /** Without an id: all. Gives back how many went. */
  removeFaults(id?: string): number;
  configureEndpoint(changes: Partial<EndpointSettings>): void;
  /** No new machine is to be had while true. */
  throttle(isThrottled: boolean): void;
  /** Kills a busy worker as a crash would; false when none is busy. */
  crashWorker(): boolean;
  /** Sandbox time in milliseconds since 1970. */
  now(): number;
  /** The machine's time at which sandbox time began to differ from it. */
  startedAtMs: number;
  /** May be called twice. */
  stop(): Promise<void>;
}

/** Starts all servers on loopback. They answer when the promise resolves. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const resolved = resolveOptions(options);
  const { seed, credentials, scenarioSettings } = resolved;
  const instance = options.instance ?? randomBytes(8).toString("hex");
  const clock = new ScaledClock(resolved.clockFactor);
  const blobs = await BlobStore.open();
  const ledger = new Ledger(resolved.ledgerCapacity);
  const latency = new LatencyModel(seed);
  const faults = new FaultPlan(clock, seed);
  const studio = new Studio(resolved.imageMode);
  for (const rule of resolved.faults) faults.add(rule);

  const listeners = new Map<keyof SandboxUrls, Listener>();
  const origin = (name: keyof SandboxUrls) => listeners.get(name)?.origin ?? "";
  const shared = { clock, seed, instance, latency, ledger, faults };

  const endpoint = new Endpoint(shared, resolved.endpoint);
  const s3 = new S3Server({
    clock,
    blobs,
    faults,
    credentials: { accessKeyId: credentials.s3AccessKeyId, secretAccessKey: credentials.s3SecretAccessKey },
    buckets: [credentials.bucket],
    strictHeaders: resolved.s3StrictHeaders,
  });
  const isRunpodRevoked = () => faults.isWorld("key_revoked", "runpod");
  const takesAnyKey = () => faults.isWorld("any_key", "runpod");
  const { runpodApiKey: apiKey, endpointId } = credentials;
  const jobPlane = new JobPlane({
    endpoint,
    endpointId,
    apiKey,
    blobs,
    studio,
    rateLimits: resolved.rateLimits,
    isRevoked: isRunpodRevoked,
    takesAnyKey,
    upload: async (jobId, index, bytes) => {
      // The worker names no bucket, so its library takes month and year.
      const date = new Date();
      const bucket = `${String(date.getUTCMonth() + 1).padStart(2, "0")}-${String(date.getUTCFullYear()).slice(2)}`;
      const key = `${jobId}/${index.toString(16).padStart(8, "0")}.png`;
      if (s3.buckets.get(bucket)?.has(key) !== true) await s3.store(bucket, key, bytes, "image/png");
      const keys = { accessKeyId: credentials.s3AccessKeyId, secretAccessKey: credentials.s3SecretAccessKey };
      return presignGet(`${origin("s3")}/${bucket}/${key}`, keys, 604_800, Date.now());
    },
  });
  const management = new Management({
    endpoint,
    endpointId,
    apiKey,
    jobsOrigin: () => origin("runpodJobs"),
    createdAt: clock.now(),
    isRevoked: isRunpodRevoked,
    takesAnyKey,
    rateLimits: resolved.rateLimits,
  });
  const cdnOrigin = () => origin("scenarioCdn");
  const assets = new Assets({
    ...shared,
    blobs,
    studio,
    cdnOrigin,
    urlTtlMs: scenarioSettings.cdnUrlTtlMs,
    transforms: scenarioSettings.transforms,
  });
  const uploads = new Uploads({ clock, instance, assets, cdnOrigin });
  const jobs = new ScenarioJobs({
    ...shared,
    assets,
    concurrency: scenarioSettings.concurrency,
    usdPerUnit: scenarioSettings.usdPerUnit,
  });
  const scenario = new ScenarioApi({
    clock,
    faults,
    ledger,
    assets,
    uploads,
    jobs,
    concurrency: scenarioSettings.concurrency,
    apiKey: credentials.scenarioApiKey,
    secret: credentials.scenarioSecret,
    isRevoked: () => faults.isWorld("key_revoked", "scenario"),
    takesAnyKey: () => faults.isWorld("any_key", "scenario"),
  });
  const urls = (): SandboxUrls => ({
    runpodJobs: origin("runpodJobs"),
    runpodManagement: origin("runpodManagement"),
    scenario: origin("scenario"),
    scenarioCdn: origin("scenarioCdn"),
    s3: origin("s3"),
    control: origin("control"),
  });
  const control = new ControlApi({
    endpoint,
    faults,
    ledger,
    webhooks: () => jobPlane.webhooks.delivered,
    describe: () => ({
      urls: urls(),
      credentials,
      seed,
      clockFactor: resolved.clockFactor,
      now: clock.now(),
      endpoint: endpoint.settings,
      totals: ledger.totals(),
    }),
  });

  let stopped: Promise<void> | null = null;
  const stop = async () => {
    clock.stop();
    await Promise.all([...listeners.values()].map((listener) => listener.close()));
    jobs.stop();
    endpoint.stopAll();
    await blobs.close();
  };
  const handlers: Record<keyof SandboxUrls, Parameters<typeof listen>[0]> = {
    runpodJobs: (exchange) => jobPlane.handle(exchange),
    runpodManagement: (exchange) => management.handle(exchange),
    scenario: (exchange) => scenario.handle(exchange),
    scenarioCdn: async (exchange) => {
      const strike = faults.forCall({ provider: "scenario", operation: "cdn" });
      if (strike !== null && cdnStruck(exchange, strike.kind, strike.value)) return;
      if (!(await uploads.servePart(exchange))) await assets.serve(exchange);
    },
    s3: (exchange) => s3.handle(exchange),
    control: (exchange) => control.handle(exchange),
  };
  try {
    for (const name of ["runpodJobs", "runpodManagement", "scenario", "scenarioCdn", "s3", "control"] as const) {
      listeners.set(name, await listen(handlers[name], { host: resolved.host, port: resolved.ports[name] }));
    }
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    urls: urls(),
    credentials,
    ledger,
    addFault: (rule) => {
      const id = faults.add(rule);
      endpoint.reconsider();
      return id;
    },
    removeFaults: (id) => {
      const removed = faults.remove(id);
      endpoint.reconsider();
      return removed;
    },
    configureEndpoint: (changes) => endpoint.configure(changes),
    throttle: (isThrottled) => {
      endpoint.fleet.throttled = isThrottled;
      endpoint.reconsider();
    },
    crashWorker: () => endpoint.crash(),
    now: () => clock.now(),
    startedAtMs: clock.wallStart,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function cdnStruck(exchange: Parameters<Parameters<typeof listen>[0]>[0], kind: string, value: number | null): boolean {
  if (kind === "hang" || kind === "accept_then_hang") return true;
  if (kind === "reset" || kind === "accept_then_reset") {
    exchange.req.socket.resetAndDestroy();
    return true;
  }
  sendJson(exchange.res, kind === "rate_limited" ? 429 : kind === "server_error" ? (value ?? 503) : 403, {});
  return true;
}
