"use client";
import { trpc } from "@/components/trpc/client";
import type { Review } from "./review-type";
import type { WeekState } from "./use-week";

export interface Compared {
  /** As it is called on the page: "week before", or the week's own name. */
  name: string;
  earlier: Review["earlier"][number];
}

/** The earlier week that the shown one is read beside, by the address; null: none, or not known yet. */
export function useCompared(review: Review, { view: { cmp } }: Pick<WeekState, "view">): Compared | null {
  const known = review.earlier.find(({ week }) => week === cmp);
  const isOther = cmp !== "prev" && cmp !== "none" && cmp < review.week && known === undefined;
  const { environment, timeZone } = review;
  const { data } = trpc.reviews.week.useQuery({ environment, week: cmp, timeZone }, { enabled: isOther });
  if (cmp === "none") return null;
  if (cmp === "prev") return review.earlier[0] ? { name: "week before", earlier: review.earlier[0] } : null;
  if (known) return { name: cmp, earlier: known };
  if (!isOther || data === undefined) return null;
  const { week, signed, costs } = data;
  const { images, costMicros, knownMicros, baselineMicros } = costs.summary;
  const summary = { images, costMicros, knownMicros, baselineMicros };
  return { name: cmp, earlier: { week, isSigned: signed !== null, summary, savings: costs.savings } };
}
