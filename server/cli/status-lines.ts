import type { RecentNumbers } from "@/db/queries/recent-numbers";
import type { SpoolDepth } from "@/db/queries/spool";
import { actorWords } from "@/server/domain/actor-words";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ago, bytes, instant, milliseconds, NOTHING, pairs, percent, share, table } from "./format";
import type { EnvironmentStatus, ProviderStatus, Status } from "./run-status";

/** The installation at a glance, for people. */
export function statusLines(status: Status, nowMs: number): string[] {
  const { database, instances, server, spool } = status;
  const head: [string, string][] = [
    ["server", server.url ?? "not running on this data folder"],
    ["database", `${database.kind}, PostgreSQL ${database.version}, ${database.name}, ${bytes(database.sizeBytes)}`],
    [
      "workers",
      instances.length === 0
        ? "none"
        : instances.map(({ id, role, startedAtMs }) => `${id} (${role}), up since ${instant(startedAtMs)}`).join("\n"),
    ],
  ];
  if (spool !== null) head.push(["spool", spoolLine(spool)]);
  return [...pairs(head), ...status.environments.flatMap((environment) => environmentLines(environment, nowMs))];
}

/** Pictures that wait on disks until R2 takes them. */
export function spoolLine(spool: SpoolDepth[]): string {
  if (spool.length === 0) return "empty: every picture is in R2";
  return spool
    .map(
      ({ diskId, pictures, sizeBytes, oldestAgeMs }) =>
        `${pictures} ${pictures === 1 ? "picture" : "pictures"} (${bytes(sizeBytes)}) ${pictures === 1 ? "waits" : "wait"} for R2 on disk ${diskId ?? "unknown"}, the oldest from ${ago(oldestAgeMs)}`,
    )
    .join("\n");
}

/** The command that says more. */
const MORE = { endpoint: "switchyard endpoint lint", storage: "switchyard storage check" };

function environmentLines(status: EnvironmentStatus, nowMs: number): string[] {
  const { revision } = status;
  const serves =
    revision === null
      ? "nothing decided yet: the first start does"
      : `${servers(revision.candidateShareBp)}, revision ${revision.number} (${revision.phase}${revision.held ? ", held" : ""})`;
  const by =
    revision === null
      ? NOTHING
      : `${actorWords(revision.actor)} (${revision.source}), ${ago(nowMs - revision.createdAtMs)}${revision.reason ? `: ${revision.reason}` : ""}`;
  const open = Object.entries(status.open).map(([state, count]) => `${count} ${state}`);
  const entries: [string, string][] = [
    ["serves", serves],
    ["since", by],
    ...status.providers.map((provider): [string, string] => [provider.part, providerLine(provider)]),
    ["open", open.length === 0 ? "none" : open.join(", ")],
  ];
  for (const subject of ["endpoint", "storage"] as const) {
    const lines = status.warnings
      .filter(({ about }) => about === subject)
      .map(({ level, title, firedAtMs }) => `${level}: ${title}, ${ago(nowMs - firedAtMs)} (${MORE[subject]})`);
    if (lines.length > 0) entries.push([subject, lines.join("\n")]);
  }
  return [
    "",
    `${status.environment}${status.isDefault ? " (default)" : ""}`,
    ...pairs(entries, "  "),
    "  last hour, of callers (api, cli)",
    ...lastHourLines(status.lastHour).map((line) => `    ${line}`),
  ];
}

export function servers(candidateShareBp: number): string {
  if (candidateShareBp === 0) return `${PROVIDER_NAMES.scenario}, all traffic`;
  if (candidateShareBp === 10_000) return `${PROVIDER_NAMES.comfyui}, all traffic`;
  return `${PROVIDER_NAMES.comfyui} ${share(candidateShareBp)}, ${PROVIDER_NAMES.scenario} ${share(10_000 - candidateShareBp)}`;
}

function providerLine({ name, configured, missingVariables, probe }: ProviderStatus): string {
  if (configured === null) return `${name}: the sandbox does not run just now`;
  if (!configured) return `${name}: not configured, ${missingVariables.join(" and ")} missing`;
  if (probe === null) return `${name}: configured, not probed`;
  if (!probe.ok) return `${name}: NOT READY, ${probe.problem ?? "its probe failed"}`;
  return `${name}: ready (${probe.checkedWhat}, ${milliseconds(probe.roundTripMs)})`;
}

function lastHourLines(rows: RecentNumbers[]): string[] {
  if (rows.length === 0) return ["no generations"];
  const head = ["provider", "class", "n", "open", "success", "p50", "p95"];
  const cells = rows.map((row) => {
    const ended = row.succeeded + row.failed;
    return [
      row.provider,
      row.coldClass ?? NOTHING,
      String(row.n),
      String(row.open),
      percent(ended === 0 ? null : row.succeeded / ended),
      milliseconds(row.latencyMsP50),
      milliseconds(row.latencyMsP95),
    ];
  });
  return table(head, cells, new Set(["n", "open", "success", "p50", "p95"]));
}
