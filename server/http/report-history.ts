import { z } from "zod";
import { historyRowSchema } from "@/server/domain/history/history-row";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError } from "@/server/errors";
import { REPORT_ROWS_MAX, reportHistory } from "@/server/history/report-history";
import { sendJson } from "./answer";
import { badRequest, header, type Route } from "./call";
import { parseJson } from "./json-body";
import { readBody } from "./read-body";

/** 10,000 rows of 3 KB; a caller with longer prompts sends fewer at a time. */
const BODY_MAX_BYTES = 32 * 1024 * 1024;

// Rows are judged one by one, so a bad one does not cost the others.
const bodySchema = z.strictObject({
  environment: z.string({ error: "must be a text" }).max(31).nullable().default(null),
  generations: z.array(z.unknown(), { error: "must be a list of generations" }),
});

/** For the description of the API. */
export const reportBodySchema = bodySchema.extend({
  generations: z.array(historyRowSchema).min(0).max(REPORT_ROWS_MAX),
});

/** `POST /api/v1/reports`: what a caller in report mode made, up to 10,000 generations at a time. Twice does no harm. */
export const reportHistoryRoute: Route = {
  method: "POST",
  path: "/api/v1/reports",
  access: "report",
  async handle({ incoming, outgoing, principal, runtime }) {
    const parsed = bodySchema.safeParse(parseJson(await readBody(incoming, BODY_MAX_BYTES)));
    if (!parsed.success) {
      const problems = zodProblems(parsed.error);
      throw new AppError("BAD_REQUEST", problems.map(({ field, rule }) => `${field} ${rule}`).join("; "), { problems });
    }
    const named = header(incoming, "x-switchyard-environment");
    const { environment: inBody, generations: rows } = parsed.data;
    if (named !== null && inBody !== null && named !== inBody)
      throw badRequest("environment", "must be the same in the body and in X-Switchyard-Environment");
    const environment = named ?? inBody ?? principal.environment ?? runtime.config.defaultEnvironment;
    if (!runtime.config.environments.includes(environment))
      throw badRequest("environment", `must be one of ${runtime.config.environments.join(", ")}`);
    sendJson(outgoing, 200, await reportHistory(runtime.history, principal, { environment, rows }, Date.now()));
  },
};
