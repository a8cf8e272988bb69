import type { Transaction } from "@/db/client";
import type { EndpointSnapshot } from "@/db/queries/endpoint";
import { endpointSnapshots } from "@/db/schema";
import { type AuditEntry, recordAudit } from "@/server/audit/record-audit";
import { changeWords, type FieldChange } from "@/server/domain/endpoint/differences";
import type { EndpointSettings } from "@/server/domain/endpoint/settings";

export interface SnapshotToRecord {
  environment: string;
  endpointId: string;
  settings: EndpointSettings;
  origin: EndpointSnapshot["origin"];
  changes: FieldChange[];
  actor: string;
  via: AuditEntry["via"];
  reason: string | null;
  requestId: string | null;
  undoes: number | null;
  /** What the standing workers cost a day, before and after; null: unknown. */
  standingPerDayMicros?: { before: number | null; after: number | null };
}

/** The endpoint as it is from now on, with its audit entry. Charts draw a flag for each of these entries. */
export async function recordSnapshot(tx: Transaction, snapshot: SnapshotToRecord): Promise<EndpointSnapshot> {
  const { environment, endpointId, settings, origin, changes, actor, reason, undoes, standingPerDayMicros } = snapshot;
  const [row] = await tx
    .insert(endpointSnapshots)
    .values({ environment, endpointId, settings, origin, changes, actor, reason, undoes })
    .returning();
  if (!row) throw new Error("the snapshot was not written");
  if (origin === "first") return row;
  const side = (which: "before" | "after") => ({
    ...Object.fromEntries(changes.map((change) => [change.field, change[which]])),
    ...(standingPerDayMicros ? { standingPerDayMicros: standingPerDayMicros[which] } : {}),
  });
  await recordAudit(tx, {
    action:
      origin === "outside" ? "endpoint.changed_outside" : undoes === null ? "endpoint.changed" : "endpoint.undone",
    target: changeWords(changes),
    actor,
    via: snapshot.via,
    environment,
    before: side("before"),
    after: side("after"),
    reason,
    requestId: snapshot.requestId,
  });
  return row;
}
