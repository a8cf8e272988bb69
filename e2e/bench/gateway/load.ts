import autocannon from "autocannon";
import type { LoadAnswer, LoadOrder } from "./run-load";

// Run as a program of its own: N callers, each with one request under way, for a while. The order is its argument, the
// answer a line of JSON.
const order = JSON.parse(process.argv[2] ?? "") as LoadOrder; // written by run-load.ts
const ID = /^\{"id":"([0-9a-f-]{36})"/;

const latenciesMs: number[] = [];
const ids: string[] = [];
const statuses: Record<string, number> = {};
const countedFrom = performance.now() + order.warmUpS * 1000;
const measuredFromMs = Date.now() + order.warmUpS * 1000;
let last = countedFrom;
let lastStatus = 0;
let firstRefusal: string | null = null;

const load = autocannon({
  url: order.url,
  method: "POST",
  headers: order.headers,
  body: order.body,
  connections: order.concurrent,
  duration: order.warmUpS + order.seconds,
  timeout: 30,
  verifyBody: (body) => {
    const id = ID.exec(body)?.[1];
    if (id !== undefined) ids.push(id);
    // The event below comes just before, in the same turn.
    if (lastStatus !== order.expectedStatus) firstRefusal ??= body.slice(0, 500);
    return true;
  },
});
load.on("response", (_client, status, _bytes, latencyMs) => {
  lastStatus = status;
  statuses[status] = (statuses[status] ?? 0) + 1;
  const now = performance.now();
  if (now < countedFrom || status !== order.expectedStatus) return;
  latenciesMs.push(latencyMs);
  last = now;
});

const { errors, timeouts } = await load;
latenciesMs.sort((a, b) => a - b);
const quantile = (q: number) => latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(q * latenciesMs.length))] ?? 0;
const answer: LoadAnswer = {
  answered: latenciesMs.length,
  perSecond: latenciesMs.length / Math.max(0.001, (last - countedFrom) / 1000),
  p50Ms: quantile(0.5),
  p99Ms: quantile(0.99),
  maxMs: latenciesMs.at(-1) ?? 0,
  statuses,
  failed:
    errors +
    timeouts +
    Object.entries(statuses)
      .filter(([status]) => Number(status) !== order.expectedStatus)
      .reduce((sum, [, count]) => sum + count, 0),
  firstRefusal,
  measuredFromMs,
  ids: order.collectIds ? ids : [],
};
process.stdout.write(`${JSON.stringify(answer)}\n`);
