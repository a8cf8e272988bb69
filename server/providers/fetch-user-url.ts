import type { Agent } from "undici";
import { AppError } from "@/server/errors";
import { AddressRefused, createGuardedAgent, type GuardOptions } from "./guarded-agent";
import { type HttpAnswer, HttpFailure, sendThrough } from "./http";

export interface FetchUserUrlOptions extends GuardOptions {
  maxBytes: number;
  signal: AbortSignal;
  totalMs?: number;
}

const PORTS = ["", "80", "443", "8443"];
const REDIRECTS_MAX = 2;
const TOTAL_MS = 15_000;
const IDLE_MS = 5_000;

/**
 * Reads what a caller's URL points to, from public addresses only and with no credentials. Every redirect is checked
 * like the first address. Throws AppError BAD_REQUEST on field `image.url` whatever goes wrong.
 */
export async function fetchUserUrl(url: string, options: FetchUserUrlOptions): Promise<Uint8Array> {
  const deadlineMs = performance.now() + (options.totalMs ?? TOTAL_MS);
  const agent: Agent = createGuardedAgent(options);
  try {
    const send = sendThrough(agent);
    let address = checkedUrl(url, options);
    for (let hop = 0; ; hop++) {
      const answer: HttpAnswer = await send({
        method: "GET",
        url: address.href,
        headers: { accept: "image/png, image/jpeg, image/webp" },
        timeouts: { idleMs: IDLE_MS, totalMs: Math.max(1, deadlineMs - performance.now()) },
        maxBytes: options.maxBytes,
        signal: options.signal,
      });
      if (answer.status >= 200 && answer.status < 300) return answer.bytes;
      const location = answer.header("location");
      const isRedirect = [301, 302, 303, 307, 308].includes(answer.status) && location !== null;
      if (!isRedirect) throw refused(`must be readable, but its server answered ${answer.status}`);
      if (hop === REDIRECTS_MAX) throw refused(`must not redirect more than ${REDIRECTS_MAX} times`);
      address = checkedUrl(location, options, address);
    }
  } catch (error) {
    throw AppError.is(error) ? error : refused(ruleOf(error, options.maxBytes), error);
  } finally {
    await agent.destroy();
  }
}

function checkedUrl(text: string, options: GuardOptions, base?: URL): URL {
  if (!URL.canParse(text, base)) throw refused("must be an http(s) URL");
  const url = new URL(text, base);
  if (url.protocol !== "http:" && url.protocol !== "https:") throw refused("must be an http(s) URL");
  if (url.username !== "" || url.password !== "") throw refused("must not carry a user name or password");
  const vouched = options.allowLoopback || options.allowHosts?.includes(url.hostname);
  if (!vouched && !PORTS.includes(url.port)) throw refused("must use port 80, 443 or 8443");
  return url;
}

function refused(rule: string, cause?: unknown): AppError {
  return new AppError("BAD_REQUEST", `image.url ${rule}`, { cause, problems: [{ field: "image.url", rule }] });
}

function ruleOf(error: unknown, maxBytes: number): string {
  if (!(error instanceof HttpFailure)) return "could not be fetched";
  if (error.cause instanceof AddressRefused) return "must point to a public address";
  if (error.kind === "too_large") return `must point to a picture of at most ${maxBytes} bytes`;
  if (error.kind === "timeout") return "must be answered in time";
  if (error.kind === "aborted") return "could not be fetched before the request was given up";
  return "must be reachable";
}
