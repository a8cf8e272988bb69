import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { HttpAnswer, HttpCall, HttpSend } from "./http";
import type { ProviderRequest } from "./types";

/** Help for the tests of this folder. */

export interface SentCall extends HttpCall {
  path: string;
  json: unknown;
}

export type Reply = { status?: number; headers?: Record<string, string>; json?: unknown; text?: string };

/** A `send` that answers from `reply` and keeps what was asked of it. */
export function recordingSend(reply: (call: SentCall) => Reply): { send: HttpSend; calls: SentCall[] } {
  const calls: SentCall[] = [];
  const send: HttpSend = async (call) => {
    const url = new URL(call.url);
    const json = typeof call.body === "string" ? JSON.parse(call.body) : undefined;
    const sent = { ...call, path: `${url.pathname}${url.search}`, json };
    calls.push(sent);
    return answerOf(reply(sent));
  };
  return { send, calls };
}

export function answerOf({ status = 200, headers = {}, json, text }: Reply): HttpAnswer {
  return {
    status,
    header: (name) => headers[name.toLowerCase()] ?? null,
    bytes: Buffer.from(text ?? JSON.stringify(json ?? {})),
  };
}

export function txt2img(changes: Partial<ProviderRequest> = {}): ProviderRequest {
  return {
    operation: "txt2img",
    prompt: "a red fox in snow",
    negativePrompt: null,
    width: 1024,
    height: 1024,
    steps: null,
    guidance: null,
    seed: 42,
    strength: null,
    count: 1,
    image: null,
    ...changes,
  };
}

export function inputImage(bytes: Uint8Array = Buffer.from("not really a picture")) {
  return { bytes, mimeType: "image/png" as const, sha256: "ab".repeat(32), width: 3000, height: 2000 };
}

export const idle = () => ({ signal: new AbortController().signal });

/** A server on a free port of loopback; `close` also ends connections that hang. */
export async function listen(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; server: Server; close(): Promise<void> }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
