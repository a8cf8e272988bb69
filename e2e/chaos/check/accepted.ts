import { isTerminal } from "@/server/domain/vocabulary";
import type { ClientEntry, History } from "../history";
import { type BrokenPromise, byId, groupBy } from "./broken-promise";

/** The generations that a client was told are accepted, in the order of the answers. */
export function acceptedIds(entry: ClientEntry): string[] {
  const ids: string[] = [];
  for (const { outcome } of entry.sends) {
    if (outcome.kind === "answer" && outcome.status >= 200 && outcome.status < 300 && outcome.id !== null)
      ids.push(outcome.id);
  }
  return ids;
}

/** P1: what was answered with 2xx is a row, stays one, and reaches a terminal state. */
export function checkNothingLost({ clients, database }: History): BrokenPromise[] {
  const rows = byId(database.generations);
  const broken: BrokenPromise[] = [];
  const lost = (subject: string, what: string) => void broken.push({ promise: "P1", subject, what });
  for (const entry of clients) {
    for (const { outcome } of entry.sends) {
      if (outcome.kind === "answer" && outcome.status >= 200 && outcome.status < 300 && outcome.id === null)
        lost(entry.key, "was accepted without an id");
    }
    for (const id of new Set(acceptedIds(entry))) {
      const row = rows.get(id);
      if (!row) lost(id, "was accepted and has no row");
      else if (!isTerminal(row.state)) lost(id, `was accepted and is still ${row.state}`);
    }
    for (const { id, status } of entry.sightings) if (status === 404) lost(id, "was accepted and answered 404 later");
  }
  for (const row of database.generations) {
    if (!isTerminal(row.state) && !clients.some((entry) => acceptedIds(entry).includes(row.id)))
      lost(row.id, `was committed, its answer was lost, and it is still ${row.state}`);
  }
  return broken;
}

/** P3: every answer to a key names the same generation, and the key has one row. */
export function checkOneKeyOneGeneration({ clients, database }: History): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const rowsByKey = groupBy(database.generations, (row) => row.idempotencyKey);
  const keyOfId = new Map<string, string>();
  for (const entry of clients) {
    const ids = new Set(acceptedIds(entry));
    if (ids.size > 1)
      broken.push({ promise: "P3", subject: entry.key, what: `was answered with ${[...ids].join(", ")}` });
    const rows = rowsByKey.get(entry.key) ?? [];
    if (rows.length > 1) broken.push({ promise: "P3", subject: entry.key, what: `has ${rows.length} generations` });
    for (const id of ids) {
      const other = keyOfId.get(id);
      if (other !== undefined && other !== entry.key)
        broken.push({ promise: "P3", subject: id, what: `was given to the keys ${other} and ${entry.key}` });
      keyOfId.set(id, entry.key);
      const row = rows.find((candidate) => candidate.id === id);
      if (!row && database.generations.some((candidate) => candidate.id === id))
        broken.push({
          promise: "P3",
          subject: id,
          what: `was given to the key ${entry.key} and is stored under another`,
        });
    }
  }
  return broken;
}
