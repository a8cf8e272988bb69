import { usdPerHour } from "./settings";

const HOUR_MS = 3_600_000;

/** GPU time of all workers by hour of sandbox time. A worker's stay is rounded up to the second, as RunPod bills. */
export class Billing {
  private readonly micros = new Map<number, number>();
  totalSeconds = 0;
  totalMicros = 0;

  /** One worker's life from its start to its stop, start-up, work and idle time alike. */
  charge(gpuTypeId: string, fromMs: number, toMs: number): void {
    const seconds = Math.ceil(Math.max(0, toMs - fromMs) / 1000);
    const microsPerMs = usdPerHour(gpuTypeId) / 3.6;
    const end = fromMs + seconds * 1000;
    for (let start = fromMs; start < end; ) {
      const hour = Math.floor(start / HOUR_MS) * HOUR_MS;
      const stop = Math.min(end, hour + HOUR_MS);
      this.micros.set(hour, (this.micros.get(hour) ?? 0) + (stop - start) * microsPerMs);
      start = stop;
    }
    this.totalSeconds += seconds;
    this.totalMicros += seconds * 1000 * microsPerMs;
    // Four hundred days; a year's query is the longest that the API knows.
    if (this.micros.size > 9_600) this.micros.delete(Math.min(...this.micros.keys()));
  }

  /** Micro-USD in [fromMs, toMs), counted by whole hours. */
  between(fromMs: number, toMs: number): number {
    let sum = 0;
    for (const [hour, micros] of this.micros) if (hour >= fromMs && hour < toMs) sum += micros;
    return sum;
  }
}
