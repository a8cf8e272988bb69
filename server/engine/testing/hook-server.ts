import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Runtime } from "@/server/runtime";

export interface HookServer {
  url: string;
  /** Notifications that came, whether or not they were let through. */
  received: { attemptId: string; jobId: string | null }[];
  stop(): Promise<void>;
}

/** Takes the providers' notifications as the product's HTTP server does. `drop` loses them on the way. */
export async function startHookServer(hint: Runtime["hint"], drop: () => boolean): Promise<HookServer> {
  const received: HookServer["received"] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(Buffer.from(chunk));
    const [, , , attemptId = "", token = ""] = (req.url ?? "").split("/");
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || "null");
    const id = typeof body === "object" && body !== null && "id" in body ? body.id : null;
    const jobId = typeof id === "string" ? id : null;
    received.push({ attemptId, jobId });
    const known = drop() || (await hint({ attemptId, token, jobId }));
    res.writeHead(known ? 200 : 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
