import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "@/db/testing/create-test-database";
import { localPrincipal } from "@/server/auth/access";
import { createApiKey } from "@/server/auth/create-api-key";
import { type Config, parseConfig } from "@/server/config";
import type { ApiScope } from "@/server/domain/vocabulary";
import { createHttpServer, type HttpServer } from "@/server/http/create-http-server";
import { listen } from "@/server/http/listen";
import type { NextApp } from "@/server/http/next-app";
import { publicOriginOf } from "@/server/images/picture-address";
import { createLog } from "@/server/log";
import type { Runtime } from "@/server/runtime";
import { startRuntime } from "@/server/start-runtime";

export interface TestServer {
  url: string;
  port: number;
  runtime: Runtime;
  config: Config;
  http: HttpServer;
  databaseUrl: string;
  /** Lines that were logged so far. */
  logged: string[];
  makeKey(options?: {
    scopes?: ApiScope[];
    environment?: string;
    expiresAtMs?: number | null;
  }): Promise<{ id: string; key: string }>;
  /** A request as an app makes it, with the given key. */
  call(path: string, init?: RequestInit & { key?: string | null }): Promise<Response>;
  stop(): Promise<void>;
}

/** Nothing listens there: providers are configured, and nobody answers. */
const NOWHERE = "http://127.0.0.1:9";

/** The whole server on a database of its own, without workers: what is accepted stays queued until a test moves it. */
export async function startTestServer(
  options: { next?: NextApp | null; env?: Record<string, string> } = {},
): Promise<TestServer> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-http-"));
  const config = parseConfig({
    DATABASE_URL: database.url,
    SWITCHYARD_DATA_DIR: dataDir,
    SWITCHYARD_SECRET: "a secret of the tests, long enough to be one",
    ROLE: "gateway",
    // A busy test machine is slow, not away.
    DATABASE_ANSWER_WITHIN_MS: "30000",
    SCENARIO_API_KEY: "canary-scenario-key",
    SCENARIO_SECRET_API_KEY: "canary-scenario-secret",
    SCENARIO_API_URL: `${NOWHERE}/v1`,
    RUNPOD_API_KEY: "canary-runpod-key",
    RUNPOD_COMFYUI_ENDPOINT_ID: "endpoint1",
    RUNPOD_API_URL: `${NOWHERE}/v2`,
    COMFYUI_BACKGROUND_REMOVAL: "core",
    ...options.env,
  });
  const logged: string[] = [];
  const log = createLog({ level: "debug", write: (line) => logged.push(line) });
  const started = await startRuntime(config, log, { directory: dataDir, processVariable: "" });
  const http = createHttpServer({
    log,
    next: options.next ?? null,
    dev: false,
    publicUrl: config.publicUrl,
    picturesFrom: publicOriginOf(config.r2),
  });
  const port = await listen(http.server, "127.0.0.1", 0);
  const url = `http://127.0.0.1:${port}`;
  const { runtime } = started;
  return {
    url,
    port,
    runtime,
    config,
    http,
    databaseUrl: database.url,
    logged,
    async makeKey(wanted = {}) {
      const scopes = wanted.scopes ?? (["generate", "read"] satisfies ApiScope[]);
      const { environment = "production", expiresAtMs = null } = wanted;
      const deps = {
        db: runtime.db,
        principal: localPrincipal("test"),
        via: "cli" as const,
        requestId: null,
        environments: config.environments,
        nowMs: Date.now(),
      };
      const { key, view } = await createApiKey(deps, { name: "test app", environment, scopes, expiresAtMs });
      return { id: view.id, key };
    },
    call(path, { key, headers, ...init } = {}) {
      const all = new Headers(headers);
      if (key) all.set("authorization", `Bearer ${key}`);
      return fetch(url + path, { ...init, headers: all });
    },
    async stop() {
      await http.stop(500);
      await started.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export function jsonPost(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } };
}
