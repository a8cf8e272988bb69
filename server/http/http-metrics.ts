const BOUNDS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180];

interface Series {
  method: string;
  route: string;
  count: Map<number, number>;
  buckets: number[];
  sumS: number;
}

export interface HttpMetrics {
  /** `route` is a pattern, never a path: labels must not grow with traffic. */
  observe(method: string, route: string, status: number, durationMs: number): void;
  begin(): void;
  end(): void;
  lines(): string[];
}

/** Counters of this process since it started, in Prometheus' text format. */
export function createHttpMetrics(): HttpMetrics {
  const all = new Map<string, Series>();
  let inFlight = 0;
  return {
    begin: () => {
      inFlight += 1;
    },
    end: () => {
      inFlight -= 1;
    },
    observe(method, route, status, durationMs) {
      const key = `${method} ${route}`;
      let series = all.get(key);
      if (!series) {
        series = { method, route, count: new Map(), buckets: BOUNDS_S.map(() => 0), sumS: 0 };
        all.set(key, series);
      }
      const seconds = durationMs / 1000;
      series.count.set(status, (series.count.get(status) ?? 0) + 1);
      series.sumS += seconds;
      const slot = BOUNDS_S.findIndex((bound) => seconds <= bound);
      if (slot >= 0) series.buckets[slot] = (series.buckets[slot] ?? 0) + 1;
    },
    lines: () => [
      "# HELP switchyard_http_requests_total Requests answered by this process.",
      "# TYPE switchyard_http_requests_total counter",
      ...[...all.values()].flatMap((series) =>
        [...series.count].map(
          ([status, n]) => `switchyard_http_requests_total{${labels(series)},status="${status}"} ${n}`,
        ),
      ),
      "# HELP switchyard_http_request_duration_seconds Time to the end of the answer.",
      "# TYPE switchyard_http_request_duration_seconds histogram",
      ...[...all.values()].flatMap(histogram),
      "# HELP switchyard_http_requests_in_flight Requests being answered now.",
      "# TYPE switchyard_http_requests_in_flight gauge",
      `switchyard_http_requests_in_flight ${inFlight}`,
    ],
  };
}

function labels({ method, route }: Series): string {
  return `method="${escapeLabel(method)}",route="${escapeLabel(route)}"`;
}

export function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function histogram(series: Series): string[] {
  const name = "switchyard_http_request_duration_seconds";
  const total = [...series.count.values()].reduce((sum, n) => sum + n, 0);
  let below = 0;
  return [
    ...BOUNDS_S.map((bound, slot) => {
      below += series.buckets[slot] ?? 0;
      return `${name}_bucket{${labels(series)},le="${bound}"} ${below}`;
    }),
    `${name}_bucket{${labels(series)},le="+Inf"} ${total}`,
    `${name}_sum{${labels(series)}} ${series.sumS}`,
    `${name}_count{${labels(series)}} ${total}`,
  ];
}
