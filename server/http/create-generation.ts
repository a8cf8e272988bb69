import { requireEnvironment, requireScope } from "@/server/auth/access";
import { INPUT_IMAGE_MAX_BYTES } from "@/server/domain/generation-request";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { idempotencyKeySchema, stickyKeySchema } from "@/server/domain/submission";
import { isTerminal } from "@/server/domain/vocabulary";
import { decodeImageText } from "@/server/gateway/image-text";
import type { PendingInput } from "@/server/gateway/types";
import { fetchUserUrl } from "@/server/providers/fetch-user-url";
import { type Headers, sendJson } from "./answer";
import { badRequest, header, type KeyedCall, type Route } from "./call";
import { type ParsedSubmission, parseSubmission } from "./parse-submission";
import { parsePrefer } from "./prefer";

export const createGenerationRoute: Route = {
  method: "POST",
  path: "/api/v1/generations",
  access: "generate",
  handle: createGeneration,
};

/**
 * Accepts a generation: 202 with its address, or with `Prefer: wait=N` its end (201 when it succeeded, 200 when it did
 * not) if that comes within N seconds. A repeated request with the same Idempotency-Key gets the same generation.
 */
async function createGeneration(call: KeyedCall): Promise<void> {
  const { runtime, principal, incoming, outgoing } = call;
  const prefer = parsePrefer(header(incoming, "prefer"));
  const idempotencyKey = headerText(call, "idempotency-key", idempotencyKeySchema);
  const stickyHeader = headerText(call, "x-switchyard-key", stickyKeySchema);
  const parsed = await parseSubmission(call);
  const { provider, stickyKey, fallback, deadlineMs, ...params } = parsed.submission;
  const environment = chooseEnvironment(call, parsed);
  if (provider) requireScope(principal, "choose_provider");

  const { id, created } = await runtime.gateway.submit({
    principal,
    environment,
    source: parsed.source,
    params,
    image: pendingImage(call, parsed.image),
    provider,
    stickyKey: stickyKey ?? stickyHeader,
    idempotencyKey,
    fallback,
    deadlineMs,
  });
  const acceptMs = performance.now() - call.startedAtMs;
  const headers: Headers = {
    location: `/api/v1/generations/${id}`,
    ...(created ? {} : { "idempotency-replayed": "true" }),
    ...(prefer.applied.length > 0 ? { "preference-applied": prefer.applied.join(", ") } : {}),
  };
  if (prefer.minimal && prefer.waitS === 0) {
    sendJson(outgoing, 202, { id }, { ...headers, "server-timing": timing([["accept", acceptMs]]) });
    return;
  }
  const detail = await newest(call, id, prefer.waitS);
  // Accepted is accepted, also when the database is away at the moment when its state would be read.
  if (!detail) {
    sendJson(outgoing, 202, { id }, headers);
    return;
  }
  sendJson(outgoing, statusOf(detail), prefer.minimal ? { id, state: detail.state } : detail, {
    ...headers,
    ...decisionHeaders(detail),
    "server-timing": timing([["accept", acceptMs], ...partsOf(detail)]),
  });
}

async function newest(call: KeyedCall, id: string, waitS: number): Promise<GenerationDetail | null> {
  const { gateway } = call.runtime;
  let last: GenerationDetail | null = null;
  try {
    if (waitS === 0) return await gateway.get(readerOf(call), id);
    const ending = new AbortController();
    const end = () => ending.abort();
    const timer = setTimeout(end, waitS * 1000);
    call.signal.addEventListener("abort", end, { once: true });
    try {
      for await (const detail of gateway.watch(readerOf(call), id, ending.signal)) last = detail;
    } finally {
      clearTimeout(timer);
      call.signal.removeEventListener("abort", end);
    }
  } catch (error) {
    call.runtime.log.warn("an accepted generation could not be read back", { id, requestId: call.requestId, error });
  }
  return last;
}

/** A key that may only submit still sees the answer to what it has just submitted. */
function readerOf({ principal }: KeyedCall) {
  return { ...principal, scopes: [...principal.scopes, "read" as const] };
}

function statusOf(detail: GenerationDetail): number {
  if (!isTerminal(detail.state)) return 202;
  return detail.state === "succeeded" ? 201 : 200;
}

function chooseEnvironment(call: KeyedCall, parsed: ParsedSubmission): string {
  const { config } = call.runtime;
  const named = header(call.incoming, "x-switchyard-environment");
  if (named !== null && parsed.environment !== null && named !== parsed.environment)
    throw badRequest("environment", "must be the same in the body and in X-Switchyard-Environment");
  const environment = named ?? parsed.environment ?? call.principal.environment ?? config.defaultEnvironment;
  requireEnvironment(call.principal, environment);
  if (!config.environments.includes(environment))
    throw badRequest("environment", `must be one of ${config.environments.join(", ")}`);
  return environment;
}

function pendingImage(call: KeyedCall, image: ParsedSubmission["image"]): PendingInput | null {
  if (image === null) return null;
  return {
    async load() {
      if ("bytes" in image) return image.bytes;
      if ("url" in image) return fetchUserUrl(image.url, { maxBytes: INPUT_IMAGE_MAX_BYTES, signal: call.signal });
      return "dataUrl" in image ? decodeImageText(image.dataUrl) : decodeImageText(image.base64, "image.base64");
    },
  };
}

function headerText(call: KeyedCall, name: string, schema: typeof idempotencyKeySchema): string | null {
  const value = call.incoming.headers[name];
  if (value === undefined) return null;
  const parsed = schema.safeParse(Array.isArray(value) ? value.join(", ") : value);
  if (parsed.success) return parsed.data;
  throw badRequest(name, parsed.error.issues[0]?.message ?? "is not valid");
}

/** Who serves and why, for callers that log headers and not bodies. */
export function decisionHeaders({ provider, revision, receipt }: GenerationDetail): Headers {
  return {
    "x-switchyard-provider": provider,
    "x-switchyard-revision": String(revision),
    "x-switchyard-rule": receipt.rule,
    ...(receipt.bucket === null ? {} : { "x-switchyard-bucket": String(receipt.bucket) }),
  };
}

export function partsOf(detail: GenerationDetail): [string, number | null][] {
  return [
    ["delay", detail.delayMs],
    ["execution", detail.executionMs],
    ["store", detail.storeMs],
    ["total", detail.latencyMs],
  ];
}

export function timing(parts: [string, number | null][]): string {
  return parts
    .filter((part): part is [string, number] => part[1] !== null)
    .map(([name, ms]) => `${name};dur=${Math.round(ms * 10) / 10}`)
    .join(", ");
}
