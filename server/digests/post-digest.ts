import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import { AppError } from "@/server/errors";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { composeDigest } from "./compose-digest";
import type { DigestChannels, SendResult } from "./types";

export interface PostDigestInput {
  environment: string;
  week: string;
  timeZone: string;
  /** The text that was previewed: nothing else is posted. */
  seenText: string;
}

/** Posts a week to Slack at once, as it was previewed. Throws CONFLICT where it would say something else by now. */
export async function postDigest(
  deps: Pick<RolloutDeps, "db" | "config"> & { channels: DigestChannels },
  operator: Operator,
  input: PostDigestInput,
  nowMs: number,
): Promise<SendResult> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const message = await composeDigest(deps, input, nowMs);
  if (message.slack !== input.seenText)
    throw new AppError("CONFLICT", "the week has changed since it was previewed: look again, then post");
  const result = await deps.channels.send("slack", message, []);
  await deps.db.transaction((tx) =>
    recordAudit(tx, {
      action: "digest.posted",
      actor: operator.principal.name,
      via: operator.via,
      environment: input.environment,
      target: input.week,
      after: { channel: "slack", outcome: result.outcome },
      requestId: operator.requestId,
    }),
  );
  return result;
}
