import type { Secret } from "@/server/domain/secret";
import { AddressRefused, createGuardedAgent } from "@/server/providers/guarded-agent";
import { HttpFailure, sendThrough } from "@/server/providers/http";
import type { SendResult } from "./types";

const TIMEOUTS = { idleMs: 10_000, totalMs: 20_000 };
const ANSWER_MAX_BYTES = 64 * 1024;

export interface WebhookSettings {
  url: Secret;
  /** Hosts in private networks that the operator vouches for. */
  allowHosts: readonly string[];
}

/**
 * Posts a text to a Slack-compatible webhook, at public addresses only. Follows no redirect: the address is a secret.
 * Throws nothing; what went wrong comes back in words without the address.
 */
export async function postWebhook(settings: WebhookSettings, text: string): Promise<SendResult> {
  const agent = createGuardedAgent({ allowHosts: settings.allowHosts });
  try {
    const { status } = await sendThrough(agent)({
      method: "POST",
      url: settings.url.reveal(),
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text }),
      timeouts: TIMEOUTS,
      maxBytes: ANSWER_MAX_BYTES,
      signal: new AbortController().signal,
    });
    if (status >= 200 && status < 300) return { outcome: "sent", note: null };
    return { outcome: "refused", problem: `the webhook answered ${status}` };
  } catch (error) {
    if (!(error instanceof HttpFailure))
      return { outcome: "refused", problem: "the webhook's address is not understood" };
    if (error.cause instanceof AddressRefused)
      return {
        outcome: "refused",
        problem: "the webhook's address is not public: name its host in WEBHOOK_ALLOWED_HOSTS to allow it",
      };
    if (error.maybeSent) return { outcome: "unsure", problem: "the webhook gave no answer" };
    return { outcome: "refused", problem: "the webhook cannot be reached" };
  } finally {
    await agent.destroy();
  }
}
