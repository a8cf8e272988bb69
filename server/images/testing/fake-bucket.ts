import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Secret } from "@/server/domain/secret";

export interface FakeAnswer {
  status: number;
  code?: string;
  headers?: Record<string, string>;
  /** Destroys the connection instead of answering. */
  reset?: boolean;
}

export interface FakeBucket {
  settings: { endpoint: string; bucket: string; accessKeyId: Secret; secretAccessKey: Secret; publicUrl: null };
  objects: Map<string, { bytes: Buffer; headers: IncomingMessage["headers"]; modifiedAtMs: number }>;
  /** Method and path of every request, in order. */
  calls: string[];
  /** Answers before the store does: return null to let the request through. */
  intercept: (method: string, path: string) => FakeAnswer | null;
  /** What is kept of what was sent. */
  keep: (bytes: Buffer) => Buffer;
  close(): Promise<void>;
}

/** An object store with path-style addresses that answers as a test says. Signatures are the sandbox's matter. */
export async function startFakeBucket(): Promise<FakeBucket> {
  const bucket: Omit<FakeBucket, "settings" | "close"> = {
    objects: new Map(),
    calls: [],
    intercept: () => null,
    keep: (bytes) => bytes,
  };
  const server = createServer(async (req, res) => {
    const { method = "", url = "" } = req;
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    bucket.calls.push(`${method} ${url}`);
    const answer = bucket.intercept(method, url);
    if (answer?.reset) return void req.socket.destroy();
    if (answer) {
      const text = `<Error><Code>${answer.code ?? "InternalError"}</Code><Message>no</Message></Error>`;
      return void res.writeHead(answer.status, answer.headers).end(method === "HEAD" ? undefined : text);
    }
    if (method === "PUT") {
      const sha = createHash("sha256").update(body).digest("hex");
      if (req.headers["x-amz-content-sha256"] !== sha) return void res.writeHead(400).end("<Code>BadDigest</Code>");
      bucket.objects.set(url, { bytes: bucket.keep(body), headers: req.headers, modifiedAtMs: Date.now() });
      return void res.writeHead(200).end();
    }
    if (method === "DELETE") {
      bucket.objects.delete(url);
      return void res.writeHead(204).end();
    }
    const object = bucket.objects.get(url);
    if (!object) return void res.writeHead(404).end(method === "HEAD" ? undefined : "<Code>NoSuchKey</Code>");
    res.writeHead(200, {
      "content-length": object.bytes.byteLength,
      "last-modified": new Date(object.modifiedAtMs).toUTCString(),
    });
    res.end(method === "HEAD" ? undefined : object.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP, so neither null nor a pipe
  return Object.assign(bucket, {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      bucket: "pictures",
      accessKeyId: new Secret("AKIDCANARY7731"),
      secretAccessKey: new Secret("canary-secret-9f41c2"),
      publicUrl: null,
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}
