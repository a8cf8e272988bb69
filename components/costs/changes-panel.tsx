"use client";
import Link from "next/link";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Panel } from "@/components/ui/panel";
import type { Review } from "./review-type";

/** More would push a printed week onto a second page. */
const SHOWN = 10;

/** What was changed or went wrong in the week: often the reason of its numbers. It is printed with them. */
export function ChangesPanel({ review: { environment, costs, timeZone } }: { review: Review }) {
  const { hrefIn } = useEnvironment();
  const { fromMs, toMs } = costs;
  const changes = trpc.metrics.annotations.useQuery({ environment, fromMs, toMs });
  if (changes.data === undefined || changes.data.listed.length === 0) return null;
  const newest = changes.data.listed.slice(-SHOWN);
  const older = changes.data.listed.length - newest.length + changes.data.omitted;
  const format = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  });
  return (
    <Panel title="Changes in this week" note={older > 0 ? `the newest ${SHOWN}; ${older} older are not shown` : null}>
      <ol className="m-0 flex list-none flex-wrap gap-x-6 gap-y-1 p-0">
        {newest.map(({ atMs, text, actor, href }) => (
          <li key={`${atMs} ${text}`} className="min-w-0 text-small text-ink-2">
            <time dateTime={new Date(atMs).toISOString()}>{format.format(atMs).replace(",", "")}</time>{" "}
            <Link
              href={hrefIn(href)}
              prefetch={false}
              className="inline-block min-h-6 leading-6 text-ink-1 underline underline-offset-2"
            >
              {text}
            </Link>{" "}
            by {actor}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
