import type { Metadata } from "next";
import { createLoader } from "nuqs/server";
import { environmentOf, type SearchParams, titleIn } from "@/app/_environment/environment-of";
import { HydrateClient, requireUser, trpc } from "@/app/_trpc/server";
import { CostsView } from "@/components/costs/costs-view";
import { weekParsers } from "@/components/costs/week-view";
import { formatIsoWeek, isoWeekAt } from "@/server/domain/iso-week";

const loadView = createLoader(weekParsers);

export async function generateMetadata({ searchParams }: { searchParams: SearchParams }): Promise<Metadata> {
  return { title: await titleIn(searchParams, "Costs") };
}

export default async function CostsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireUser();
  const [environment, view] = await Promise.all([environmentOf(searchParams), loadView(searchParams)]);
  const nowMs = Date.now();
  const week = view.week ?? formatIsoWeek(isoWeekAt(nowMs, "UTC"));
  await Promise.all([
    trpc.rollout.status.prefetch({ environment }),
    // In the reader's own zone only the browser can ask.
    view.tz === "utc" ? trpc.reviews.week.prefetch({ environment, week, timeZone: "UTC" }) : null,
  ]);
  return (
    <HydrateClient>
      <CostsView renderedAtMs={nowMs} />
    </HydrateClient>
  );
}
