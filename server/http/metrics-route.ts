import { isIP } from "node:net";
import { openGenerations } from "@/db/queries/open-generations";
import { type SpoolDepth, spoolDepths } from "@/db/queries/spool";
import { type FiringWarning, firingWarnings } from "@/db/queries/warnings";
import { hasScope } from "@/server/auth/access";
import { principalFromApiKey } from "@/server/auth/authenticate-api-key";
import type { WarningSubject } from "@/server/domain/warning";
import { AppError } from "@/server/errors";
import { send } from "./answer";
import { type Call, header, type Route } from "./call";
import { escapeLabel, type HttpMetrics } from "./http-metrics";

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;

/** Prometheus. For a collector on the same machine, or with a key that may read. */
export function metricsRoute(metrics: HttpMetrics): Route {
  return {
    method: "GET",
    path: "/api/metrics",
    access: "public",
    why: "open on loopback; from elsewhere it asks for a key itself",
    async handle(call) {
      await authorise(call);
      const open = await openGenerations(call.runtime.db);
      const warnings = await firingWarnings(call.runtime.db);
      const lines = [
        ...metrics.lines(),
        "# HELP switchyard_generations_open Generations that have not ended.",
        "# TYPE switchyard_generations_open gauge",
        ...open.map(
          (row) =>
            `switchyard_generations_open{environment="${escapeLabel(row.environment)}",state="${row.state}"} ${row.count}`,
        ),
        ...warningLines(warnings),
        ...(call.runtime.images.spool ? spoolLines(await spoolDepths(call.runtime.db)) : []),
        "# HELP process_resident_memory_bytes Memory of this process.",
        "# TYPE process_resident_memory_bytes gauge",
        `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
        "# HELP process_start_time_seconds Start of this process.",
        "# TYPE process_start_time_seconds gauge",
        `process_start_time_seconds ${Math.round(Date.now() / 1000 - process.uptime())}`,
      ];
      send(call.outgoing, 200, `${lines.join("\n")}\n`, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
    },
  };
}

function spoolLines(depths: SpoolDepth[]): string[] {
  const each = (name: string, value: (depth: SpoolDepth) => number) =>
    depths.map((depth) => `${name}{disk="${escapeLabel(depth.diskId ?? "unknown")}"} ${value(depth)}`);
  return [
    "# HELP switchyard_spool_pictures Pictures on a disk that wait to be moved to R2.",
    "# TYPE switchyard_spool_pictures gauge",
    ...each("switchyard_spool_pictures", ({ pictures }) => pictures),
    "# HELP switchyard_spool_oldest_seconds How long the oldest of them has waited.",
    "# TYPE switchyard_spool_oldest_seconds gauge",
    ...each("switchyard_spool_oldest_seconds", ({ oldestAgeMs }) => Math.round(oldestAgeMs / 1000)),
  ];
}

function warningLines(warnings: FiringWarning[]): string[] {
  const each = (subject: WarningSubject, help: string) => [
    `# HELP switchyard_${subject}_warning ${help}`,
    `# TYPE switchyard_${subject}_warning gauge`,
    ...warnings
      .filter(({ about }) => about === subject)
      .map(
        ({ environment, key, level }) =>
          `switchyard_${subject}_warning{environment="${escapeLabel(environment)}",finding="${key}",level="${level}"} 1`,
      ),
  ];
  return [
    ...each("endpoint", "What the guardian of the RunPod endpoint warns of now."),
    ...each("storage", "What is warned of now: pictures that wait for R2, or have no place."),
  ];
}

async function authorise(call: Call): Promise<void> {
  const authorization = header(call.incoming, "authorization");
  if (authorization === null && isDirectLoopback(call)) return;
  const principal = await principalFromApiKey(call.runtime.db, authorization, Date.now);
  if (!hasScope(principal, "read")) throw new AppError("FORBIDDEN", "this API key lacks the scope read");
}

/**
 * A caller on this machine that no proxy speaks for. The host must be an address or localhost too: a name that a
 * stranger's page resolves to 127.0.0.1 comes from loopback as well.
 */
function isDirectLoopback({ incoming }: Call): boolean {
  const host = (header(incoming, "host") ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  const forwarded = ["x-forwarded-for", "forwarded", "x-real-ip", "via"].some(
    (name) => incoming.headers[name] !== undefined,
  );
  return !forwarded && LOOPBACK.test(incoming.socket.remoteAddress ?? "") && (host === "localhost" || isIP(host) > 0);
}
