import type { Database } from "@/db/client";
import {
  type EndpointSnapshot,
  endpointCheck,
  endpointHistory,
  endpointReleaseList,
  firstSnapshotAtMs,
  lastRequestAtMs,
} from "@/db/queries/endpoint";
import { endpointSchedule, type StoredSchedule } from "@/db/queries/endpoint-schedule";
import type { Config } from "@/server/config";
import type { FieldChange } from "@/server/domain/endpoint/differences";
import { type Finding, guard } from "@/server/domain/endpoint/guardian";
import type { EndpointSchedule } from "@/server/domain/endpoint/schedule";
import type { EndpointRelease, EndpointSettings, GpuOffer, LiveWorkers } from "@/server/domain/endpoint/settings";
import {
  type BookedPrice,
  breakEvenImages,
  type StandingPrice,
  standingPrice,
  type WorkerPrice,
} from "@/server/domain/endpoint/standing-price";
import { countBelow, quantile } from "@/server/domain/sketch/sketch";
import { readMetrics } from "@/server/metrics/read-metrics";
import { priceOf, readEndpointPrices } from "./price";

const HISTORY_MAX = 30;
const WINDOW_DAYS = 28;
const DAY_MS = 86_400_000;

export interface EndpointEntry {
  snapshot: number;
  origin: EndpointSnapshot["origin"];
  changes: FieldChange[];
  actor: string;
  reason: string | null;
  undoes: number | null;
  atMs: number;
}

export interface EndpointStatus {
  environment: string;
  endpointId: string;
  /** Id of the state that is shown: a change names it. */
  snapshot: number;
  settings: EndpointSettings;
  /** Since when it is set like that, as far as we have seen. */
  sinceMs: number;
  checkedAtMs: number | null;
  answeredAtMs: number | null;
  problem: string | null;
  workers: LiveWorkers | null;
  releases: EndpointRelease[];
  /** The newest first. */
  history: EndpointEntry[];
  offers: GpuOffer[];
  /** Of one worker. */
  price: WorkerPrice | null;
  /** The price book's, for where no catalogue can be read. */
  booked: BookedPrice | null;
  standing: StandingPrice;
  /** Images a month at which a permanent worker costs no more than the control; null: a price is missing. */
  breakEvenImages: number | null;
  lastRequestMs: number | null;
  findings: Finding[];
  /** Hours in which workers are kept; null: none are set. */
  schedule: ShownSchedule | null;
}

export interface ShownSchedule extends EndpointSchedule {
  setBy: string;
  setAtMs: number;
  /** Whose change of the minimum suspended it; null: it is in force. */
  suspendedBy: string | null;
  problem: string | null;
}

export interface StatusDeps {
  db: Database;
  config: Config;
  /** The control's model for an image by text, which keys its price. */
  controlModel: string | null;
}

/** What is known of an environment's endpoint, from our own records: asks RunPod nothing. Null before the first look. */
export async function readEndpointStatus(
  { db, config, controlModel }: StatusDeps,
  environment: string,
  now: Date,
): Promise<EndpointStatus | null> {
  const nowMs = now.getTime();
  const [check, history] = await Promise.all([
    endpointCheck(db, environment),
    endpointHistory(db, environment, HISTORY_MAX),
  ]);
  const [newest] = history;
  if (newest === undefined) return null;
  const { endpointId, settings } = newest;
  const [releases, lastRequestMs, prices, watchedSinceMs, schedule, measured] = await Promise.all([
    endpointReleaseList(db, environment, endpointId),
    lastRequestAtMs(db, environment),
    readEndpointPrices(db, config, environment, controlModel, nowMs),
    firstSnapshotAtMs(db, environment, endpointId),
    endpointSchedule(db, environment),
    readMetrics(
      db,
      {
        environment,
        fromMs: nowMs - WINDOW_DAYS * DAY_MS,
        toMs: nowMs,
        populations: ["callers", "trials"],
        series: ["latencyCold", "execution"],
      },
      nowMs,
    ),
  ]);
  const look = { offers: check?.offers ?? null, workers: check?.workers ?? null };
  const price = priceOf(settings, look, prices);
  const standing = standingPrice(settings.workersMin, price);
  const { sketches, counters, failures } = measured.totals().comfyui;
  const { latencyCold, execution } = sketches;
  const findings = guard({
    nowMs,
    settings,
    workers: look.workers,
    problem: check?.problem ?? null,
    unhealthySinceMs: check?.unhealthySince?.getTime() ?? null,
    throttledSinceMs: check?.throttledSince?.getTime() ?? null,
    lastRequestMs,
    watchedSinceMs: watchedSinceMs ?? nowMs,
    cold: {
      n: latencyCold.n,
      p99Ms: quantile(latencyCold, 0.99),
      longerThan: (limitMs) => latencyCold.n - countBelow(latencyCold, limitMs),
    },
    cutOff: failures.cold_start_timeout?.n ?? 0,
    executionP99Ms: execution.n < 100 ? null : quantile(execution, 0.99),
    generations: counters.generations,
    coldStarts: counters.cold,
    windowDays: WINDOW_DAYS,
    standing,
    deadlineMs: config.deadlineMs.comfyui,
    idleTimeoutMs: config.idleTimeoutMs,
    gpuType: config.providerSettings(environment).comfyui.gpuType,
  });
  return {
    environment,
    endpointId,
    snapshot: newest.id,
    settings,
    sinceMs: newest.at.getTime(),
    checkedAtMs: check?.checkedAt?.getTime() ?? null,
    answeredAtMs: check?.answeredAt?.getTime() ?? null,
    problem: check?.problem ?? null,
    workers: look.workers,
    releases,
    history: history.map(toEntry),
    offers: look.offers ?? [],
    price,
    booked: prices.booked,
    standing,
    breakEvenImages: breakEvenImages(price, prices.controlImageMicros),
    lastRequestMs,
    findings,
    schedule: schedule === null ? null : shownSchedule(schedule),
  };
}

function shownSchedule(stored: StoredSchedule): ShownSchedule {
  const { weekdays, fromHour, toHour, workers, otherwise, timeZone, setBy, setAt, suspendedBy, problem } = stored;
  const schedule = { weekdays, fromHour, toHour, workers, otherwise, timeZone };
  return { ...schedule, setBy, setAtMs: setAt.getTime(), suspendedBy, problem };
}

function toEntry({ id, origin, changes, actor, reason, undoes, at }: EndpointSnapshot): EndpointEntry {
  return { snapshot: id, origin, changes, actor, reason, undoes, atMs: at.getTime() };
}
