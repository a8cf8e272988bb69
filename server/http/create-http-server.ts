import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { requireScope } from "@/server/auth/access";
import { principalFromApiKey } from "@/server/auth/authenticate-api-key";
import { getAuth } from "@/server/auth/get-auth";
import { sessionFromHeaders } from "@/server/auth/session-principal";
import { newId } from "@/server/domain/ids";
import { textProblems } from "@/server/domain/text-problems";
import { AppError } from "@/server/errors";
import type { Principal } from "@/server/gateway/types";
import type { Log } from "@/server/log";
import { getRuntime } from "@/server/runtime";
import { sendProblem } from "./answer";
import { type Call, header, type KeyedCall, type Route } from "./call";
import { createHttpMetrics } from "./http-metrics";
import { logAccess } from "./log-access";
import type { NextApp } from "./next-app";
import { servePages } from "./pages";
import { drain } from "./read-body";
import { refuseClientError } from "./refuse-client-error";
import { listRoutes } from "./routes";

export interface HttpServerOptions {
  log: Log;
  /** Null: no console in this process; every address that is not ours is not found. */
  next: NextApp | null;
  dev: boolean;
  publicUrl: string | null;
  /** The origin of the bucket's own domain; null: pictures come from here alone. */
  picturesFrom: string | null;
}

export interface HttpServer {
  server: Server;
  routes: Route[];
  /** Takes no new requests, lets those that run end for at most `graceMs`, then closes. */
  stop(graceMs: number): Promise<void>;
}

const URL_MAX = 8_192;
/** Ours also where nothing answers: a mistyped path of the API must not become a page. */
const OURS = /^\/(?:api\/(?!trpc(?:\/|$))|images\/|hooks\/)/;

/** Who is signed in; null where the request names an API key, or nobody. */
async function principalFromCookie(incoming: IncomingMessage): Promise<Principal | null> {
  const cookie = header(incoming, "cookie");
  if (cookie === null || header(incoming, "authorization") !== null) return null;
  const session = await sessionFromHeaders(getAuth(), new Headers({ cookie }), Date.now());
  return session?.principal ?? null;
}

interface Environment {
  Bindings: HttpBindings;
}

/** Our server on node:http: the API, webhooks, pictures and health here, everything else handed to Next. */
export function createHttpServer({ log, next, dev, publicUrl, picturesFrom }: HttpServerOptions): HttpServer {
  const metrics = createHttpMetrics();
  const stopping = new AbortController();
  const routes = listRoutes({ metrics, isStopping: () => stopping.signal.aborted, console: next !== null });
  const secure = publicUrl?.startsWith("https://") ?? false;
  const pages = next ? servePages(next.handle, { dev, secure, picturesFrom }) : null;
  const open = new Set<() => void>();

  const app = new Hono<Environment>();
  for (const route of routes) app.on(route.method, route.path, (context) => answer(context, route));
  app.all("*", async (context) => {
    const { incoming, outgoing } = context.env;
    await serve(incoming, outgoing, "none", () => {
      throw new AppError("NOT_FOUND", "there is nothing at this address, or not for this method");
    });
    return RESPONSE_ALREADY_SENT;
  });
  const ours = getRequestListener((request, env) => app.fetch(request, env as HttpBindings), {
    // Next lives in this process and needs the real Request and Response.
    overrideGlobalObjects: false,
    autoCleanupIncoming: false,
  });

  async function answer(context: Context<Environment>, route: Route): Promise<Response> {
    const { incoming, outgoing } = context.env;
    await serve(incoming, outgoing, route.path, async (requestId, startedAtMs) => {
      const gone = new AbortController();
      const leave = () => gone.abort();
      open.add(leave);
      outgoing.once("close", () => {
        open.delete(leave);
        if (!outgoing.writableFinished) leave();
      });
      const url = incoming.url ?? "/";
      const call: Omit<Call, "runtime"> = {
        incoming,
        outgoing,
        url,
        query: new URLSearchParams(url.includes("?") ? url.slice(url.indexOf("?") + 1) : ""),
        params: context.req.param(),
        requestId,
        startedAtMs,
        signal: gone.signal,
      };
      refuseUnkept(call.query);
      // Alive is what the process is without a runtime, too.
      if (route.path === "/api/health/live") return route.handle(call as KeyedCall);
      const runtime = getRuntime();
      if (route.access === "public") return route.handle({ ...call, runtime });
      const person = route.session === true ? await principalFromCookie(incoming) : null;
      const principal = person ?? (await principalFromApiKey(runtime.db, header(incoming, "authorization"), Date.now));
      requireScope(principal, route.access);
      await route.handle({ ...call, runtime, principal });
    });
    return RESPONSE_ALREADY_SENT;
  }

  async function serve(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    route: string,
    work: (requestId: string, startedAtMs: number) => void | Promise<void>,
  ): Promise<void> {
    const requestId = newId();
    const startedAtMs = performance.now();
    metrics.begin();
    outgoing.once("close", () => {
      metrics.end();
      const durationMs = performance.now() - startedAtMs;
      metrics.observe(incoming.method ?? "", route, outgoing.statusCode, durationMs);
      logAccess(log, { incoming, outgoing, route, requestId, durationMs });
    });
    try {
      outgoing.setHeader("x-request-id", requestId);
      if (secure) outgoing.setHeader("strict-transport-security", "max-age=31536000; includeSubDomains");
      await work(requestId, startedAtMs);
    } catch (error) {
      // The request itself counts as destroyed once its body was read.
      const hasLeft = outgoing.destroyed;
      const { hidden } = sendProblem(outgoing, error, requestId);
      if (hidden !== null && !hasLeft) log.error("request failed", { route, requestId, error: hidden });
      if (!outgoing.writableEnded) outgoing.destroy();
    }
    drain(incoming);
  }

  function handle(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const url = incoming.url ?? "/";
    const path = url.split("?", 1)[0] ?? "/";
    if (url.length > URL_MAX)
      void serve(incoming, outgoing, "none", () => {
        throw new AppError("BAD_REQUEST", `the address must have at most ${URL_MAX} characters`, {
          problems: [{ field: "url", rule: `must have at most ${URL_MAX} characters` }],
        });
      });
    else if (OURS.test(path) || pages === null) void ours(incoming, outgoing);
    else void serve(incoming, outgoing, "page", (requestId) => pages(incoming, outgoing, path, requestId));
  }

  const server = createServer(
    {
      maxHeaderSize: 16_384,
      headersTimeout: 10_000,
      requestTimeout: 60_000,
      keepAliveTimeout: 30_000,
      connectionsCheckingInterval: 5_000,
      insecureHTTPParser: false,
    },
    handle,
  );
  server.maxHeadersCount = 100;
  // Whoever asks first whether to send a large body is told before it is on its way.
  server.on("checkContinue", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (Number(incoming.headers["content-length"] ?? 0) <= 12_000_000) outgoing.writeContinue();
    handle(incoming, outgoing);
  });
  server.on("clientError", refuseClientError);
  server.on("upgrade", (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (dev && next && incoming.url?.startsWith("/_next/")) {
      // Node counts an upgraded connection as open and closes it for nobody.
      const leave = () => socket.destroy();
      open.add(leave);
      socket.once("close", () => open.delete(leave));
      next.upgrade(incoming, socket, head);
    } else socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });

  return {
    server,
    routes,
    async stop(graceMs) {
      stopping.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      // Those who wait for a generation get its state as it is; their clients come back elsewhere.
      for (const leave of [...open]) leave();
      const force = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(force);
      await next?.close();
    },
  };
}

/** Throws BAD_REQUEST for a parameter that no database takes. */
function refuseUnkept(query: URLSearchParams): void {
  const problems = textProblems(Object.fromEntries(query));
  const [first] = problems;
  if (first) throw new AppError("BAD_REQUEST", `${first.field} ${first.rule}`, { problems });
}
