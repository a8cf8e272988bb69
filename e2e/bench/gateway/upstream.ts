import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A provider of a process of its own that answers what costs money after 50 ms and everything else at once: RunPod's
 * job plane and Scenario's API as far as the engine calls them, and OpenAI's pictures for other gateways. Its jobs
 * never end. Prints its port as a line of JSON when it listens.
 */
export const UPSTREAM_DELAY_MS = 50;

let submits = 0;

type Answer = { delayMs: number; body: unknown };

function answerTo(method: string, path: string): Answer | null {
  const now = new Date().toISOString();
  const paid = (body: unknown): Answer => {
    submits += 1;
    return { delayMs: UPSTREAM_DELAY_MS, body };
  };
  const free = (body: unknown): Answer => ({ delayMs: 0, body });
  const scenarioJob = (jobId: string, status: string) => ({
    job: { jobId, jobType: "custom", status, createdAt: now },
  });

  const runpod = /^\/v2\/[^/]+\/(run|health|status|cancel)(?:\/([^/]+))?$/.exec(path);
  if (runpod) {
    const [, call, id] = runpod;
    if (call === "run" && method === "POST") return paid({ id: `job-${submits}`, status: "IN_QUEUE" });
    if (call === "status") return free({ id, status: "IN_PROGRESS", delayTime: 5, workerId: "worker-1" });
    if (call === "cancel") return free({ id, status: "CANCELLED" });
    if (call === "health")
      return free({
        jobs: { inProgress: 0, inQueue: 0 },
        workers: { idle: 3, initializing: 0, ready: 3, running: 0, throttled: 0, unhealthy: 0 },
      });
  }
  if (path.startsWith("/v1/generate/") && method === "POST")
    return paid({ ...scenarioJob(`job-${submits}`, "queued"), creativeUnitsCost: 1 });
  const job = /^\/v1\/jobs\/([^/]+)/.exec(path);
  if (job) return free(scenarioJob(job[1] ?? "", "in-progress"));
  if (path === "/v1/jobs") return free({ jobs: [] });
  if (path === "/v1/models") return free({ models: [] });
  if (path === "/v1/images/generations" && method === "POST")
    return paid({ created: Math.floor(Date.now() / 1000), data: [{ url: "https://pictures.invalid/1.png" }] });
  if (path === "/submits") return free({ submits });
  return null;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { "content-type": "application/json", "content-length": bytes.byteLength }).end(bytes);
}

const server = createServer((request, response) => {
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  request.resume();
  request.once("end", () => {
    const answer = answerTo(request.method ?? "GET", path);
    if (!answer) send(response, 404, { error: `no such call: ${request.method} ${path}` });
    else if (answer.delayMs === 0) send(response, 200, answer.body);
    else setTimeout(() => send(response, 200, answer.body), answer.delayMs);
  });
});
// Callers keep their connections between levels; none of them may find one closed.
server.keepAliveTimeout = 120_000;
server.listen({ port: 0, host: "127.0.0.1", backlog: 1024 }, () => {
  const { port } = server.address() as AddressInfo; // listening on TCP
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
process.once("disconnect", () => process.exit());
process.once("SIGTERM", () => process.exit());
