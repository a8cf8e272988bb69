import type { z } from "zod";
import type { Secret } from "@/server/domain/secret";
import { PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { type HttpAnswer, HttpFailure, type HttpSend, type HttpTimeouts } from "./http";
import {
  maybeTaken,
  networkError,
  providerError,
  type Reading,
  retryAfterMs,
  scrub,
  statusReading,
} from "./provider-failure";

/** Silence and total time by kind of call. */
export const TIMEOUTS = {
  submit: { idleMs: 10_000, totalMs: 15_000 },
  poll: { idleMs: 5_000, totalMs: 8_000 },
  upload: { idleMs: 10_000, totalMs: 60_000 },
  download: { idleMs: 10_000, totalMs: 60_000 },
} satisfies Record<string, HttpTimeouts>;

export const JSON_MAX_BYTES = 24 * 1024 * 1024;

export interface JsonCall<T> {
  method: "GET" | "POST" | "PATCH";
  path: string;
  query?: Record<string, string | undefined>;
  body?: unknown;
  schema: z.ZodType<T>;
  kind: keyof typeof TIMEOUTS;
  signal: AbortSignal;
}

export interface CallerOptions {
  provider: ProviderId;
  baseUrl: string;
  authorization: Secret;
  /** Every form in which a credential could come back in an answer. */
  secrets: readonly Secret[];
  send: HttpSend;
  now: () => number;
  /** Query of every call. */
  query?: Record<string, string>;
  /** Reads a failed answer's body: `null` leaves the status to speak. `text` is scrubbed and cut. */
  explain(status: number, body: unknown, text: string): (Partial<Reading> & { retryAfterMs?: number | null }) | null;
}

/** Calls to one provider's own origin, the only place where its credentials go. */
export interface Caller {
  /** Sends and parses; throws ProviderError on any failure, a status outside 2xx and an unreadable answer included. */
  json<T>(call: JsonCall<T>): Promise<T>;
}

export function createCaller(options: CallerOptions): Caller {
  const { provider, send, now } = options;
  const name = PROVIDER_NAMES[provider];

  const refuse = (answer: HttpAnswer) => {
    const text = scrub(decode(answer.bytes.subarray(0, 65_536)), options.secrets);
    const explained = options.explain(answer.status, tryJson(decode(answer.bytes.subarray(0, 65_536))), text);
    const byStatus = statusReading(answer.status);
    const mode = explained?.mode ?? byStatus.mode;
    const said = explained?.message ? scrub(explained.message, options.secrets) : `HTTP ${answer.status}`;
    return providerError(
      provider,
      {
        mode,
        message: `${name}: ${said}`,
        retryable: explained?.retryable ?? (mode === byStatus.mode ? byStatus.retryable : undefined),
      },
      {
        maybeSent: maybeTaken(answer.status),
        httpStatus: answer.status,
        retryAfterMs: explained?.retryAfterMs ?? retryAfterMs(answer.header("retry-after"), now()),
        raw: text === "" ? null : text,
      },
    );
  };

  return {
    async json(call) {
      const answer = await send({
        method: call.method,
        url: address(options.baseUrl, call.path, { ...options.query, ...call.query }),
        headers: {
          authorization: options.authorization.reveal(),
          accept: "application/json",
          ...(call.body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: call.body === undefined ? undefined : JSON.stringify(call.body),
        timeouts: TIMEOUTS[call.kind],
        maxBytes: JSON_MAX_BYTES,
        signal: call.signal,
      }).catch((error: unknown) => {
        throw error instanceof HttpFailure ? networkError(provider, error) : error;
      });
      if (answer.status < 200 || answer.status > 299) throw refuse(answer);
      const unreadable = (why: string, cause?: unknown) =>
        providerError(
          provider,
          { mode: "provider_unavailable", message: `${name} answered ${why}` },
          {
            httpStatus: answer.status,
            raw: scrub(decode(answer.bytes.subarray(0, 65_536)), options.secrets),
            cause,
          },
        );
      const body = tryJson(decode(answer.bytes));
      if (body === undefined) throw unreadable("with something that is not JSON");
      const parsed = call.schema.safeParse(body);
      if (!parsed.success) {
        const issue = parsed.error.issues[0];
        throw unreadable(`with JSON of another form (${issue?.path.join(".") || "root"})`, parsed.error);
      }
      return parsed.data;
    },
  };
}

function address(baseUrl: string, path: string, query: Record<string, string | undefined>): string {
  const url = new URL(`${baseUrl}${path}`);
  for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, value);
  return url.href;
}

function decode(bytes: Uint8Array): string {
  // Drops a byte order mark, replaces what is no UTF-8.
  return new TextDecoder().decode(bytes);
}

/** Undefined, which JSON cannot hold, when the text is no JSON. */
function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
