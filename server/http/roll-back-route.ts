import { z } from "zod";
import { requireEnvironment } from "@/server/auth/access";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError } from "@/server/errors";
import { currentRevision } from "@/server/rollout/revision";
import { rollBack } from "@/server/rollout/roll-back";
import { sendJson } from "./answer";
import type { KeyedCall, Route } from "./call";
import { parseJson } from "./json-body";
import { readBody } from "./read-body";

const BODY_MAX_BYTES = 16 * 1024;
const inputSchema = z.strictObject({
  environment: z.string().max(31).optional(),
  reason: z.string().trim().min(1).max(1_000).nullable().default(null),
});

function chooseEnvironment({ runtime, principal }: KeyedCall, named: string | null | undefined): string {
  return named ?? principal.environment ?? runtime.config.defaultEnvironment;
}

/** `POST /api/v1/rollback`: the one click, for pagers and scripts. Twice does no harm. The body may be left out. */
export const rollBackRoute: Route = {
  method: "POST",
  path: "/api/v1/rollback",
  access: "operate",
  async handle(call) {
    const pressedAtMs = Date.now();
    const body = await readBody(call.incoming, BODY_MAX_BYTES);
    const parsed = inputSchema.safeParse(body.length === 0 ? {} : parseJson(body));
    if (!parsed.success) {
      const problems = zodProblems(parsed.error);
      throw new AppError("BAD_REQUEST", problems.map(({ field, rule }) => `${field} ${rule}`).join("; "), { problems });
    }
    const { runtime, principal, requestId, outgoing } = call;
    const environment = chooseEnvironment(call, parsed.data.environment);
    const operator = { principal, via: "api" as const, requestId };
    const { revision, previous, incidentId } = await rollBack(runtime.rollout, operator, {
      environment,
      reason: parsed.data.reason,
      pressedAtMs,
    });
    sendJson(outgoing, 200, {
      environment,
      changed: previous !== null,
      revision: revision.number,
      candidateShareBp: revision.candidateShareBp,
      previousShareBp: previous?.candidateShareBp ?? null,
      committedAtMs: revision.createdAtMs,
      incidentId,
    });
  },
};

/** `GET /api/v1/rollout`: the revision in force. */
export const readRolloutRoute: Route = {
  method: "GET",
  path: "/api/v1/rollout",
  access: "read",
  async handle(call) {
    const environment = chooseEnvironment(call, call.query.get("environment"));
    requireEnvironment(call.principal, environment);
    const {
      salt: _salt,
      id: _id,
      details: _details,
      ...revision
    } = await currentRevision(call.runtime.db, environment);
    sendJson(call.outgoing, 200, revision);
  },
};
