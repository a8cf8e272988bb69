import type {
  EndpointChange,
  EndpointRelease,
  EndpointSettings,
  GpuOffer,
  LiveWorkers,
} from "@/server/domain/endpoint/settings";
import { Secret } from "@/server/domain/secret";
import { createCaller, type JsonCall } from "../caller";
import type { HttpSend } from "../http";
import type { CallOptions } from "../types";
import { toManagementError } from "./failures";
import { withRateLimits } from "./rate-limits";
import { billingSchema, endpointSchema, gpusSchema, releasesSchema, workersSchema } from "./schemas";
import {
  type BillingRecord,
  toBilling,
  toGpuOffers,
  toLiveWorkers,
  toPatch,
  toReleases,
  toSettings,
} from "./transform";

/** RunPod's management REST v2 for one endpoint. Every method throws AppError and nothing else. */
export interface RunpodManagement {
  endpointId: string;
  endpoint(options: CallOptions): Promise<EndpointSettings>;
  /** Sends what changes, completed from `before`, and gives the whole as RunPod has it afterwards. */
  change(before: EndpointSettings, change: EndpointChange, options: CallOptions): Promise<EndpointSettings>;
  workers(options: CallOptions): Promise<LiveWorkers>;
  releases(options: CallOptions): Promise<EndpointRelease[]>;
  /** What was billed for the endpoint by the hour, in hours that hold any. The running hour is not billed yet. */
  billing(window: { fromMs: number; toMs: number }, options: CallOptions): Promise<BillingRecord[]>;
  gpus(options: CallOptions): Promise<GpuOffer[]>;
  /** Calls that the key still has in its tightest window; null where no answer has said. */
  remaining(): number | null;
}

export interface ManagementOptions {
  /** With `/v2`, without a slash at its end. */
  baseUrl: string;
  endpointId: string;
  apiKey: Secret;
  send: HttpSend;
  now: () => number;
}

export function createRunpodManagement(options: ManagementOptions): RunpodManagement {
  const { endpointId } = options;
  const limited = withRateLimits(options.send, options.now);
  const caller = createCaller({
    provider: "comfyui",
    baseUrl: options.baseUrl,
    authorization: new Secret(`Bearer ${options.apiKey.reveal()}`),
    secrets: [options.apiKey],
    send: limited.send,
    now: options.now,
    explain: () => null,
  });
  const call = <T>(asked: Omit<JsonCall<T>, "kind">): Promise<T> =>
    caller.json({ ...asked, kind: asked.method === "GET" ? "poll" : "submit" }).catch((error: unknown) => {
      throw toManagementError(error, endpointId);
    });
  const path = `/serverless/${encodeURIComponent(endpointId)}`;
  return {
    endpointId,
    remaining: limited.remaining,
    endpoint: async ({ signal }) => toSettings(await call({ method: "GET", path, schema: endpointSchema, signal })),
    change: async (before, change, { signal }) => {
      const body = toPatch(before, change);
      return toSettings(await call({ method: "PATCH", path, body, schema: endpointSchema, signal }));
    },
    workers: async ({ signal }) =>
      toLiveWorkers(await call({ method: "GET", path: `${path}/workers`, schema: workersSchema, signal })),
    releases: async ({ signal }) =>
      toReleases(await call({ method: "GET", path: `${path}/releases`, schema: releasesSchema, signal })),
    billing: async ({ fromMs, toMs }, { signal }) => {
      // `/billing/endpoints` answers as well, with the spend on *public* endpoints: that is nothing.
      const query = {
        serverlessId: endpointId,
        bucketSize: "hour",
        startTime: new Date(fromMs).toISOString(),
        endTime: new Date(toMs).toISOString(),
      };
      return toBilling(
        await call({ method: "GET", path: "/billing/serverless", query, schema: billingSchema, signal }),
      );
    },
    gpus: async ({ signal }) => {
      const query = { include: "AVAILABILITY", product: "SERVERLESS" };
      return toGpuOffers(await call({ method: "GET", path: "/catalog/gpus", query, schema: gpusSchema, signal }));
    },
  };
}
