import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiScope } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { Principal } from "@/server/gateway/types";
import type { Runtime } from "@/server/runtime";

/** One request, as a resource sees it. */
export interface Call {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  /** Path and query as they came, for signatures. */
  url: string;
  query: URLSearchParams;
  params: Record<string, string>;
  requestId: string;
  startedAtMs: number;
  runtime: Runtime;
  /** Fires when the caller is gone or the server stops. */
  signal: AbortSignal;
}

export interface KeyedCall extends Call {
  principal: Principal;
}

/** Who may call: the holder of a key with this scope (and who is signed in, where it says so), or everybody, for the reason given. */
export type Route = {
  method: "GET" | "POST" | "DELETE" | "OPTIONS";
  /** In Hono's form: `/api/v1/generations/:id`. Logged in this form, so no capability reaches a log. */
  path: string;
} & (
  | {
      access: ApiScope;
      /** Also for a signed-in person by cookie. Only for what a GET reads: there is no check of the origin here. */
      session?: true;
      handle(call: KeyedCall): Promise<void>;
    }
  | { access: "public"; why: string; handle(call: Call): Promise<void> }
);

export function header(incoming: IncomingMessage, name: string): string | null {
  const value = incoming.headers[name];
  return typeof value === "string" ? value : null;
}

export function badRequest(field: string, rule: string): AppError {
  return new AppError("BAD_REQUEST", `${field} ${rule}`, { problems: [{ field, rule }] });
}
