import type { FaultPlan } from "../faults";
import { BodyTooLarge, type Exchange, isObject, type JsonObject, readBody, send } from "../http";
import { strikeCall, type Wording } from "../http-faults";
import { RateWindow } from "../rate-limit";
import { billingRecords, parseBillingQuery } from "./billing-query";
import type { Endpoint } from "./endpoint";
import { parsePatch } from "./management-patch";
import { type EndpointSettings, GPU_TYPES } from "./settings";
import type { Worker } from "./worker";

export interface ManagementDeps {
  endpoint: Endpoint;
  endpointId: string;
  apiKey: string;
  jobsOrigin: () => string;
  createdAt: number;
  isRevoked: () => boolean;
  takesAnyKey: () => boolean;
  rateLimits: boolean;
}

const problem = (status: number, title: string, detail: string, errors?: string[]) => ({
  title,
  status,
  detail,
  ...(errors === undefined ? {} : { errors }),
});

const WORDING: Wording = {
  rateLimited: () => problem(429, "Too Many Requests", "rate limit exceeded"),
  unauthorized: () => problem(401, "Unauthorized", "missing bearer token"),
  forbidden: () => problem(403, "Forbidden", "access denied"),
  paymentRequired: () => problem(402, "Payment Required", "insufficient balance"),
  notFound: () => problem(404, "Not Found", "not found"),
  serverError: (status) => problem(status, "Internal Server Error", "internal error"),
};

/** `https://api.runpod.io/v2`: the endpoint's settings, its workers, releases, the bill and the price list. */
export class Management {
  private readonly windows: Record<"minute" | "hour" | "day", RateWindow>;

  constructor(private readonly deps: ManagementDeps) {
    const { clock } = deps.endpoint.deps;
    this.windows = {
      minute: new RateWindow(clock, 60_000, 60),
      hour: new RateWindow(clock, 3_600_000, 3_000),
      day: new RateWindow(clock, 86_400_000, 50_000),
    };
  }

  async handle(exchange: Exchange): Promise<void> {
    const { headers, method, path, query, res } = exchange;
    const { endpoint, endpointId } = this.deps;
    if (!headers.authorization?.startsWith("Bearer ")) return this.reply(exchange, 401, WORDING.unauthorized(), false);
    const isKey = headers.authorization === `Bearer ${this.deps.apiKey}` && !this.deps.isRevoked();
    if (!isKey && !this.deps.takesAnyKey()) {
      return this.reply(exchange, 401, problem(401, "Unauthorized", "invalid bearer token"), false);
    }
    const { minute, hour, day } = this.windows;
    // Without limits nothing is counted either: a client that reads what is left would hold back by itself.
    if (this.deps.rateLimits && ![minute, hour, day].every((window) => window.take()))
      return this.reply(exchange, 429, WORDING.rateLimited());
    const faults: FaultPlan = endpoint.deps.faults;
    const operation = `management.${path.split("/")[2] ?? ""}`;
    if (strikeCall(exchange, faults.forCall({ provider: "runpod", operation }), WORDING)) return;

    if (path === "/v2/catalog/gpus" && method === "GET") return this.reply(exchange, 200, catalogue(query));
    if (path === "/v2/billing/serverless" && method === "GET") {
      const asked = parseBillingQuery(query, endpoint.now);
      if (typeof asked === "string") return this.reply(exchange, 400, problem(400, "Bad Request", asked));
      return this.reply(exchange, 200, billingRecords(endpoint, endpointId, asked));
    }
    // Spend on public endpoints: it answers, and with nothing. A client that asks here believes that it pays nothing.
    if (path === "/v2/billing/endpoints" && method === "GET") return this.reply(exchange, 200, NO_SPEND);
    if (path === "/v2/serverless" && method === "GET")
      return this.reply(exchange, 200, { endpoints: [this.document()] });
    const [, , area, id, part] = path.split("/");
    if (area !== "serverless" || id !== endpointId)
      return this.reply(exchange, 404, problem(404, "Not Found", "endpoint not found"));
    if (part === "workers" && method === "GET") return this.reply(exchange, 200, this.workers());
    if (part === "releases" && method === "GET") return this.reply(exchange, 200, this.releases());
    if (part !== undefined) return this.reply(exchange, 404, WORDING.notFound());
    if (method === "GET") return this.reply(exchange, 200, this.document());
    if (method !== "PATCH")
      return this.reply(exchange, 405, problem(405, "Method Not Allowed", `${method} is not allowed`));
    await this.patch(exchange);
    if (!res.writableEnded) res.end();
  }

  private async patch(exchange: Exchange): Promise<void> {
    let body: unknown;
    try {
      body = JSON.parse((await readBody(exchange.req, 1024 * 1024)).toString("utf8"));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof BodyTooLarge)) throw error;
      return this.reply(exchange, 400, problem(400, "Bad Request", "body is not valid json"));
    }
    if (!isObject(body)) return this.reply(exchange, 400, problem(400, "Bad Request", "body must be an object"));
    const parsed = parsePatch(body, this.deps.endpoint.settings);
    if (!parsed.ok) {
      return this.reply(exchange, 422, problem(422, "Unprocessable Entity", "validation failed", parsed.errors));
    }
    this.deps.endpoint.configure(parsed.changes, parsed.isRelease);
    this.reply(exchange, 200, this.document());
  }

  private document(): JsonObject {
    const { endpoint, endpointId, jobsOrigin, createdAt } = this.deps;
    const base = `${jobsOrigin()}/v2/${endpointId}`;
    const { settings } = endpoint;
    return {
      id: endpointId,
      name: settings.name,
      type: "QUEUE",
      requestUrls: {
        run: `${base}/run`,
        runSync: `${base}/runsync`,
        status: `${base}/status/{job_id}`,
        stream: `${base}/stream/{job_id}`,
        cancel: `${base}/cancel/{job_id}`,
        retry: `${base}/retry/{job_id}`,
        purgeQueue: `${base}/purge-queue`,
        health: `${base}/health`,
      },
      image: settings.imageTag,
      args: "",
      disk: 50,
      ports: [],
      env: {},
      registry: null,
      gpu: { pools: [settings.gpuPool], count: 1, allowedCudaVersions: [], minCudaVersion: null },
      workers: workersOf(settings),
      scaling:
        settings.scaling.type === "QUEUE_DELAY"
          ? { type: "QUEUE_DELAY", queueDelay: settings.scaling.queueDelayS }
          : { type: "REQUEST_COUNT", requestCount: settings.scaling.requestCount },
      dataCenterIds: [],
      networkVolumes: [],
      timeout: settings.executionTimeoutMs,
      flashboot: settings.flashboot,
      createdAt: seconds(createdAt),
    };
  }

  private workers(): JsonObject {
    const { endpoint } = this.deps;
    const summary = {
      running: 0,
      idle: 0,
      initializing: 0,
      throttled: 0,
      unhealthy: 0,
      total: endpoint.fleet.workers.size,
    };
    const workers = [...endpoint.fleet.workers.values()].map((worker) => {
      const status = statusOf(worker);
      summary[status] += 1;
      return {
        id: worker.id,
        status: status.toUpperCase(),
        isStale: worker.version !== endpoint.version,
        version: worker.version,
        gpuCount: 1,
        image: endpoint.settings.imageTag,
        uptimeSeconds: Math.floor((endpoint.now - worker.startedAt) / 1000),
        gpuTypeId: endpoint.settings.gpuTypeId,
        dataCenterId: "US-KS-2",
        startedAt: seconds(worker.startedAt),
      };
    });
    return { endpointVersion: endpoint.version, summary, workers };
  }

  private releases(): JsonObject {
    const { endpoint } = this.deps;
    const workers = [...endpoint.fleet.workers.values()];
    const onLatest = workers.filter((worker) => worker.version === endpoint.version).length;
    return {
      endpointVersion: endpoint.version,
      rollout: {
        inProgress: onLatest < workers.length,
        workersOnLatest: onLatest,
        workersTotal: workers.length,
        percentOnLatest: workers.length === 0 ? 100 : Math.round((100 * onLatest) / workers.length),
      },
      releases: endpoint.releases.map(({ version, createdAt, diff }) => ({
        id: `release-${version}`,
        version,
        source: "MANUAL",
        buildId: null,
        createdByUserId: null,
        workerCount: workers.filter((worker) => worker.version === version).length,
        createdAt: seconds(createdAt),
        diff,
      })),
    };
  }

  private reply({ res }: Exchange, status: number, body: unknown, isAuthenticated = true): void {
    const headers: Record<string, string> = {
      "content-type": status < 400 ? "application/json" : "application/problem+json",
    };
    if (isAuthenticated) {
      const windows = Object.entries(this.windows);
      headers.ratelimit = windows.map(([name, w]) => `"${name}";r=${w.remaining()};t=${w.resetS()}`).join(", ");
      headers["ratelimit-policy"] = windows
        .map(([name, w]) => `"${name}";q=${w.limit};w=${w.windowMs / 1000}`)
        .join(", ");
    }
    if (status === 429) headers["retry-after"] = String(this.windows.minute.resetS());
    send(res, status, JSON.stringify(body), headers);
  }
}

const NO_SPEND = {
  records: [],
  metadata: { recordCount: 0, totals: { totalAmount: 0, gpuAmount: 0, cpuAmount: 0, diskAmount: 0, feeAmount: 0 } },
};

function workersOf(settings: EndpointSettings): JsonObject {
  const limits = { min: settings.workersMin, max: settings.workersMax };
  return settings.scaling.type === "REQUEST_COUNT" ? limits : { ...limits, idleTimeout: settings.idleTimeoutS };
}

function statusOf(worker: Worker): "running" | "idle" | "initializing" | "throttled" | "unhealthy" {
  if (worker.state === "busy") return "running";
  if (worker.state === "free") return "idle";
  return worker.state === "starting" ? "initializing" : worker.state;
}

/** RunPod's management writes whole seconds. */
export function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function catalogue(query: URLSearchParams): JsonObject {
  const withAvailability = query.getAll("include").includes("AVAILABILITY");
  const gpus = GPU_TYPES.map(({ id, displayName, memoryGb, pool, usdPerHour }) => ({
    id,
    name: displayName,
    pool,
    manufacturer: "NVIDIA",
    memory: memoryGb,
    secure: true,
    community: false,
    price: { secure: null, community: null, serverless: usdPerHour },
    ...(withAvailability ? { availability: "HIGH" } : {}),
  }));
  return { gpus };
}
