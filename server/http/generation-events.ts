import { once } from "node:events";
import { isTerminal } from "@/server/domain/vocabulary";
import { versionOf } from "@/server/gateway/watch-generation";
import { API_HEADERS, sendEmpty } from "./answer";
import { header, type KeyedCall, type Route } from "./call";

const HEARTBEAT_MS = 15_000;

/**
 * The generation now and after every change, as server-sent events named `generation`, each with the whole generation;
 * the stream ends with it. An event's id is the version that it shows: a client that comes back with the last one and
 * has seen the end gets 204, which tells an EventSource to stop.
 */
export const generationEventsRoute: Route = {
  method: "GET",
  path: "/api/v1/generations/:id/events",
  access: "read",
  handle: streamEvents,
};

async function streamEvents(call: KeyedCall): Promise<void> {
  const { runtime, principal, params, outgoing, incoming } = call;
  const id = params.id ?? "";
  const seen = header(incoming, "last-event-id");
  // Read before the stream begins, so that a wrong id is an honest 404.
  const first = await runtime.gateway.get(principal, id);
  if (isTerminal(first.state) && seen === versionOf(first)) return sendEmpty(outgoing, 204);

  outgoing.writeHead(200, {
    ...API_HEADERS,
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
  });
  outgoing.write("retry: 2000\n\n");
  const heartbeat = setInterval(() => {
    // A caller that does not read gets no more: its buffer would grow for as long as it waits.
    if (!outgoing.writableNeedDrain) outgoing.write(": still here\n\n");
  }, HEARTBEAT_MS);
  try {
    for await (const detail of runtime.gateway.watch(principal, id, call.signal)) {
      const version = versionOf(detail);
      if (version === seen) continue;
      const free = outgoing.write(`id: ${version}\nevent: generation\ndata: ${JSON.stringify(detail)}\n\n`);
      if (!free) await once(outgoing, "drain", { signal: call.signal });
    }
  } catch (error) {
    // The answer has begun, so the stream just ends and the client comes back for more.
    if (!call.signal.aborted) runtime.log.warn("an event stream broke off", { id, requestId: call.requestId, error });
  } finally {
    clearInterval(heartbeat);
    outgoing.end();
  }
}
