import { and, eq, sql } from "drizzle-orm";
import { endpointReleaseList } from "@/db/queries/endpoint";
import { endpointReleases } from "@/db/schema";
import { recordAudit } from "@/server/audit/record-audit";
import type { EndpointRelease, LiveWorkers } from "@/server/domain/endpoint/settings";
import { AppError } from "@/server/errors";
import type { RunpodManagement } from "@/server/providers/runpod-management/api";
import type { EndpointDeps } from "./types";

/**
 * Asks for the releases when the workers speak of a version that is not known yet. A new one that no change of a
 * setting explains (another image under the same tag, an environment variable) gets an audit entry, and so a flag.
 */
export async function recordReleases(
  deps: EndpointDeps,
  management: RunpodManagement,
  environment: string,
  look: { workers: LiveWorkers; explained: boolean; signal: AbortSignal },
): Promise<void> {
  const { endpointId } = management;
  const known = await endpointReleaseList(deps.db, environment, endpointId);
  const version = look.workers.endpointVersion;
  if (known.some((release) => release.isCurrent && release.version === version)) return;
  const releases = await management.releases({ signal: look.signal }).catch((error: unknown) => {
    if (!AppError.is(error)) throw error;
    deps.log.warn("endpoint: its releases could not be read", { environment, error });
    return null;
  });
  if (releases === null || releases.length === 0) return;
  await deps.db.transaction(async (tx) => {
    const mine = and(eq(endpointReleases.environment, environment), eq(endpointReleases.endpointId, endpointId));
    await tx.update(endpointReleases).set({ isCurrent: false }).where(mine);
    await tx
      .insert(endpointReleases)
      .values(releases.map((release) => ({ ...rowOf(release), environment, endpointId })))
      .onConflictDoUpdate({
        target: [endpointReleases.environment, endpointReleases.endpointId, endpointReleases.version],
        set: { isCurrent: sql`excluded.is_current`, changes: sql`excluded.changes` },
      });
    if (known.length === 0 || look.explained) return;
    for (const release of releases
      .filter(({ version: found }) => !known.some((old) => old.version === found))
      .reverse())
      await recordAudit(tx, {
        action: "endpoint.released",
        target: releaseWords(release),
        actor: "Outside Switchyard",
        via: "system",
        environment,
        before: { version: known[0]?.version ?? null },
        after: { version: release.version, changes: release.changes },
      });
  });
}

function rowOf({ version, createdAtMs, isCurrent, changes }: EndpointRelease) {
  return { version, createdAt: new Date(createdAtMs), isCurrent, changes };
}

function releaseWords({ version, changes }: EndpointRelease): string {
  const what = changes.map(({ field }) => field).join(", ");
  return `Release ${version}${what === "" ? "" : `: ${what}`}`;
}
