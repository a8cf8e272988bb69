import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface HookRelay {
  url: string;
  stop(): Promise<void>;
}

/** The load balancer in front of the gateways, for providers' notifications: whoever answers first gets them. */
export async function startHookRelay(ports: () => number[]): Promise<HookRelay> {
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    for (const port of ports()) {
      const status = await forward(port, req.method ?? "POST", req.url ?? "/", req.headers, Buffer.concat(chunks));
      if (status !== null) return void res.writeHead(status).end();
    }
    res.writeHead(502).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** The answer's status; null when nobody answers there. */
function forward(
  port: number,
  method: string,
  path: string,
  { "content-type": type }: IncomingHttpHeaders,
  body: Buffer,
): Promise<number | null> {
  return new Promise((resolve) => {
    const headers = { "content-type": type ?? "application/json", "content-length": body.byteLength };
    const outgoing = request({ host: "127.0.0.1", port, method, path, headers, timeout: 5_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 502);
    });
    outgoing.once("timeout", () => outgoing.destroy());
    outgoing.once("error", () => resolve(null));
    outgoing.end(body);
  });
}
