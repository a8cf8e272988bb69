import type { RouterOutputs } from "@/components/trpc/client";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";

type Measured = RouterOutputs["rollout"]["measured"];

const ALL = 10_000;
/** 95 % of samples lie within this many standard errors. */
const WIDTH = 1.96;

/** Why the measured share differs from the configured one: chance first, then what the rollout did not decide. */
export function measuredWords(measured: Measured, configuredBp: number, count: string): string {
  const { n, measuredBp, forced, fallback, notAvailable } = measured;
  if (n === 0) return "No generation was decided by this revision yet.";
  const routed = n - forced;
  const p = configuredBp / ALL;
  const chance = routed > 0 ? WIDTH * Math.sqrt((p * (1 - p)) / routed) * 100 : 0;
  const gap = measuredBp === null ? 0 : Math.abs(measuredBp - configuredBp) / 100;
  const outside = [
    forced > 0 ? `${forced} named their provider and are not counted` : null,
    fallback > 0 ? `${fallback} fell back` : null,
    notAvailable > 0 ? `${notAvailable} could not go to ${PROVIDER_NAMES[CANDIDATE]}` : null,
  ].filter((words) => words !== null);
  const parts = [`Of ${count} generations under this revision`];
  if (chance > 0) parts.push(`chance alone moves it by ±${chance.toFixed(1)} points`);
  if (gap > chance && outside.length === 0 && chance > 0)
    parts.push("callers that send much under one sticky key do too");
  return `${[...parts, ...outside].join("; ")}.`;
}
