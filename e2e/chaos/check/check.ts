import type { History } from "../history";
import { checkNothingLost, checkOneKeyOneGeneration } from "./accepted";
import { type AvailabilityLimits, checkAvailability } from "./availability";
import type { BrokenPromise } from "./broken-promise";
import { checkNumbers } from "./numbers";
import { checkResultsRetrievable } from "./results";
import { checkBoundedSpend, checkNoUnrecordedSpend, type SpendLimits } from "./spend";
import { checkOneEnd } from "./terminal";

export type CheckLimits = SpendLimits & AvailabilityLimits;

/** Every promise that the run broke; empty when it kept them all. Pure: the same history gives the same verdict. */
export function check(history: History, limits: CheckLimits): BrokenPromise[] {
  return [
    ...checkNothingLost(history),
    ...checkOneEnd(history),
    ...checkOneKeyOneGeneration(history),
    ...checkNoUnrecordedSpend(history, limits),
    ...checkBoundedSpend(history, limits),
    ...checkResultsRetrievable(history),
    ...checkAvailability(history, limits),
    ...checkNumbers(history),
  ];
}
