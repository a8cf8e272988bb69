import type { Database } from "@/db/client";
import { type ObjectUse, objectUses } from "@/db/queries/picture-retention";
import { recordAudit } from "@/server/audit/record-audit";
import { AppError } from "@/server/errors";
import type { Operator } from "@/server/rollout/types";
import { parseObjectKey } from "./object-key";
import type { Stores } from "./open-stores";
import type { ListedObject } from "./r2-store";

/**
 * What a sweep finds. `expired`: rows name it, none needs it any more; `moved`: on the disk, while the rows say R2;
 * `orphan`: no row names it; `young`: one of these, but written lately; `foreign`: nothing that we would have made.
 */
export const SWEEP_KINDS = ["used", "young", "expired", "moved", "orphan", "foreign"] as const;
export type SweepKind = (typeof SWEEP_KINDS)[number];

export interface SweepReport {
  place: "disk" | "r2";
  found: Record<SweepKind, { objects: number; sizeBytes: number }>;
  removed: { objects: number; sizeBytes: number };
}

export interface SweepOptions {
  /** False: only looked at. */
  apply: boolean;
  /** Younger objects may belong to what is under way and has no row yet. */
  olderThanMs: number;
  /** `known`: only what rows name, so that nothing of anybody else's can be taken. */
  what: "known" | "all";
  /** Default: both. */
  place?: "disk" | "r2";
  /** Removes orphans also when they are most of what is there. */
  force?: boolean;
}

export const SAFETY_AGE_MS = 86_400_000;
const LEAST_AGE_MS = 3_600_000;
const FEW = 20;

/**
 * Finds what lies on this disk and in the bucket though nobody needs it, and removes it if asked. Objects with other
 * names than ours are never touched. Throws BAD_REQUEST for an age below an hour, CONFLICT when most of a place would
 * go: then the database is more likely to be the wrong one.
 */
export async function sweepStorage(
  deps: { db: Database; stores: Stores; now: () => number; signal?: AbortSignal },
  options: SweepOptions,
  operator: Operator | null = null,
): Promise<SweepReport[]> {
  if (options.olderThanMs < LEAST_AGE_MS) {
    const rule = "must be at least 1h: younger pictures may be on their way";
    throw new AppError("BAD_REQUEST", `--older-than ${rule}`, { problems: [{ field: "--older-than", rule }] });
  }
  const { disk, r2 } = deps.stores;
  const places = [
    { place: "disk" as const, list: () => disk.list() },
    ...(r2 ? [{ place: "r2" as const, list: () => r2.list("objects/", deps.signal) }] : []),
  ];
  const reports: SweepReport[] = [];
  for (const { place, list } of places) {
    if (options.place !== undefined && options.place !== place) continue;
    const looked = await pass(place, list(), null);
    if (options.apply) {
      refuseMost(looked);
      reports.push(await pass(place, list(), (object, kind) => remove(place, object, kind)));
    } else reports.push(looked);
  }
  if (operator !== null && options.apply) {
    const removed = Object.fromEntries(reports.map((report) => [report.place, report.removed]));
    await deps.db.transaction((tx) =>
      recordAudit(tx, {
        action: "storage.swept",
        actor: operator.principal.name,
        via: operator.via,
        after: { ...options, removed },
        requestId: operator.requestId,
      }),
    );
  }
  return reports;

  async function pass(
    place: "disk" | "r2",
    pages: AsyncIterable<ListedObject[]>,
    act: ((object: ListedObject, kind: SweepKind) => Promise<boolean>) | null,
  ): Promise<SweepReport> {
    const found = Object.fromEntries(
      SWEEP_KINDS.map((kind) => [kind, { objects: 0, sizeBytes: 0 }]),
    ) as SweepReport["found"];
    const removed = { objects: 0, sizeBytes: 0 };
    for await (const page of pages) {
      deps.signal?.throwIfAborted();
      const shas = page.flatMap(({ key }) => parseObjectKey(key)?.sha256 ?? []);
      const uses = await objectUses(deps.db, shas);
      for (const object of page) {
        const kind = kindOf(place, object, uses.get(object.key));
        add(found[kind], object);
        if (act && (await act(object, kind))) add(removed, object);
      }
    }
    return { place, found, removed };
  }

  function kindOf(place: "disk" | "r2", object: ListedObject, use: ObjectUse | undefined): SweepKind {
    if (parseObjectKey(object.key) === null) return "foreign";
    const isMoved = place === "disk" && use?.isLiveInR2 === true && !use.isLiveOnDisk;
    if (use?.isLive && !isMoved) return "used";
    if (object.modifiedAtMs >= deps.now() - options.olderThanMs) return "young";
    if (isMoved) return "moved";
    return use ? "expired" : "orphan";
  }

  async function remove(place: "disk" | "r2", object: ListedObject, kind: SweepKind): Promise<boolean> {
    const sha256 = parseObjectKey(object.key)?.sha256;
    if (sha256 === undefined || kind === "used" || kind === "young" || kind === "foreign") return false;
    if (kind === "orphan" && options.what === "known") return false;
    if (kind === "moved" && !(await r2?.holds(object.key, sha256))) return false;
    // Once more, right before: it may have been stored again since the page was read.
    const use = (await objectUses(deps.db, [sha256])).get(object.key);
    const newest = place === "disk" ? await disk.find(object.key) : await r2?.find(object.key);
    if (!newest || kindOf(place, { ...object, modifiedAtMs: newest.modifiedAtMs }, use) !== kind) return false;
    const beforeMs = deps.now() - options.olderThanMs;
    if (place === "disk") return disk.removeOlder(object.key, beforeMs);
    return (await r2?.removeOlder(object.key, beforeMs)) ?? false;
  }

  function refuseMost({ place, found }: SweepReport): void {
    if (options.what === "known" || options.force) return;
    const ours = SWEEP_KINDS.reduce((sum, kind) => sum + (kind === "foreign" ? 0 : found[kind].objects), 0);
    if (found.orphan.objects <= FEW || found.orphan.objects * 2 <= ours) return;
    throw new AppError(
      "CONFLICT",
      `${found.orphan.objects} of ${ours} objects ${place === "disk" ? "on the disk" : "in the bucket"} have no row in this database: if another installation uses that place, they are its pictures. --force removes them all the same`,
    );
  }
}

function add(sum: { objects: number; sizeBytes: number }, { sizeBytes }: ListedObject): void {
  sum.objects += 1;
  sum.sizeBytes += sizeBytes;
}
