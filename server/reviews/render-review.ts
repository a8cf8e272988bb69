import { outlineOf } from "./outline";
import { renderCsv, renderJson } from "./render-data";
import { renderMarkdown } from "./render-text";
import type { Review } from "./types";

export const REVIEW_FORMATS = ["json", "csv", "md"] as const;
export type ReviewFormat = (typeof REVIEW_FORMATS)[number];

export function renderReview(review: Review, format: ReviewFormat): string {
  if (format === "csv") return renderCsv(review);
  return format === "json" ? renderJson(review) : renderMarkdown(outlineOf(review));
}
