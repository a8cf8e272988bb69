import type { HttpSend } from "../http";
import { providerError, retryAfterMs } from "../provider-failure";

interface Window {
  name: string;
  remaining: number;
  resetsAtMs: number;
}

export interface LimitedSend {
  send: HttpSend;
  /** Calls left in the tightest window, by the newest answer; null where none has said. */
  remaining(): number | null;
}

/**
 * Keeps to what RunPod's own `RateLimit` headers allow: where a window is used up nothing is sent before it resets,
 * and the caller is told how long that is.
 */
export function withRateLimits(send: HttpSend, now: () => number): LimitedSend {
  let windows: Window[] = [];
  return {
    remaining() {
      const open = windows.filter(({ resetsAtMs }) => resetsAtMs > now());
      return open.length === 0 ? null : Math.min(...open.map(({ remaining }) => remaining));
    },
    async send(call) {
      const full = windows.find(({ remaining, resetsAtMs }) => remaining <= 0 && resetsAtMs > now());
      if (full !== undefined) {
        throw providerError(
          "comfyui",
          { mode: "rate_limited", message: `RunPod's calls of this ${full.name} are used up` },
          { maybeSent: false, httpStatus: 429, retryAfterMs: full.resetsAtMs - now() },
        );
      }
      const answer = await send(call);
      const header = answer.header("ratelimit");
      if (header !== null) windows = parseRateLimit(header, now());
      const waitMs = answer.status === 429 ? retryAfterMs(answer.header("retry-after"), now()) : null;
      if (waitMs !== null) windows = [...windows, { name: "minute", remaining: 0, resetsAtMs: now() + waitMs }];
      return answer;
    },
  };
}

/** `"minute";r=0;t=12, "hour";r=2800;t=1812`: what is left, and in how many seconds there is more. */
function parseRateLimit(header: string, nowMs: number): Window[] {
  return header.split(",").flatMap((part) => {
    const match = /"([^"]+)"\s*;.*?\br=(\d+).*?\bt=(\d+)/.exec(part);
    if (match === null) return [];
    return [{ name: match[1] ?? "", remaining: Number(match[2]), resetsAtMs: nowMs + Number(match[3]) * 1_000 }];
  });
}
