import type { JsonObject } from "../http";
import type { Endpoint } from "./endpoint";
import { seconds } from "./management";

type BucketSize = "hour" | "day" | "week" | "month" | "year";

export interface BillingQuery {
  bucketSize: BucketSize;
  from: number;
  to: number;
  serverlessId: string | null;
}

const HOUR_MS = 3_600_000;

/** A string is what is wrong with the query. */
export function parseBillingQuery(query: URLSearchParams, now: number): BillingQuery | string {
  const bucketSize = query.get("bucketSize") ?? "day";
  if (!isBucketSize(bucketSize)) return "bucketSize must be hour, day, week, month or year";
  const serverlessId = query.get("serverlessId");
  const lastN = query.get("lastN");
  const to = query.has("endTime") ? Date.parse(query.get("endTime") ?? "") : now;
  if (Number.isNaN(to)) return "endTime must be an RFC 3339 time";
  if (lastN !== null) {
    const count = Number(lastN);
    if (!Number.isInteger(count) || count < 1 || count > 1_000) return "lastN must be 1 to 1000";
    let from = floorTo(to, bucketSize);
    for (let step = 1; step < count; step += 1) from = floorTo(from - 1, bucketSize);
    return { bucketSize, from, to, serverlessId };
  }
  const from = query.has("startTime")
    ? Date.parse(query.get("startTime") ?? "")
    : floorTo(to - 30 * 24 * HOUR_MS, bucketSize);
  if (Number.isNaN(from)) return "startTime must be an RFC 3339 time";
  return from < to ? { bucketSize, from, to, serverlessId } : "startTime must be before endTime";
}

/** Buckets that hold some spend. The running hour is not billed yet. */
export function billingRecords(endpoint: Endpoint, endpointId: string, query: BillingQuery): JsonObject {
  const records: (JsonObject & { totalAmount: number; gpuAmount: number })[] = [];
  const billedUntil = floorTo(endpoint.now, "hour");
  const isOurs = query.serverlessId === null || query.serverlessId === endpointId;
  for (let start = floorTo(query.from, query.bucketSize); start < query.to && isOurs; ) {
    const end = endOf(start, query.bucketSize);
    const gpuAmount = usd(
      endpoint.fleet.billing.between(
        Math.max(start, floorTo(query.from, "hour")),
        Math.min(end, query.to, billedUntil),
      ),
    );
    if (gpuAmount > 0) {
      const amounts = { totalAmount: gpuAmount, gpuAmount, cpuAmount: 0, diskAmount: 0, feeAmount: 0 };
      records.push({ startTime: seconds(start), endTime: seconds(end), serverlessId: endpointId, ...amounts });
    }
    start = end;
  }
  const total = usd(records.reduce((sum, record) => sum + record.gpuAmount * 1e6, 0));
  return {
    records,
    metadata: {
      query: {
        startTime: seconds(query.from),
        endTime: seconds(query.to),
        bucketSize: query.bucketSize,
        ...(query.serverlessId === null ? {} : { serverlessId: query.serverlessId }),
      },
      recordCount: records.length,
      uniqueServerlessCount: records.length > 0 ? 1 : 0,
      totals: { totalAmount: total, gpuAmount: total, cpuAmount: 0, diskAmount: 0, feeAmount: 0 },
    },
  };
}

const usd = (micros: number) => Math.round(micros) / 1e6;

function isBucketSize(text: string): text is BucketSize {
  return ["hour", "day", "week", "month", "year"].includes(text);
}

function floorTo(at: number, size: BucketSize): number {
  if (size === "hour") return Math.floor(at / HOUR_MS) * HOUR_MS;
  const date = new Date(at);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (size === "day") return Date.UTC(year, month, day);
  if (size === "week") return Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7));
  return size === "month" ? Date.UTC(year, month, 1) : Date.UTC(year, 0, 1);
}

function endOf(start: number, size: BucketSize): number {
  if (size === "hour") return start + HOUR_MS;
  if (size === "day") return start + 24 * HOUR_MS;
  if (size === "week") return start + 7 * 24 * HOUR_MS;
  const date = new Date(start);
  return size === "month"
    ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    : Date.UTC(date.getUTCFullYear() + 1, 0, 1);
}
