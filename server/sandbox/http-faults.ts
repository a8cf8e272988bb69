import type { HttpFault } from "./fault-kinds";
import type { Strike } from "./faults";
import { type Exchange, send, sendJson } from "./http";

/** How one protocol words its refusals. */
export interface Wording {
  rateLimited(): unknown;
  unauthorized(): unknown;
  forbidden(): unknown;
  paymentRequired(): unknown;
  notFound(): unknown;
  serverError(status: number): unknown;
  concurrency?(): unknown;
}

/**
 * Answers (or does not answer) as the fault says and gives back true when the call is over. For the two `accept_…`
 * faults it gives back false: the work is done first, and the answer then goes wrong.
 */
export function strikeCall(exchange: Exchange, strike: Strike<HttpFault> | null, wording: Wording): boolean {
  if (strike === null) return false;
  const { res, req } = exchange;
  switch (strike.kind) {
    case "rate_limited":
      sendJson(res, 429, wording.rateLimited(), strike.value === null ? {} : { "retry-after": String(strike.value) });
      return true;
    case "concurrency_limit":
      sendJson(res, 429, wording.concurrency?.() ?? wording.rateLimited());
      return true;
    case "hang":
      req.resume();
      return true;
    case "reset":
      req.socket.resetAndDestroy();
      return true;
    case "accept_then_hang":
      muteAnswer(exchange, () => {});
      return false;
    case "accept_then_reset":
      muteAnswer(exchange, () => req.socket.resetAndDestroy());
      return false;
    case "server_error": {
      const status = strike.value ?? 500;
      if (!strike.html) sendJson(res, status, wording.serverError(status));
      else send(res, status, htmlPage(status), { "content-type": "text/html" });
      return true;
    }
    case "malformed_json":
      send(res, 200, '{"id": "broken', { "content-type": "application/json" });
      return true;
    case "unauthorized":
      sendJson(res, 401, wording.unauthorized());
      return true;
    case "forbidden":
      sendJson(res, 403, wording.forbidden());
      return true;
    case "payment_required":
      sendJson(res, 402, wording.paymentRequired());
      return true;
    case "not_found":
      sendJson(res, 404, wording.notFound());
      return true;
  }
}

/** The work goes on, the client never learns of it. */
function muteAnswer({ res }: Exchange, instead: () => void): void {
  res.writeHead = () => res;
  res.end = (() => {
    instead();
    return res;
  }) as typeof res.end; // one of end's overloads, and nobody reads what it gives back
}

export function htmlPage(status: number): string {
  return `<html>\r\n<head><title>${status} Bad Gateway</title></head>\r\n<body>\r\n<center><h1>${status} Bad Gateway</h1></center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n`;
}
