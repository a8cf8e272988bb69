import { z } from "zod";
import { requireEnvironment } from "@/server/auth/access";
import { BATCH_FORMATS, batchPieces } from "@/server/batch/export-batch";
import { readBatch } from "@/server/batch/read-batch";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError } from "@/server/errors";
import { readPicture } from "@/server/images/read-picture";
import type { Route } from "./call";
import { streamPieces } from "./stream-pieces";

export const batchExportQuerySchema = z.strictObject({ format: z.enum(BATCH_FORMATS).default("csv") });

const TYPES = {
  csv: "text/csv; charset=utf-8; header=present",
  json: "application/json; charset=utf-8",
  html: "text/html; charset=utf-8",
} as const;

/** A batch as a file; `html` is the contact sheet with its pictures in it. */
export const exportBatchRoute: Route = {
  method: "GET",
  path: "/api/v1/batches/:id/export",
  access: "read",
  session: true,
  async handle(call) {
    const { runtime, principal, params, query } = call;
    const parsed = batchExportQuerySchema.safeParse(Object.fromEntries(query));
    if (!parsed.success) {
      const problems = zodProblems(parsed.error);
      throw new AppError("BAD_REQUEST", problems.map(({ field, rule }) => `${field} ${rule}`).join("; "), { problems });
    }
    const { format } = parsed.data;
    const id = z.uuid().safeParse(params.id);
    if (!id.success) throw new AppError("NOT_FOUND", "there is no such batch");
    const view = await readBatch(runtime.db, id.data);
    requireEnvironment(principal, view.environment);
    // A picture that was removed by age, or cannot be had now, leaves its place with its hash.
    const pieces = batchPieces(view, format, ({ sha256 }) => readPicture(runtime, sha256).catch(() => null));
    await streamPieces(call, pieces, {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="batch-${view.id}.${format}"`,
    });
  },
};
