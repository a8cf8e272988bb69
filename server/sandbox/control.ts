import { type FaultPlan, parseFaultRule } from "./faults";
import { type Exchange, isObject, type JsonObject, readBody, sendJson } from "./http";
import type { Ledger } from "./ledger";
import { parseEndpointSettings } from "./options";
import type { Endpoint } from "./runpod/endpoint";

export interface ControlDeps {
  endpoint: Endpoint;
  faults: FaultPlan;
  ledger: Ledger;
  /** What `GET /` shows. */
  describe: () => JsonObject;
  webhooks: () => unknown[];
}

/** The sandbox's own API: truth and faults. For tests and people, never for the product. */
export class ControlApi {
  constructor(private readonly deps: ControlDeps) {}

  async handle(exchange: Exchange): Promise<void> {
    const { headers, method, path, query, req, res } = exchange;
    // A page in a browser must not be able to steer the sandbox.
    if (headers.origin !== undefined) return sendJson(res, 403, { error: "not for browsers" });
    try {
      const body: unknown =
        method === "GET" ? null : JSON.parse((await readBody(req, 1024 * 1024)).toString("utf8") || "{}");
      const answer = this.answer(method, path, query, body);
      if (answer === null) return sendJson(res, 404, { error: `no such control: ${method} ${path}` });
      sendJson(res, 200, answer);
    } catch (error) {
      sendJson(res, 400, { error: error instanceof Error ? error.message : String(error) });
    }
  }

  private answer(method: string, path: string, query: URLSearchParams, body: unknown): unknown {
    const { endpoint, faults, ledger } = this.deps;
    switch (`${method} ${path}`) {
      case "GET /":
        return this.deps.describe();
      case "GET /ledger": {
        const entries = ledger.entries(Number(query.get("after") ?? 0), Number(query.get("limit") ?? 1_000));
        return { entries, totals: ledger.totals(), billedSeconds: endpoint.fleet.billing.totalSeconds };
      }
      case "GET /faults":
        return { faults: faults.list() };
      case "POST /faults": {
        const rules = isObject(body) && Array.isArray(body.faults) ? body.faults : [body];
        const ids = rules.map((rule) => parseFaultRule(rule)).map((rule) => faults.add(rule));
        endpoint.reconsider();
        return { ids };
      }
      case "DELETE /faults": {
        const removed = faults.remove(query.get("id") ?? undefined);
        endpoint.reconsider();
        return { removed };
      }
      case "GET /workers":
        return {
          workers: [...endpoint.fleet.workers.values()].map(({ id, state, jobsDone, startedAt, readyAt, version }) => ({
            id,
            state,
            jobsDone,
            startedAt,
            readyAt,
            version,
          })),
          queue: endpoint.queue.size,
        };
      case "PATCH /endpoint":
        return this.configure(body);
      case "POST /crash":
        return {
          crashed: endpoint.crash(isObject(body) && typeof body.workerId === "string" ? body.workerId : undefined),
        };
      case "GET /webhooks":
        return { deliveries: this.deps.webhooks() };
    }
    if (method === "GET" && path.startsWith("/ledger/")) return ledger.get(path.slice(8));
    return null;
  }

  private configure(body: unknown): JsonObject {
    if (!isObject(body)) throw new Error("endpoint settings must be an object");
    const { endpoint } = this.deps;
    const { throttled, unhealthy, ...settings } = body;
    if (typeof throttled === "boolean") endpoint.fleet.throttled = throttled;
    if (typeof unhealthy === "boolean") endpoint.fleet.unhealthy = unhealthy;
    endpoint.configure(parseEndpointSettings(settings), settings.image !== undefined);
    return { settings: endpoint.settings, throttled: endpoint.fleet.throttled, unhealthy: endpoint.fleet.unhealthy };
  }
}
