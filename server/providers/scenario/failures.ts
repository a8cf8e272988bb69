import type { Reading } from "../provider-failure";
import { refusalSchema } from "./schemas";

const REJECTED = /moderat|nsfw|content polic|safety (system|filter|check)|flagged as|prohibited content/i;
const NO_MODEL = /\bmodel\b.*\bnot found\b|invalid model\(s\)|custom models only are supported/is;
const OUT_OF_MEMORY = /out of memory|\boom\b/i;
const TIMED_OUT = /timed? ?-?out/i;

/** The words of a job that ended as `failure`. They are free text, so what fits nothing stays `unknown`. */
export function jobFailureReading(text: string | null): Reading {
  if (text === null) return { mode: "unknown", message: "Scenario: the job failed and gives no reason" };
  const message = `Scenario: ${text}`;
  if (REJECTED.test(text)) return { mode: "content_rejected", message };
  if (OUT_OF_MEMORY.test(text)) return { mode: "out_of_memory", message };
  if (NO_MODEL.test(text)) return { mode: "model_not_found", message };
  if (TIMED_OUT.test(text)) return { mode: "timeout", message };
  return { mode: "unknown", message };
}

/**
 * A refused call. Services say `reason`, the gateway in front of them `message`, a plan's gate `name`; reading only
 * one of them is how other clients come to print "request failed" for everything.
 */
export function explainRefusal(
  status: number,
  body: unknown,
): (Partial<Reading> & { retryAfterMs?: number | null }) | null {
  const parsed = refusalSchema.safeParse(body);
  if (!parsed.success) return null;
  const { reason, message, name, requiredPlan, remainingSeconds, details } = parsed.data;
  const said = reason ?? message ?? name ?? null;
  if (name === "ModelAccessRestrictedError") {
    return { mode: "auth_failed", message: `${said}${requiredPlan ? ` (needs the plan ${requiredPlan})` : ""}` };
  }
  if (status === 429) {
    const ceiling = details?.actionName
      ? `the limit of ${details.actionLimit ?? "some"} ${details.actionName} jobs`
      : null;
    return {
      mode: "rate_limited",
      message: [said, ceiling].filter(Boolean).join(": ") || "too many requests",
      retryAfterMs: remainingSeconds ? Math.min(remainingSeconds * 1000, 60_000) : null,
    };
  }
  if (said === null) return null;
  if (status === 400 || status === 404 || status === 422) {
    if (REJECTED.test(said)) return { mode: "content_rejected", message: said };
    if (NO_MODEL.test(said)) return { mode: "model_not_found", message: said };
  }
  return { message: said };
}
