import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request on its way through a sandbox server. */
export interface Exchange {
  method: string;
  /** Still percent-encoded, without the query. */
  path: string;
  /** As it came, without the question mark. */
  rawQuery: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  req: IncomingMessage;
  res: ServerResponse;
}

export interface Listener {
  /** Scheme, host and port, no slash at the end. */
  origin: string;
  close(): Promise<void>;
}

export class BodyTooLarge extends Error {}

export async function listen(
  handle: (exchange: Exchange) => Promise<void> | void,
  where: { host: string; port: number },
): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (req, res) => {
    const target = req.url ?? "/";
    const mark = target.indexOf("?");
    const rawQuery = mark < 0 ? "" : target.slice(mark + 1);
    const exchange: Exchange = {
      method: req.method ?? "GET",
      path: mark < 0 ? target : target.slice(0, mark),
      rawQuery,
      query: new URLSearchParams(rawQuery),
      headers: req.headers,
      req,
      res,
    };
    const failed = (error: unknown) => {
      if (res.headersSent || res.destroyed || req.aborted) return void res.destroy();
      sendJson(res, 500, { error: `sandbox: ${error instanceof Error ? error.message : String(error)}` });
    };
    try {
      const running = handle(exchange);
      if (running !== undefined) running.catch(failed);
    } catch (error) {
      failed(error);
    }
  });
  server.on("clientError", (_error, socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(where.port, where.host, 4_096, () => resolve());
  });
  const { port } = server.address() as AddressInfo; // an object for every server that is not a pipe
  return {
    origin: `http://${where.host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Reads the whole body. Past `limitBytes` it reads on without keeping, so that the client gets its answer, then throws. */
export function readBody(req: IncomingMessage, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    req.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= limitBytes) parts.push(part);
      else parts.length = 0;
      if (size > limitBytes * 4) req.destroy();
    });
    req.on("end", () => (size > limitBytes ? reject(new BodyTooLarge()) : resolve(Buffer.concat(parts))));
    req.on("error", reject);
    req.on("close", () => {
      if (!req.complete) reject(new Error("the client went away"));
    });
  });
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  send(res, status, JSON.stringify(body), { "content-type": "application/json", ...headers });
}

export function send(
  res: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  if (res.headersSent || res.destroyed) return;
  res.writeHead(status, { ...headers, "content-length": String(Buffer.byteLength(body)) });
  res.end(body);
}

export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
