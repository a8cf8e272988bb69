import type { TrafficProfile } from "@/server/domain/traffic";
import type { Operation } from "@/server/domain/vocabulary";
import { makeChange, makePrompt } from "./prompts";
import { TRACE_PROFILE } from "./trace-profile";

export interface TrafficPlan {
  profile: TrafficProfile;
  /** On average over the run. */
  ratePerMinute: number;
  durationMs: number;
  /** How many times as fast as in reality the day of `trace` passes; null: one day in the run. */
  clock: number | null;
  /** The same plan and seed are the same traffic. */
  seed: number;
}

export interface Arrival {
  index: number;
  /** Since the run's start. */
  atMs: number;
}

export interface TrafficOrder {
  operation: Operation;
  prompt: string | null;
  width: number | null;
  height: number | null;
  count: number;
  stickyKey: string;
  /** Which of the sample pictures it begins from. */
  picture: number | null;
}

const DAY_HOURS = 24;
/** Where the day of a run begins: the service's quiet hours are over, and its evening is ahead. */
const FIRST_HOUR = 16;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const HOURLY_MEAN = sum(TRACE_PROFILE.hours) / DAY_HOURS;
const USERS_PER_TENTH = 20;
const SIZES = [
  [512, 512],
  [512, 512],
  [768, 512],
  [512, 768],
] as const;
export const PICTURES = 3;

/** The rollout's plan names three operations and no shares. */
const MIXED = { operations: { txt2img: 80, img2img: 12, remove_background: 8 }, images: [85, 10, 0, 5] };

/** When each request of the run comes: a Poisson process whose rate follows the profile. */
export function* arrivals(plan: TrafficPlan): Generator<Arrival> {
  const random = randomOf(plan.seed, 0);
  const peak = peakOf(plan.profile);
  const perMs = (plan.ratePerMinute / MINUTE_MS) * peak;
  let atMs = 0;
  for (let index = 0; ; ) {
    // Candidates come at the highest rate, and stay with the chance that is due at their moment.
    atMs += -Math.log(1 - random()) / perMs;
    if (atMs >= plan.durationMs) return;
    if (random() * peak >= shapeAt(plan, atMs)) continue;
    yield { index, atMs: Math.floor(atMs) };
    index += 1;
  }
}

/** What the request of this index asks for. */
export function orderOf(plan: Pick<TrafficPlan, "profile" | "seed">, index: number): TrafficOrder {
  const random = randomOf(plan.seed, index + 1);
  const pick = <Item>(from: readonly Item[]) => from[Math.floor(random() * from.length)] as Item; // lists are not empty
  const mix = plan.profile === "trace" ? TRACE_PROFILE : MIXED;
  const names = Object.keys(mix.operations) as Operation[]; // the keys are written above
  const operation = names[weighted(Object.values(mix.operations), random())] ?? "txt2img";
  const tenth = weighted(TRACE_PROFILE.userTenths, random());
  const stickyKey = `sample-user-${tenth * USERS_PER_TENTH + Math.floor(random() * USERS_PER_TENTH) + 1}`;
  const count = weighted(mix.images, random()) + 1;
  const picture = operation === "txt2img" ? null : Math.floor(random() * PICTURES);
  if (operation === "remove_background")
    return { operation, prompt: null, width: null, height: null, count: 1, stickyKey, picture };
  const [width, height] = operation === "txt2img" ? pick(SIZES) : [null, null];
  const prompt = operation === "txt2img" ? makePrompt(pick) : makeChange(pick);
  return { operation, prompt, width, height, count, stickyKey, picture };
}

/** How many requests are to be expected in all. */
export function expectedCount(plan: Pick<TrafficPlan, "ratePerMinute" | "durationMs">): number {
  return Math.round((plan.ratePerMinute * plan.durationMs) / MINUTE_MS);
}

/** The rate at that moment as a multiple of the average. */
function shapeAt({ profile, durationMs, clock }: TrafficPlan, atMs: number): number {
  if (profile === "steady") return 1;
  const part = atMs / durationMs;
  if (profile === "rush") return part >= 0.4 && part < 0.6 ? 3 : 0.5;
  const hours = clock === null ? part * DAY_HOURS : (atMs * clock) / HOUR_MS;
  const hour = Math.floor(FIRST_HOUR + hours) % DAY_HOURS;
  return (TRACE_PROFILE.hours[hour] ?? 0) / HOURLY_MEAN;
}

function peakOf(profile: TrafficProfile): number {
  if (profile === "trace") return Math.max(...TRACE_PROFILE.hours) / HOURLY_MEAN;
  return profile === "rush" ? 3 : 1;
}

/** The place of the weight that `at`, from 0 to below 1, falls on. */
function weighted(weights: readonly number[], at: number): number {
  let left = at * sum(weights);
  for (const [place, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return place;
  }
  return weights.length - 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Bryc's splitmix32: a stream of its own for each index, so that an order does not depend on those before it. */
function randomOf(seed: number, stream: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream, 0x85ebca6b)) | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 4_294_967_296;
  };
}
