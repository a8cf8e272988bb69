import type { Transaction } from "@/db/client";
import { incidentItems, incidents } from "@/db/schema";
import { newId } from "@/server/domain/ids";
import { INCIDENT_ITEMS } from "@/server/domain/vocabulary";
import type { Revision } from "./revision";

/**
 * Opens the rollback's incident in its transaction. The first item of the emergency checklist is true by then: the
 * provider is set. The others are found by the watcher, the last by a person.
 */
export async function openIncident(
  tx: Transaction,
  input: { revision: Revision; previous: Revision; actor: string },
): Promise<string> {
  const { revision, previous, actor } = input;
  const id = newId();
  await tx.insert(incidents).values({
    id,
    environment: revision.environment,
    revision: revision.number,
    previousRevision: previous.number,
    title: `Rolled back from ${previous.candidateShareBp / 100}%`,
    openedBy: actor,
    openedAt: new Date(revision.createdAtMs),
  });
  await tx.insert(incidentItems).values(
    INCIDENT_ITEMS.map((item) =>
      item === "provider_set"
        ? {
            incidentId: id,
            item,
            done: true,
            doneAt: new Date(revision.createdAtMs),
            doneBy: actor,
            evidence: { revision: revision.number, candidateShareBp: 0 },
          }
        : { incidentId: id, item },
    ),
  );
  return id;
}
