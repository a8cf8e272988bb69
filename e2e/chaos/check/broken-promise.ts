/** The promises of the README that a run can break. */
export const PROMISES = {
  P1: "nothing accepted is lost",
  P2: "exactly one terminal state",
  P3: "one key, one generation",
  P4: "no spend without a prior record",
  P5: "bounded duplicate spend",
  P6: "a result reported is a result retrievable",
  P8: "takeover in time, and no request hangs",
  P9: "what is shown equals the rows",
} as const;
export type Promised = keyof typeof PROMISES;

export interface BrokenPromise {
  promise: Promised;
  /** Which generation, key, job or file. */
  subject: string;
  what: string;
}

export function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export function byId<T extends { id: string }>(items: Iterable<T>): Map<string, T> {
  return new Map(Array.from(items, (item) => [item.id, item]));
}
