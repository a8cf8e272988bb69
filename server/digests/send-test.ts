import { readDigestPlan } from "@/db/queries/digests";
import { recordAudit } from "@/server/audit/record-audit";
import { requireEnvironment, requireScope } from "@/server/auth/access";
import type { DigestChannel } from "@/server/domain/digest";
import type { Operator, RolloutDeps } from "@/server/rollout/types";
import { escapeHtml } from "./escape-html";
import type { DigestChannels, SendResult } from "./types";

/** Sends a word over one channel, at once, so that a wrong address is found before Monday. */
export async function sendTest(
  deps: Pick<RolloutDeps, "db"> & { channels: DigestChannels },
  operator: Operator,
  input: { environment: string; channel: DigestChannel },
): Promise<SendResult> {
  requireScope(operator.principal, "operate");
  requireEnvironment(operator.principal, input.environment);
  const { emails } = await readDigestPlan(deps.db, input.environment);
  const text = `This is a test of Switchyard's weekly digest for ${input.environment}, asked for by ${operator.principal.name}.`;
  const result = await deps.channels.send(
    input.channel,
    {
      subject: `Switchyard: test of the digest (${input.environment})`,
      text,
      html: `<p>${escapeHtml(text)}</p>`,
      slack: text,
    },
    emails,
  );
  await deps.db.transaction((tx) =>
    recordAudit(tx, {
      action: "digest.test_sent",
      actor: operator.principal.name,
      via: operator.via,
      environment: input.environment,
      target: input.channel,
      after: { outcome: result.outcome },
      requestId: operator.requestId,
    }),
  );
  return result;
}
