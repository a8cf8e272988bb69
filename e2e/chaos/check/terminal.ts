import { isTerminal } from "@/server/domain/vocabulary";
import type { History } from "../history";
import { type BrokenPromise, byId, groupBy } from "./broken-promise";

/** P2: one terminal event, equal to the state, never changed after anybody saw it; and the nets that hold it exist. */
export function checkOneEnd({ clients, database }: History): BrokenPromise[] {
  const broken: BrokenPromise[] = [];
  const wrong = (subject: string, what: string) => void broken.push({ promise: "P2", subject, what });
  const events = groupBy(database.terminalEvents, (event) => event.generationId);
  const rows = byId(database.generations);

  if (!database.guards.terminalEventIndex)
    wrong("database", "has no unique index over terminal events: nothing would stop a second end");
  if (!database.guards.endTrigger) wrong("database", "has no trigger that refuses a change of a terminal state");

  for (const row of database.generations) {
    const ends = events.get(row.id) ?? [];
    if (ends.length > 1)
      wrong(row.id, `has ${ends.length} terminal events: ${ends.map((event) => event.kind).join(", ")}`);
    if (isTerminal(row.state)) {
      if (ends.length === 0) wrong(row.id, `is ${row.state} without a terminal event`);
      else if (ends.every((event) => event.kind !== row.state))
        wrong(row.id, `is ${row.state}, and its terminal event says ${ends[0]?.kind}`);
      if (row.finishedAtMs === null) wrong(row.id, `is ${row.state} without a time of its end`);
    } else if (ends.length > 0) wrong(row.id, `ended as ${ends[0]?.kind} and is ${row.state} again`);
  }

  for (const entry of clients) {
    for (const { id, state } of entry.sightings) {
      const last = rows.get(id);
      if (state !== null && isTerminal(state) && last && last.state !== state)
        wrong(id, `was seen as ${state} and is ${last.state}`);
    }
  }
  return broken;
}
