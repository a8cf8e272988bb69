import { setMaxListeners } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { Agent, type Dispatcher } from "undici";

/** Time limits of one call; `idleMs` is the longest silence, before the first byte or between two. */
export interface HttpTimeouts {
  idleMs: number;
  totalMs: number;
}

export interface HttpCall {
  method: "GET" | "POST" | "PUT" | "PATCH";
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  timeouts: HttpTimeouts;
  /** An answer longer than this is refused while it streams. */
  maxBytes: number;
  signal: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  header(name: string): string | null;
  bytes: Uint8Array;
}

export type HttpFailureKind = "aborted" | "timeout" | "unreachable" | "broken" | "too_large";

/** The call brought no whole answer. `maybeSent` is false only when not one byte of the request had left. */
export class HttpFailure extends Error {
  override readonly name: string = "HttpFailure";
  constructor(
    readonly kind: HttpFailureKind,
    message: string,
    readonly maybeSent: boolean,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/**
 * Sends one request and reads its answer whole, any status included. Follows no redirect and retries nothing.
 * Throws HttpFailure and nothing else.
 */
export type HttpSend = (call: HttpCall) => Promise<HttpAnswer>;

export const CONNECT_TIMEOUT_MS = 3_000;
/** Per origin. 512 connections at 50 ms an answer carry 10,000 requests a second. */
const CONNECTIONS = 512;

export interface HttpClient {
  send: HttpSend;
  /** Closes the kept connections; calls under way end as `broken`. */
  close(): Promise<void>;
}

/** The client that provider calls go through: kept-alive connections, many per origin. */
export function createHttpClient(options: { connectTimeoutMs?: number } = {}): HttpClient {
  const agent = new Agent({
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 20_000,
    connect: { timeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS },
  });
  return { send: sendThrough(agent), close: () => agent.destroy() };
}

/** The sending function over any undici dispatcher; the guarded agent uses it too. */
export function sendThrough(dispatcher: Dispatcher): HttpSend {
  return (call) => new Promise((resolve, reject) => new Exchange(call, resolve, reject).start(dispatcher));
}

/**
 * One request through undici's dispatch interface. That interface says when the first byte is about to leave
 * (`onRequestStart`), which `fetch` does not: it is what tells a failure before sending from one after.
 */
class Exchange {
  #controller: Dispatcher.DispatchController | null = null;
  #started = false;
  #settled = false;
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #chunks: Uint8Array[] = [];
  #size = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly call: HttpCall,
    private readonly resolve: (answer: HttpAnswer) => void,
    private readonly reject: (failure: HttpFailure) => void,
  ) {}

  start(dispatcher: Dispatcher): void {
    const { call } = this;
    if (call.signal.aborted) {
      this.#fail("aborted", "the call was aborted before it began");
      return;
    }
    let url: URL;
    try {
      url = new URL(call.url);
    } catch (cause) {
      this.#fail("unreachable", "the address is not a URL", cause);
      return;
    }
    // One signal may end many calls; each takes its listener away again.
    setMaxListeners(0, call.signal);
    call.signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#timer = setTimeout(
      () => this.#fail("timeout", `no whole answer within ${call.timeouts.totalMs} ms`),
      call.timeouts.totalMs,
    );
    try {
      dispatcher.dispatch(
        {
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method: call.method,
          // Nothing here unpacks an answer, so none can be a bomb.
          headers: { "accept-encoding": "identity", ...call.headers },
          body: call.body ?? null,
          headersTimeout: call.timeouts.idleMs,
          bodyTimeout: call.timeouts.idleMs,
        },
        {
          onRequestStart: (controller) => this.#onStart(controller),
          onResponseStart: (_controller, status, headers) => this.#onHeaders(status, headers),
          onResponseData: (_controller, chunk) => this.#onData(chunk),
          onResponseEnd: () => this.#onEnd(),
          onResponseError: (_controller, error) => this.#onError(error),
        },
      );
    } catch (cause) {
      this.#onError(cause);
    }
  }

  #onAbort = () => this.#fail("aborted", "the call was aborted");

  #onStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection: it must not be sent after all.
    if (this.#settled) controller.abort(new Error("given up"));
    else this.#started = true;
  }

  #onHeaders(status: number, headers: IncomingHttpHeaders): void {
    // 1xx answers come before the real one.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
    const announced = Number(headers["content-length"]);
    if (announced > this.call.maxBytes) this.#tooLarge();
  }

  #onData(chunk: Uint8Array): void {
    if (this.#settled) return;
    this.#size += chunk.byteLength;
    if (this.#size > this.call.maxBytes) this.#tooLarge();
    else this.#chunks.push(chunk);
  }

  #onEnd(): void {
    if (this.#settled) return;
    this.#settle();
    const headers = this.#headers;
    this.resolve({
      status: this.#status,
      header: (name) => {
        const value = headers[name.toLowerCase()];
        return Array.isArray(value) ? (value[0] ?? null) : (value ?? null);
      },
      bytes: Buffer.concat(this.#chunks, this.#size),
    });
  }

  #onError(error: unknown): void {
    const code = errorCode(error);
    const isTimeout = code === "UND_ERR_HEADERS_TIMEOUT" || code === "UND_ERR_BODY_TIMEOUT";
    if (!this.#started) this.#fail("unreachable", `no connection (${code})`, error);
    else if (isTimeout) this.#fail("timeout", `silent for ${this.call.timeouts.idleMs} ms`, error);
    else this.#fail("broken", `the connection broke (${code})`, error);
  }

  #tooLarge(): void {
    this.#fail("too_large", `the answer has more than ${this.call.maxBytes} bytes`);
  }

  #fail(kind: HttpFailureKind, message: string, cause?: unknown): void {
    if (this.#settled) return;
    this.#settle();
    this.#chunks = [];
    this.reject(new HttpFailure(kind, message, this.#started, { cause }));
    this.#controller?.abort(new Error(message));
  }

  #settle(): void {
    this.#settled = true;
    clearTimeout(this.#timer);
    this.call.signal.removeEventListener("abort", this.#onAbort);
  }
}

function errorCode(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown error";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.name : "unknown error";
}
