import type { Database } from "@/db/client";
import type { Config } from "@/server/config";
import { outlineOf } from "@/server/reviews/outline";
import { readReview } from "@/server/reviews/read-review";
import { renderHtml, renderMarkdown, renderSlack } from "@/server/reviews/render-text";
import type { DigestMessage } from "./types";

/** A week's digest: the review as it stands now, in the forms that channels take. */
export async function composeDigest(
  deps: { db: Database; config: Pick<Config, "environments" | "providerSettings" | "sandbox" | "r2" | "publicUrl"> },
  query: { environment: string; week: string; timeZone: string },
  nowMs: number,
): Promise<DigestMessage> {
  const review = await readReview(deps, query, nowMs);
  const outline = outlineOf(review);
  const { publicUrl } = deps.config;
  const address = new URLSearchParams({ env: review.environment, week: review.week });
  const link = publicUrl === null ? null : `${publicUrl}/costs?${address}`;
  return {
    subject: `Switchyard: ${outline.title}`,
    text: link === null ? renderMarkdown(outline) : `${renderMarkdown(outline)}\n${link}\n`,
    html: renderHtml(outline, link),
    slack: renderSlack(outline, link),
  };
}
