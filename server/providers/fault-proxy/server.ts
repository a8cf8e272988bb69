import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProvokedFault } from "@/server/domain/generation-request";
import type { ProviderId } from "@/server/domain/vocabulary";

export interface FaultProxyServer {
  /** Where a provider's adapter meets the fault. */
  baseUrl(fault: ProvokedFault): string;
  close(): Promise<void>;
}

/** No provider names a job so: by its id any process knows whose job it is, and what is the matter with it. */
const JOB = /fault-proxy-(missing_model|never_finishes)-[0-9a-f-]{36}/;

/** The fault of a job that was taken by a fault proxy, this process's or another's; null: the provider's own job. */
export function faultOfJob(jobId: string): ProvokedFault | null {
  const fault = JOB.exec(jobId)?.[1];
  return fault === "missing_model" || fault === "never_finishes" ? fault : null;
}

/** What a worker whose image lacks the checkpoint says, as worker-comfyui passes ComfyUI's words on. */
const MISSING_MODEL = (checkpoint: string) =>
  [
    "Workflow validation failed:",
    `Node 4 (errors): value_not_in_list: Value not in list - ckpt_name: '${checkpoint}' not in []`,
  ].join("\n");

/**
 * Stands in for a provider on loopback, for faults that would cost money at the real one. `missing_model` takes each
 * job and fails it as RunPod's worker does, or refuses it as Scenario does; `never_finishes` takes it and leaves it in
 * the queue until it is cancelled. Knows a job by its id alone, so that any process's proxy answers for any job.
 */
export async function startFaultProxy(provider: ProviderId, checkpoint: string): Promise<FaultProxyServer> {
  const cancelled = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    const answer = provider === "scenario" ? asScenario : asRunpod;
    const { status, body } = answer(incoming, checkpoint, cancelled);
    sendJson(outgoing, status, body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return {
    baseUrl: (fault) => `http://127.0.0.1:${port}/${fault}/${provider === "scenario" ? "v1" : "v2"}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Answer {
  status: number;
  body: unknown;
}

function asRunpod({ url = "" }: IncomingMessage, checkpoint: string, cancelled: Set<string>): Answer {
  const known = JOB.exec(url)?.[0];
  if (!known) return { status: 200, body: { id: newJobId(url), status: "IN_QUEUE" } };
  if (url.includes("/cancel/")) cancelled.add(known);
  if (cancelled.has(known)) return { status: 200, body: { id: known, status: "CANCELLED" } };
  // No `delayTime`, no `executionTime`, no worker: none was there.
  return faultOfJob(known) === "missing_model"
    ? { status: 200, body: { id: known, status: "FAILED", error: MISSING_MODEL(checkpoint) } }
    : { status: 200, body: { id: known, status: "IN_QUEUE" } };
}

function asScenario({ url = "" }: IncomingMessage, checkpoint: string, cancelled: Set<string>): Answer {
  if (url.startsWith("/missing_model/")) return { status: 404, body: { reason: `Model ${checkpoint} not found` } };
  const jobId = JOB.exec(url)?.[0] ?? newJobId(url);
  if (url.includes("/action")) cancelled.add(jobId);
  return { status: 200, body: { job: { jobId, status: cancelled.has(jobId) ? "canceled" : "queued" } } };
}

function newJobId(url: string): string {
  const fault: ProvokedFault = url.startsWith("/missing_model/") ? "missing_model" : "never_finishes";
  return `fault-proxy-${fault}-${randomUUID()}`;
}

function sendJson(outgoing: ServerResponse, status: number, body: unknown): void {
  outgoing.writeHead(status, { "content-type": "application/json" });
  outgoing.end(JSON.stringify(body));
}
