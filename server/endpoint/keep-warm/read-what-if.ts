import type { Database } from "@/db/client";
import { newestBilling } from "@/db/queries/billing";
import { endpointCheck, endpointHistory } from "@/db/queries/endpoint";
import { importedArrivals, type WarmRequestRow, warmRequests } from "@/db/queries/warm-requests";
import type { Config } from "@/server/config";
import { presentSetting, type WarmGpu, type WarmSetting } from "@/server/domain/keep-warm/settings";
import type { MeasuredUnder } from "@/server/domain/keep-warm/start-ups";
import { type MeasuredRequest, type Trace, traceOf } from "@/server/domain/keep-warm/trace";
import {
  type CalibrationRow,
  calibrate,
  evaluatorOf,
  type Measured,
  type WarmTarget,
  type WarmWhatIf,
  whatIfWarm,
} from "@/server/domain/keep-warm/what-if";
import type { Micros } from "@/server/domain/money";
import { AppError } from "@/server/errors";
import { priceOf, readEndpointPrices } from "../price";
import { otherGpus, presentGpu } from "./gpus";
import { billedPerMonth, measuredOf, requestOf, underOf } from "./measured";

const DAY_MS = 86_400_000;
/** Changes of the endpoint that are told apart; what was before them counts as the oldest. */
const HISTORY_MAX = 200;
/** So many are simulated in a moment; beyond that the newest are. */
const REQUESTS_MAX = 50_000;
/** Fewer say nothing about a setting. */
const REQUESTS_MIN = 50;
/** Where no start was ever measured: the plan's cold median of 45 s less its warm one of 3 s. */
const START_UP_ASSUMED_MS = 42_000;

export interface WhatIfQuery {
  environment: string;
  days: number;
  target: WarmTarget;
  /** Of schedules' hours. */
  zone: string;
  /**
   * Arrivals from elsewhere, which take times drawn from our own: in milliseconds since 1970, or the last days of an
   * import. Null: our own.
   */
  arrivals: readonly number[] | { importId: string } | null;
}

export interface Calibration {
  /** Since when the endpoint is set as it is, within the window. */
  fromMs: number;
  measured: Measured;
  rows: CalibrationRow[];
  isWithin: boolean;
}

export interface WarmReport {
  environment: string;
  fromMs: number;
  toMs: number;
  zone: string;
  n: number;
  /** Why nothing can be said, in words; null: it can. */
  missing: string | null;
  whatIf: WarmWhatIf | null;
  present: WarmSetting | null;
  priceSource: string | null;
  /** Where starts' times are from. */
  startUps: "measured" | "assumed";
  /** Null: too few requests since the last change of the endpoint, or arrivals from elsewhere. */
  calibration: Calibration | null;
  notes: string[];
}

interface Known {
  fromMs: number;
  toMs: number;
  rows: readonly WarmRequestRow[];
  arrivals: readonly number[] | null;
}

/** What other settings of the endpoint would have made of the last days, and how well that is known. Changes nothing. */
export async function readWarmWhatIf(
  { db, config }: { db: Database; config: Config },
  query: WhatIfQuery,
  now: Date,
): Promise<WarmReport> {
  const { environment, zone, target } = query;
  const toMs = now.getTime();
  const window = { environment, fromMs: toMs - query.days * DAY_MS, toMs, limit: REQUESTS_MAX };
  const [history, check, prices, rows] = await Promise.all([
    endpointHistory(db, environment, HISTORY_MAX),
    endpointCheck(db, environment),
    readEndpointPrices(db, config, environment, null, toMs),
    warmRequests(db, window),
  ]);
  const arrivals = await arrivalsOf(db, query);
  const known = knownOf(arrivals, window.fromMs, toMs, rows);
  const base = { environment, fromMs: known.fromMs, toMs: known.toMs, zone, n: known.arrivals?.length ?? rows.length };
  const nothing = (missing: string): WarmReport => ({
    ...base,
    missing,
    whatIf: null,
    present: null,
    priceSource: null,
    startUps: "assumed",
    calibration: null,
    notes: [],
  });
  const [snapshot] = history;
  if (snapshot === undefined) return nothing("the endpoint was not read yet: it is looked at every minute");
  const requests = rows.map(requestOf);
  const under = underOf(snapshot.settings, history);
  const own = traceOf(requests, under, known);
  if (own === null || rows.length < REQUESTS_MIN)
    return nothing(`only ${rows.length} jobs at ComfyUI in the last ${query.days} days; ${REQUESTS_MIN} are needed`);

  const price = priceOf(snapshot.settings, { offers: check?.offers ?? null, workers: check?.workers ?? null }, prices);
  const present = presentSetting(snapshot.settings, presentGpu(snapshot.settings, price));
  const startUps = startUpsFor(own, rows);
  const trace = { ...(known.arrivals === null ? own : importedTrace(known, requests)), startUps };
  const span = { fromMs: known.fromMs, toMs: known.toMs, zone };
  const gpus = otherGpus(snapshot.settings, check?.offers ?? [], rows);
  const giveWay = () => new Promise<void>((resolve) => setImmediate(resolve));
  const whatIf = await whatIfWarm({ trace, span, present, otherGpus: gpus, target }, giveWay);
  const sinceMs = Math.max(known.fromMs, snapshot.at.getTime());
  const billedPerMonthMicros = await billOf({ db, config }, environment, snapshot.endpointId, {
    fromMs: sinceMs,
    toMs,
  });
  const isMeasured = own.startUps.length > 0 || rows.some(isMeasuredStart);
  return {
    ...base,
    missing: null,
    whatIf,
    present,
    priceSource: price?.source ?? null,
    startUps: isMeasured ? "measured" : "assumed",
    calibration:
      known.arrivals === null
        ? calibrationOf({ rows, setting: present, under, startUps, billedPerMonthMicros }, { ...span, fromMs: sinceMs })
        : null,
    notes: notesOf(rows, { isMeasured, isUnpriced: price === null, isKept: snapshot.settings.workersMin > 0, gpus }),
  };
}

/** The present setting simulated on the days since it is in force, beside what was measured in them. */
function calibrationOf(
  { rows, setting, under, startUps, billedPerMonthMicros }: ToCalibrate,
  since: { fromMs: number; toMs: number; zone: string },
): Calibration | null {
  const recent = rows.filter(({ atMs }) => atMs >= since.fromMs);
  const trace = traceOf(recent.map(requestOf), under, since);
  if (trace === null || recent.length < REQUESTS_MIN) return null;
  const standing = setting.workersMin > 0;
  const measured = measuredOf(recent, since.toMs - since.fromMs, { standing, billedPerMonthMicros });
  const calibrated = calibrate(measured, evaluatorOf({ ...trace, startUps }, since)(setting));
  return { fromMs: since.fromMs, measured, rows: calibrated, isWithin: calibrated.every(({ isWithin }) => isWithin) };
}

interface ToCalibrate {
  rows: readonly WarmRequestRow[];
  setting: WarmSetting;
  under: MeasuredUnder;
  startUps: Float64Array;
  billedPerMonthMicros: Micros | null;
}

/** Null as well where the bill is of other environments' jobs too: they are not simulated. */
async function billOf(
  { db, config }: { db: Database; config: Config },
  environment: string,
  endpointId: string,
  window: { fromMs: number; toMs: number },
): Promise<Micros | null> {
  const isShared = config.environments.some(
    (other) => other !== environment && config.providerSettings(other).comfyui.endpointId === endpointId,
  );
  if (isShared) return null;
  return billedPerMonth(await newestBilling(db, { environment, account: endpointId, ...window }));
}

async function arrivalsOf(
  db: Database,
  { arrivals, days, environment }: WhatIfQuery,
): Promise<readonly number[] | null> {
  if (arrivals === null || !("importId" in arrivals)) return arrivals;
  const times = await importedArrivals(db, { environment, importId: arrivals.importId, days, limit: REQUESTS_MAX });
  if (times.length > 0) return times;
  throw new AppError(
    "NOT_FOUND",
    `no import ${arrivals.importId} with rows is known in ${environment}: see switchyard import --list`,
  );
}

function knownOf(
  arrivalsMs: readonly number[] | null,
  fromMs: number,
  toMs: number,
  rows: readonly WarmRequestRow[],
): Known {
  const [first, last] = [arrivalsMs?.[0], arrivalsMs?.at(-1)];
  if (arrivalsMs !== null && first !== undefined && last !== undefined) {
    const startMs = Math.floor(first / DAY_MS) * DAY_MS;
    return { fromMs: startMs, toMs: Math.floor(last / DAY_MS) * DAY_MS + DAY_MS, rows, arrivals: arrivalsMs };
  }
  // Where there is less than was asked for, days without anybody would make everything look cheap.
  const oldest = rows[0]?.atMs ?? fromMs;
  return { fromMs: oldest - fromMs > DAY_MS ? oldest : fromMs, toMs, rows, arrivals: null };
}

/** Arrivals from elsewhere with times drawn from what was measured here. */
function importedTrace({ arrivals, fromMs, toMs }: Known, measured: readonly MeasuredRequest[]): Trace {
  const usable = measured.filter(({ executionMs }) => executionMs !== null);
  const requests = (arrivals ?? []).map((atMs, index) => {
    const { executionMs, restMs, delayMs, isCold } = usable[index % usable.length] ?? NOTHING;
    return { atMs, executionMs, restMs, delayMs: isCold === false ? delayMs : null, isCold };
  });
  const trace = traceOf(
    requests,
    { idleTimeoutMs: 0, secondAfterMs: 0, hasFlashBoot: false, kept: [] },
    { fromMs, toMs },
  );
  if (trace === null) throw new Error("executions were measured, and yet there is no trace of them");
  return trace;
}

const NOTHING = { executionMs: null, restMs: null, delayMs: null, isCold: null };

function isMeasuredStart({ coldClass, startUpMs }: WarmRequestRow): boolean {
  return coldClass === "cold" && startUpMs !== null;
}

/** As measured at rest; else what cold jobs waited for; else the plan's. */
function startUpsFor(own: Trace, rows: readonly WarmRequestRow[]): Float64Array {
  if (own.startUps.length > 0) return own.startUps;
  const waited = rows.flatMap((row) => (isMeasuredStart(row) && row.startUpMs !== null ? [row.startUpMs] : []));
  return waited.length > 0 ? Float64Array.from(waited) : Float64Array.of(START_UP_ASSUMED_MS);
}

function notesOf(
  rows: readonly WarmRequestRow[],
  {
    isMeasured,
    isUnpriced,
    isKept,
    gpus,
  }: { isMeasured: boolean; isUnpriced: boolean; isKept: boolean; gpus: WarmGpu[] },
): string[] {
  return [
    ...(rows.length < REQUESTS_MAX ? [] : [`Only the newest ${REQUESTS_MAX} jobs are counted.`]),
    ...(isMeasured
      ? []
      : [`No start was measured in these days: each is taken as ${START_UP_ASSUMED_MS / 1_000} s, the plan's median.`]),
    ...(isMeasured && isKept
      ? [
          "Workers are kept, so few starts are seen to their end, and long ones less often: without them it may be slower than shown.",
        ]
      : []),
    ...(isUnpriced ? ["No price is known for the endpoint's GPUs, so no costs are shown."] : []),
    ...speedNotes(gpus),
    "RunPod keeps no hours: switchyard endpoint schedule does, with two changes a day.",
  ];
}

function speedNotes(gpus: readonly WarmGpu[]): string[] {
  const measured = gpus.flatMap(({ name, speedFactor }) =>
    speedFactor === null ? [] : [`${name} takes ${speedFactor.toFixed(2)} times as long`],
  );
  const isUnknown = gpus.some(({ speedFactor }) => speedFactor === null);
  return [
    ...(measured.length === 0 ? [] : [`Measured on jobs of these days: ${measured.join(", ")}.`]),
    ...(isUnknown
      ? [
          `The speed of ${measured.length === 0 ? "other GPUs" : "the others"} was not measured in these days: they are shown with today's execution times and never recommended.`,
        ]
      : []),
  ];
}
