"use client";
import Link from "next/link";
import { useEnvironment } from "@/components/frame/environment";
import { Panel } from "@/components/ui/panel";
import type { Review } from "./review-type";
import { useWeekChanges } from "./use-week-changes";

/** What was changed or went wrong in the week: often the reason of its numbers. It is printed with them. */
export function ChangesPanel({ review }: { review: Review }) {
  const { timeZone } = review;
  const { hrefIn } = useEnvironment();
  const { changes, older, shown } = useWeekChanges(review);
  if (changes.length === 0) return null;
  const format = new Intl.DateTimeFormat("en-GB", {
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  });
  return (
    <Panel
      title="Changes in this week"
      note={older > 0 ? `numbered as by day; the newest ${shown}, ${older} older are not shown` : "numbered as by day"}
    >
      <ol className="m-0 flex list-none flex-wrap gap-x-6 gap-y-1 p-0">
        {changes.map(({ number, atMs, text, actor, href }) => (
          <li key={`${atMs} ${text}`} className="min-w-0 text-small text-ink-2">
            <span className="mr-1 inline-block min-w-4 rounded-[2px] border border-edge px-0.5 text-center text-axis text-ink-1">
              {number}
            </span>
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
