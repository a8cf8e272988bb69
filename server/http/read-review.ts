import { z } from "zod";
import { requireEnvironment } from "@/server/auth/access";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError } from "@/server/errors";
import { readReview } from "@/server/reviews/read-review";
import { REVIEW_FORMATS, renderReview } from "@/server/reviews/render-review";
import { send } from "./answer";
import type { Route } from "./call";

export const reviewQuerySchema = z.strictObject({
  format: z.enum(REVIEW_FORMATS).default("json"),
  timeZone: z.string().max(64).default("UTC").describe("whose Mondays begin the week, such as Europe/Berlin"),
  environment: z.string().max(31).optional(),
});

const TYPES = {
  json: "application/json; charset=utf-8",
  csv: "text/csv; charset=utf-8; header=present",
  md: "text/markdown; charset=utf-8",
} as const;

/** `GET /api/v1/reviews/2026-W47?format=csv`: the week as a file, with the totals that the page shows. */
export const readReviewRoute: Route = {
  method: "GET",
  path: "/api/v1/reviews/:week",
  access: "read",
  session: true,
  async handle({ runtime, principal, params, query, outgoing }) {
    const parsed = reviewQuerySchema.safeParse(Object.fromEntries(query));
    if (!parsed.success) {
      const problems = zodProblems(parsed.error);
      const words = problems.map(({ field, rule }) => `${field} ${rule}`).join("; ");
      throw new AppError("BAD_REQUEST", words, { problems });
    }
    const { format, timeZone } = parsed.data;
    const environment = parsed.data.environment ?? principal.environment ?? runtime.config.defaultEnvironment;
    requireEnvironment(principal, environment);
    const review = await readReview(runtime, { environment, week: params.week ?? "", timeZone }, Date.now());
    send(outgoing, 200, renderReview(review, format), {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="review-${environment}-${review.week}.${format}"`,
    });
  },
};
