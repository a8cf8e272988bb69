import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { GenerationDetail, GenerationImage } from "@/server/domain/generation-view";
import type { Secret } from "@/server/domain/secret";
import { isTerminal } from "@/server/domain/vocabulary";
import { AppError, ERROR_CODES } from "@/server/errors";
import type { GenerationPage } from "@/server/gateway/gateway";
import type { ListFilter, Order, ReadDoor, WorkDoor } from "./door";
import { readServerEvents } from "./server-events";

const problemSchema = z.object({
  code: z.enum(ERROR_CODES),
  detail: z.string(),
  errors: z.array(z.object({ field: z.string(), rule: z.string() })).default([]),
});

const ANSWER_WITHIN_MS = 60_000;
const TRIES = 5;

export interface RemoteServer {
  url: string;
  key: Secret;
}

/** Calls of a running server. They throw its problems as AppError, and UNAVAILABLE when it cannot be reached. */
export function createHttpCall(server: RemoteServer) {
  return async function call(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${server.key.reveal()}`);
    let response: Response;
    try {
      const signal = init.signal ?? AbortSignal.timeout(ANSWER_WITHIN_MS);
      // A redirect could carry the key elsewhere.
      response = await fetch(new URL(path, server.url), { ...init, headers, signal, redirect: "error" });
    } catch (cause) {
      throw new AppError("UNAVAILABLE", `no Switchyard answers at ${server.url}: is it running?`, { cause });
    }
    if (response.ok) return response;
    const parsed = problemSchema.safeParse(await response.json().catch(() => null));
    if (parsed.success) throw new AppError(parsed.data.code, parsed.data.detail, { problems: parsed.data.errors });
    throw new AppError("UNAVAILABLE", `${server.url} answered ${response.status}, which is no answer of Switchyard's`);
  };
}

/** The REST API of a running server. */
export function createHttpDoor(server: RemoteServer): ReadDoor & WorkDoor {
  const call = createHttpCall(server);
  // Our own server's answers, in the types that both sides share.
  const detailOf = async (path: string, init?: RequestInit) =>
    (await call(path, init)).json() as Promise<GenerationDetail>;
  const pathOf = (id: string) => `/api/v1/generations/${encodeURIComponent(id)}`;

  async function* watch(id: string, signal: AbortSignal): AsyncGenerator<GenerationDetail, void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const response = await call(`${pathOf(id)}/events`, { signal, headers: { accept: "text/event-stream" } });
        if (response.status === 204 || response.body === null) return yield await detailOf(pathOf(id));
        for await (const event of readServerEvents(response.body)) {
          if (event.name !== "generation") continue;
          failures = 0;
          const detail = JSON.parse(event.data) as GenerationDetail;
          yield detail;
          if (isTerminal(detail.state)) return;
        }
      } catch (error) {
        if (signal.aborted) return;
        const mayPass = !AppError.is(error) || error.code === "UNAVAILABLE";
        failures += 1;
        if (!mayPass || failures >= TRIES) throw error;
      }
      // The server restarts, or a proxy cut the stream: the generation goes on meanwhile.
      await sleep(1_000, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    serverUrl: server.url,
    submit: (order) => submit(call, order),
    watch,
    get: (id) => detailOf(pathOf(id)),
    async list(filter, limit) {
      const response = await call(`/api/v1/generations?${queryOf(filter, limit)}`);
      return (await response.json()) as GenerationPage;
    },
    cancel: (id) => detailOf(pathOf(id), { method: "DELETE" }),
    isServed: async () => true,
    picture: ({ url }: GenerationImage) => fetchPicture(server, call, url),
    close: async () => {},
  };
}

/** From the server itself, or from the bucket's own domain, which is told no key. */
async function fetchPicture(
  server: RemoteServer,
  call: (path: string) => Promise<Response>,
  address: string,
): Promise<Uint8Array> {
  const url = new URL(address, server.url);
  if (url.origin === new URL(server.url).origin) return new Uint8Array(await (await call(address)).arrayBuffer());
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    throw new AppError("UNAVAILABLE", `no picture could be had from ${url.host}`, { cause });
  });
  if (!response.ok) throw new AppError("UNAVAILABLE", `${url.host} answered ${response.status} for the picture`);
  return new Uint8Array(await response.arrayBuffer());
}

async function submit(
  call: (path: string, init: RequestInit) => Promise<Response>,
  order: Order,
): Promise<{ id: string; created: boolean }> {
  const { params, image, provider, stickyKey, deadlineMs, environment } = order;
  const body = {
    ...params,
    image: image === null ? null : "url" in image ? image : { base64: Buffer.from(image.bytes).toString("base64") },
    provider,
    stickyKey,
    deadlineMs,
    environment,
    source: "cli",
  };
  const response = await call("/api/v1/generations", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "idempotency-key": order.idempotencyKey,
      prefer: "return=minimal",
    },
    body: JSON.stringify(body),
  });
  const { id } = (await response.json()) as { id: string };
  return { id, created: response.headers.get("idempotency-replayed") !== "true" };
}

function queryOf(filter: ListFilter, limit: number): URLSearchParams {
  const query = new URLSearchParams({ limit: String(limit) });
  if (filter.environment !== null) query.set("environment", filter.environment);
  const lists = [
    ["state", filter.states],
    ["provider", filter.providers],
    ["operation", filter.operations],
    ["coldClass", filter.coldClasses],
    ["failureMode", filter.failureModes],
    ["source", filter.sources],
  ] as const;
  for (const [name, values] of lists) if (values && values.length > 0) query.set(name, values.join(","));
  if (filter.fromMs !== undefined) query.set("from", String(filter.fromMs));
  if (filter.search !== undefined) query.set("search", filter.search);
  return query;
}
