import { createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpClient, type HttpCall, type HttpClient, HttpFailure } from "./http";
import { listen } from "./test-kit";

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function client(options?: { connectTimeoutMs?: number }): HttpClient {
  const made = createHttpClient(options);
  cleanups.push(() => made.close());
  return made;
}

async function server(handler: Parameters<typeof listen>[0]): Promise<string> {
  const listening = await listen(handler);
  cleanups.push(listening.close);
  return listening.url;
}

async function rawServer(onConnection: Parameters<typeof createServer>[1]): Promise<number> {
  const sockets = new Set<Socket>();
  const raw: Server = createServer({}, onConnection);
  raw.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => raw.listen(0, "127.0.0.1", resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        raw.close(resolve);
        for (const socket of sockets) socket.destroy();
      }),
  );
  const address = raw.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function get(url: string, changes: Partial<HttpCall> = {}): HttpCall {
  return {
    method: "GET",
    url,
    timeouts: { idleMs: 2_000, totalMs: 4_000 },
    maxBytes: 1024,
    signal: new AbortController().signal,
    ...changes,
  };
}

async function failureOf(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  if (!(error instanceof HttpFailure)) throw new Error(`expected an HttpFailure, got ${String(error)}`);
  return error;
}

describe("one HTTP call", () => {
  it("brings any status with its body and headers, and sends the body whole", async () => {
    const url = await server((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        response.writeHead(269, { "x-method": request.method });
        response.end(`${request.url} ${Buffer.concat(chunks).toString()}`);
      });
    });
    const answer = await client().send(get(`${url}/a?b=c`, { method: "POST", body: "héllo" }));
    expect(answer.status).toBe(269);
    expect(answer.header("X-Method")).toBe("POST");
    expect(Buffer.from(answer.bytes).toString()).toBe("/a?b=c héllo");
  });

  it("does not follow a redirect", async () => {
    let hits = 0;
    const url = await server((_request, response) => {
      hits += 1;
      response.writeHead(302, { location: "/elsewhere" }).end();
    });
    const answer = await client().send(get(url));
    expect([answer.status, answer.header("location"), hits]).toEqual([302, "/elsewhere", 1]);
  });

  it("asks for no compression, so that no answer can be a bomb", async () => {
    const url = await server((request, response) => response.end(request.headers["accept-encoding"]));
    expect(Buffer.from((await client().send(get(url))).bytes).toString()).toBe("identity");
  });

  it("carries many calls at once under one signal", async () => {
    const url = await server((_request, response) => response.end("ok"));
    const { send } = client();
    const { signal } = new AbortController();
    const answers = await Promise.all(Array.from({ length: 300 }, () => send(get(url, { signal }))));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(300);
  });
});

describe("a call that cannot have reached the provider (F28)", () => {
  it("refused connection", async () => {
    const url = await server(() => {});
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    const failure = await failureOf(client().send(get(url, { method: "POST", body: "{}" })));
    expect([failure.kind, failure.maybeSent]).toEqual(["unreachable", false]);
  });

  it("unknown name", async () => {
    const failure = await failureOf(client().send(get("http://no-such-host.invalid/")));
    expect([failure.kind, failure.maybeSent]).toEqual(["unreachable", false]);
  });

  it("TLS that fails", async () => {
    const url = await server((_request, response) => response.end("plain"));
    const failure = await failureOf(client().send(get(url.replace("http:", "https:"))));
    expect([failure.kind, failure.maybeSent]).toEqual(["unreachable", false]);
  });

  it("a handshake that is never answered", async () => {
    const port = await rawServer((socket) => socket.on("error", () => {}));
    const failure = await failureOf(client({ connectTimeoutMs: 100 }).send(get(`https://127.0.0.1:${port}/`)));
    expect([failure.kind, failure.maybeSent]).toEqual(["unreachable", false]);
  });

  it("an abort before and while connecting", async () => {
    const port = await rawServer((socket) => socket.on("error", () => {}));
    const aborted = await failureOf(client().send(get(`https://127.0.0.1:${port}/`, { signal: AbortSignal.abort() })));
    expect([aborted.kind, aborted.maybeSent]).toEqual(["aborted", false]);
    const controller = new AbortController();
    const pending = failureOf(client().send(get(`https://127.0.0.1:${port}/`, { signal: controller.signal })));
    controller.abort();
    const failure = await pending;
    expect([failure.kind, failure.maybeSent]).toEqual(["aborted", false]);
  });

  it("an address that is none", async () => {
    const failure = await failureOf(client().send(get("not a url")));
    expect([failure.kind, failure.maybeSent]).toEqual(["unreachable", false]);
  });
});

describe("a call that may have reached the provider (F29)", () => {
  it("accepts and hangs", async () => {
    const url = await server(() => {});
    const failure = await failureOf(client().send(get(url, { timeouts: { idleMs: 100, totalMs: 10_000 } })));
    expect([failure.kind, failure.maybeSent]).toEqual(["timeout", true]);
  });

  it("drips for ever", async () => {
    const url = await server((_request, response) => {
      const timer = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(timer));
    });
    const failure = await failureOf(client().send(get(url, { timeouts: { idleMs: 5_000, totalMs: 200 } })));
    expect([failure.kind, failure.maybeSent]).toEqual(["timeout", true]);
  });

  it("resets the connection, before and within its answer", async () => {
    const early = await server((request) => request.socket.destroy());
    const late = await server((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.destroy());
    });
    for (const url of [early, late]) {
      const failure = await failureOf(client().send(get(url, { method: "POST", body: "{}" })));
      expect([failure.kind, failure.maybeSent]).toEqual(["broken", true]);
    }
  });

  it("is aborted while it waits", async () => {
    const controller = new AbortController();
    const url = await server(() => controller.abort());
    const failure = await failureOf(client().send(get(url, { signal: controller.signal })));
    expect([failure.kind, failure.maybeSent]).toEqual(["aborted", true]);
  });

  it("answers with something that is not HTTP", async () => {
    const port = await rawServer((socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.end("garbage\r\n\r\n"));
    });
    const failure = await failureOf(client().send(get(`http://127.0.0.1:${port}/`)));
    expect([failure.kind, failure.maybeSent]).toEqual(["broken", true]);
  });
});

describe("a body without end (F31)", () => {
  it("is cut off at the limit while it streams, with the connection closed", async () => {
    let closed: () => void = () => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const url = await server((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on("drain", more);
      response.on("close", closed);
      more();
    });
    const failure = await failureOf(client().send(get(url, { maxBytes: 1_000_000 })));
    expect(failure.kind).toBe("too_large");
    await isClosed;
  });

  it("is refused by its announced length before a byte of it is read", async () => {
    const url = await server((_request, response) => {
      response.writeHead(200, { "content-length": String(2 ** 31) });
      response.write("x");
    });
    expect((await failureOf(client().send(get(url)))).kind).toBe("too_large");
  });
});
