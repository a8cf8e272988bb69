import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "@/db/client";
import { makeApiKey } from "@/server/auth/api-key-format";
import { parseConfig } from "@/server/config";
import { createLog } from "@/server/log";
import { getRuntime, type Runtime, setRuntime } from "@/server/runtime";
import { createHttpServer, type HttpServer } from "./create-http-server";
import { listen } from "./listen";
import type { Problem } from "./problem";

let http: HttpServer;
let url: string;

beforeAll(async () => {
  http = createHttpServer({
    log: createLog({ level: "silent" }),
    next: null,
    dev: false,
    publicUrl: null,
    picturesFrom: null,
  });
  url = `http://127.0.0.1:${await listen(http.server, "127.0.0.1", 0)}`;
});
afterAll(() => http.stop(100));

const ask = (path: string) =>
  fetch(url + path, { headers: { authorization: `Bearer ${makeApiKey("production").key}` } });

// Regression guard for P8 and P13: an answer within two seconds, an honest one, and nobody let in.
it("answers 503 with Retry-After while there is no runtime and while the database is away", async () => {
  expect(() => getRuntime()).toThrow();
  for (const path of ["/api/v1/generations", "/api/health/ready"]) expect((await ask(path)).status).toBe(503);
  expect((await ask("/api/health/live")).status).toBe(200);

  const away = connect({
    url: "postgres://nobody:canary-password@127.0.0.1:9/none",
    name: "test",
    maxConnections: 2,
    acquireTimeoutMs: 200,
    statementTimeoutMs: 200,
  });
  const config = parseConfig({});
  setRuntime({ db: away.db, config } as Partial<Runtime> as Runtime); // all that these routes reach before they fail
  for (const path of ["/api/v1/generations", "/api/health/ready"]) {
    const response = await ask(path);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    const problem = (await response.json()) as Problem;
    expect(problem.code).toBe("UNAVAILABLE");
    expect(JSON.stringify(problem)).not.toMatch(/canary|127\.0\.0\.1|select/i);
  }
  setRuntime(undefined);
  await away.close();
});
