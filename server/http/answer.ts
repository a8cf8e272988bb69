import type { ServerResponse } from "node:http";
import { type ProblemAnswer, toProblem } from "./problem";

/** For everything that is not a page: nothing may run, frame or sniff it, and nobody keeps a copy. */
export const API_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

export type Headers = Record<string, string | number | readonly string[]>;

/** The whole answer in one write. Does nothing when an answer has begun already or the caller is gone. */
export function send(outgoing: ServerResponse, status: number, body: string | Uint8Array, headers: Headers): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  outgoing.writeHead(status, { ...API_HEADERS, "content-length": length, ...headers });
  outgoing.end(body);
}

export function sendJson(outgoing: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  send(outgoing, status, JSON.stringify(body), { "content-type": "application/json; charset=utf-8", ...headers });
}

export function sendEmpty(outgoing: ServerResponse, status: number, headers: Headers = {}): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  outgoing.writeHead(status, { ...API_HEADERS, ...headers });
  outgoing.end();
}

/** Answers with what the caller may know of the error, and gives back what is only for the log. */
export function sendProblem(outgoing: ServerResponse, error: unknown, requestId: string): ProblemAnswer {
  const answer = toProblem(error, requestId);
  send(outgoing, answer.problem.status, JSON.stringify(answer.problem), {
    "content-type": "application/problem+json",
    ...answer.headers,
  });
  return answer;
}
