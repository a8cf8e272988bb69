import type { Clock } from "../clock";
import type { FaultPlan } from "../faults";
import { BodyTooLarge, type Exchange, isObject, type JsonObject, readBody, sendJson } from "../http";
import { strikeCall, type Wording } from "../http-faults";
import type { Ledger } from "../ledger";
import { type Assets, decodeImage } from "./assets";
import { type Prepared, prepareCustom, prepareLegacy } from "./generate";
import { type ScenarioJobs, totalUnits } from "./jobs";
import type { LegacyRoute } from "./legacy";
import { MODELS, modelDocument, stringField } from "./models";
import { actionOf, type Uploads } from "./uploads";
import { usageAnswer } from "./usage";

export interface ScenarioDeps {
  clock: Clock;
  faults: FaultPlan;
  ledger: Ledger;
  assets: Assets;
  uploads: Uploads;
  jobs: ScenarioJobs;
  concurrency: number;
  apiKey: string;
  secret: string;
  isRevoked: () => boolean;
  takesAnyKey: () => boolean;
}

const BODY_LIMIT = 10 * 1024 * 1024;

/** `https://api.cloud.scenario.com/v1`. */
export class ScenarioApi {
  private readonly expected: string;
  private readonly wording: Wording;

  constructor(private readonly deps: ScenarioDeps) {
    this.expected = `Basic ${Buffer.from(`${deps.apiKey}:${deps.secret}`).toString("base64")}`;
    this.wording = {
      rateLimited: () => ({ reason: "Too many requests" }),
      unauthorized: () => ({ message: "Unauthorized" }),
      forbidden: () => ({ message: "API Keys cannot access protected resources" }),
      paymentRequired: () => ({ reason: "Not enough creative units" }),
      notFound: () => ({ reason: "Not found" }),
      serverError: () => ({ message: "Internal server error" }),
      concurrency: () => this.concurrencyBody(),
    };
  }

  async handle(exchange: Exchange): Promise<void> {
    const { headers, method, path, res } = exchange;
    const isKey = headers.authorization === this.expected && !this.deps.isRevoked();
    if (!isKey && !this.deps.takesAnyKey()) {
      return sendJson(res, 401, this.wording.unauthorized());
    }
    const [version, area = "", ...rest] = path.split("/").slice(1);
    if (version !== "v1") return sendJson(res, 403, { message: "Missing Authentication Token" });
    if (area === "generate" && method === "POST") return this.generate(exchange, rest);
    const operation =
      area === "jobs" && rest[1] === "action" ? "action" : area === "jobs" && rest.length > 0 ? "job" : area;
    const prompt =
      area === "jobs" ? this.deps.jobs.get(rest[0] ?? "")?.request.prompt.replaceAll("[fault:", "[") : undefined;
    const chance = { provider: "scenario" as const, operation, prompt };
    if (strikeCall(exchange, this.deps.faults.forCall(chance), this.wording)) return;
    switch (`${method} ${area}`) {
      case "GET jobs":
        return rest[0] === undefined ? this.listJobs(exchange) : this.getJob(exchange, rest[0]);
      case "POST jobs":
        if (rest[1] === "action") return this.jobAction(exchange, rest[0] ?? "");
        break;
      case "GET models":
        return this.models(exchange, rest[0]);
      case "POST assets":
        return rest[0] === "get-bulk" ? this.bulkAssets(exchange) : this.createAsset(exchange);
      case "GET assets":
        return this.getAsset(exchange, rest[0]);
      case "POST uploads":
        return this.postUpload(exchange, rest);
      case "GET uploads": {
        const upload = this.deps.uploads.get(rest[0] ?? "");
        return upload === null
          ? sendJson(res, 404, { reason: `Upload ${rest[0]} not found` })
          : sendJson(res, 200, { upload });
      }
      case "GET usages":
        return this.usages(exchange);
      case "GET oscu":
        if (rest[0] === "prices") return sendJson(res, 200, { prices: PRICES });
        break;
    }
    sendJson(res, 403, { message: "Missing Authentication Token" });
  }

  private async generate(exchange: Exchange, rest: string[]): Promise<void> {
    const { res, query } = exchange;
    const body = await this.body(exchange);
    if (body === null) return;
    const prompt = stringField(body, "prompt") ?? this.sourceName(body);
    const chance = { provider: "scenario" as const, operation: "generate", prompt };
    if (strikeCall(exchange, this.deps.faults.forCall(chance), this.wording)) return;
    const [route = "", modelId = ""] = rest;
    let prepared: Prepared;
    if (route === "custom") prepared = prepareCustom(modelId, body, this.deps);
    else if (isLegacy(route)) prepared = await prepareLegacy(route, body, this.deps);
    else return sendJson(res, 403, { message: "Missing Authentication Token" });
    if (!prepared.ok) return sendJson(res, prepared.status, prepared.body);
    const { request } = prepared;
    const cost = { creativeUnitsCost: totalUnits(request), creativeUnitsDiscount: 0 };
    if (query.get("dryRun") === "true") return sendJson(res, 269, { ...cost, costDetails: prepared.costDetails });
    if (this.deps.jobs.isFull) return sendJson(res, 429, this.concurrencyBody());
    const job = this.deps.jobs.submit(request);
    const answer: JsonObject = { job: this.deps.jobs.document(job), ...cost };
    if (request.jobType === "inference") answer.inference = { ...request.input, id: job.id };
    sendJson(res, 200, answer);
  }

  private sourceName(body: JsonObject): string {
    return String(this.deps.assets.get(stringField(body, "image") ?? "")?.metadata.name ?? "");
  }

  private getJob({ res }: Exchange, id: string) {
    const job = this.deps.jobs.get(id);
    if (job === null) return sendJson(res, 404, { reason: `Job ${id} not found` });
    sendJson(res, 200, { job: this.deps.jobs.document(job) });
  }

  private listJobs({ query, res }: Exchange) {
    const size = pageSize(query, 200);
    if (size === null) return sendJson(res, 400, { reason: '"pageSize" must be between 1 and 200' });
    const types = [...query.getAll("type"), ...query.getAll("types")].flatMap((text) => text.split(","));
    const status = query.get("status");
    const all = this.deps.jobs
      .list()
      .filter((job) => types.length === 0 || types.includes(job.request.jobType))
      .map((job) => this.deps.jobs.document(job))
      .filter((job) => status === null || job.status === status);
    const token = query.get("paginationToken");
    const start = token === null ? 0 : all.findIndex((job) => job.jobId === token) + 1;
    const jobs = all.slice(start, start + size);
    const more = start + size < all.length ? { nextPaginationToken: jobs.at(-1)?.jobId } : {};
    sendJson(res, 200, { jobs, ...more });
  }

  private async jobAction(exchange: Exchange, id: string): Promise<void> {
    const { res } = exchange;
    const body = await this.body(exchange);
    if (body === null) return;
    const job = this.deps.jobs.get(id);
    if (job === null) return sendJson(res, 404, { reason: `Job ${id} not found` });
    if (actionOf(body) !== "cancel") return sendJson(res, 400, { reason: '"action" must be one of [cancel]' });
    if (job.request.jobType !== "inference") {
      return sendJson(res, 400, { reason: "Cannot cancel this type of job. Action not permitted." });
    }
    this.deps.jobs.cancel(job);
    sendJson(res, 200, { job: this.deps.jobs.document(job) });
  }

  private models({ query, res }: Exchange, id: string | undefined) {
    if (id !== undefined) {
      const model = MODELS.find((known) => known.id === id);
      if (model === undefined) return sendJson(res, 404, { reason: `Model ${id} not found` });
      return sendJson(res, 200, { model: modelDocument(model) });
    }
    const size = pageSize(query, 500) ?? 10;
    const token = query.get("paginationToken");
    const start = token === null ? 0 : MODELS.findIndex((model) => model.id === token) + 1;
    const models = MODELS.slice(start, start + size);
    const more = start + size < MODELS.length ? { nextPaginationToken: models.at(-1)?.id } : {};
    sendJson(res, 200, { models: models.map(modelDocument), ...more });
  }

  private async createAsset(exchange: Exchange): Promise<void> {
    const { res } = exchange;
    const body = await this.body(exchange);
    if (body === null) return;
    const image = stringField(body, "image");
    if (stringField(body, "name") === null) return sendJson(res, 400, { reason: '"name" must be a string' });
    if (image === null) return sendJson(res, 400, { reason: '"image" must be a string' });
    const bytes = decodeImage(image);
    const asset = bytes === null ? null : await this.deps.assets.upload(bytes, stringField(body, "name") ?? "");
    if (asset === null) return sendJson(res, 400, { reason: '"image" is not a valid image' });
    sendJson(res, 200, { asset: this.deps.assets.document(asset, false) });
  }

  private getAsset({ query, res }: Exchange, id = "") {
    const asset = this.deps.assets.get(id);
    if (asset === null) return sendJson(res, 404, { reason: `Asset ${id} not found` });
    sendJson(res, 200, { asset: this.deps.assets.document(asset, query.get("originalAssets") === "true") });
  }

  private async bulkAssets(exchange: Exchange): Promise<void> {
    const { query, res } = exchange;
    const body = await this.body(exchange);
    if (body === null) return;
    if (!Array.isArray(body.assetIds)) return sendJson(res, 400, { reason: '"assetIds" must be an array' });
    const isOriginal = query.get("originalAssets") === "true";
    const assets = body.assetIds.flatMap((id) => {
      const asset = this.deps.assets.get(String(id));
      return asset === null ? [] : [this.deps.assets.document(asset, isOriginal)];
    });
    sendJson(res, 200, { assets });
  }

  private async postUpload(exchange: Exchange, [id, action]: string[]): Promise<void> {
    const { res } = exchange;
    const body = await this.body(exchange);
    if (body === null) return;
    if (id !== undefined && action !== "action") return sendJson(res, 403, { message: "Missing Authentication Token" });
    if (id !== undefined && actionOf(body) !== "complete")
      return sendJson(res, 400, { reason: '"action" must be one of [complete]' });
    const upload = id === undefined ? await this.deps.uploads.create(body) : this.deps.uploads.complete(id);
    if (upload === null) return sendJson(res, 404, { reason: `Upload ${id} not found` });
    if (typeof upload === "string") return sendJson(res, 400, { reason: upload });
    sendJson(res, 200, { upload });
  }

  private usages({ query, res }: Exchange) {
    const entries = this.deps.ledger.entries();
    const { status, body } = usageAnswer(entries, { from: query.get("startDate"), to: query.get("endDate") });
    sendJson(res, status, body);
  }

  private concurrencyBody(): JsonObject {
    return {
      reason: "Too many concurrent jobs",
      details: { actionName: "concurrent-generations", actionLimit: this.deps.concurrency },
    };
  }

  /** Null when an answer has been given already. */
  private async body({ req, res }: Exchange): Promise<JsonObject | null> {
    try {
      const body: unknown = JSON.parse((await readBody(req, BODY_LIMIT)).toString("utf8") || "{}");
      if (isObject(body)) return body;
      sendJson(res, 400, { reason: "Body must be an object" });
    } catch (error) {
      if (error instanceof BodyTooLarge) sendJson(res, 413, { message: "Request Too Long" });
      else if (error instanceof SyntaxError) sendJson(res, 400, { reason: "Body must be valid JSON" });
      else throw error;
    }
    return null;
  }
}

/** Packs of creative units; `unitAmount` in cents. */
const PRICES = [
  { creativeUnits: 5_000, unitAmount: 4_500, currency: "usd", expires: 365 },
  { creativeUnits: 10_000, unitAmount: 7_500, currency: "usd", expires: 365 },
];

function isLegacy(route: string): route is LegacyRoute {
  return route === "txt2img" || route === "img2img" || route === "remove-background";
}

function pageSize(query: URLSearchParams, max: number): number | null {
  const size = Number(query.get("pageSize") ?? 10);
  return Number.isInteger(size) && size >= 1 && size <= max ? size : null;
}
