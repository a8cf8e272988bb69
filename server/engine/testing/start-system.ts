import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "@/db/testing/create-test-database";
import { type Config, parseConfig } from "@/server/config";
import type { GenerationDetail } from "@/server/domain/generation-view";
import type { Principal, SubmitInput } from "@/server/gateway/types";
import { createLog } from "@/server/log";
import type { Runtime } from "@/server/runtime";
import { type Sandbox, startSandbox } from "@/server/sandbox/start-sandbox";
import { type StartedRuntime, startRuntime } from "@/server/start-runtime";

export const TESTER: Principal = {
  scope: "local:test",
  name: "test",
  kind: "local",
  role: "admin",
  scopes: [],
  environment: null,
};

export interface TestSystem {
  runtime: Runtime;
  sandbox: Sandbox;
  config: Config;
  databaseUrl: string;
  /** Where the env files of this system lie. */
  directory: string;
  /** What a process of this system is configured by. */
  env: Record<string, string>;
  /** The test's own look into the database. */
  pool: pg.Pool;
  submit(change?: Partial<SubmitInput> & { prompt?: string }): Promise<string>;
  /** Where the sandbox's providers send their notifications; none are sent before. */
  setOwnUrl(url: string): void;
  /** Starts another process's worth of runtime on the same database, pictures and sandbox. */
  startPeer(env?: Record<string, string>): Promise<StartedRuntime>;
  generation(id: string): Promise<GenerationDetail>;
  cancel(id: string): Promise<GenerationDetail>;
  /** Waits until the generation has ended. */
  ended(id: string): Promise<GenerationDetail>;
  /** A connection of the test's own for transactions; more than the pool's queries need. */
  connect(): Promise<pg.PoolClient>;
  /** Stops this process's own part; database, pictures and sandbox stay. `stop` may follow. */
  stopWork(): Promise<void>;
  stop(): Promise<void>;
}

/** The whole of a process but its HTTP server, on a database and a sandbox of its own. */
export async function startSystem(options: {
  sandbox?: Parameters<typeof startSandbox>[0];
  env?: Record<string, string>;
  /** Pictures go to the sandbox's bucket; default: the disk alone. */
  bucket?: boolean;
  /** Default: a new one on the run's server. */
  database?: TestDatabase;
}): Promise<TestSystem> {
  const dataDir = await mkdtemp(join(tmpdir(), "switchyard-test-"));
  const database = options.database ?? (await createTestDatabase());
  const settings = { seed: 7, clockFactor: 20, ...options.sandbox };
  const sandbox = await startSandbox(settings);
  const environment = {
    DATABASE_URL: database.url,
    SWITCHYARD_DATA_DIR: dataDir,
    // A busy test machine is slow, not away.
    DATABASE_ANSWER_WITHIN_MS: "30000",
    SWITCHYARD_SANDBOX_CONNECTION: JSON.stringify({
      urls: sandbox.urls,
      credentials: sandbox.credentials,
      clockFactor: settings.clockFactor,
    }),
    LOG_LEVEL: "silent",
    ...(options.bucket && {
      R2_ENDPOINT: sandbox.urls.s3,
      R2_BUCKET: sandbox.credentials.bucket,
      R2_ACCESS_KEY_ID: sandbox.credentials.s3AccessKeyId,
      R2_SECRET_ACCESS_KEY: sandbox.credentials.s3SecretAccessKey,
    }),
    ...options.env,
  };
  const configure = (env?: Record<string, string>) => parseConfig({ ...environment, ...env });
  const config = configure();
  const startOptions = { directory: dataDir, processVariable: options.env?.IMAGE_GENERATION_PROVIDER ?? "" };
  const start = (of: Config) => startRuntime(of, createLog({ level: of.logLevel }), startOptions);
  const started = await start(config);
  const pool = new pg.Pool({ connectionString: database.url, max: 12 });
  pool.on("error", () => undefined);
  const { runtime } = started;
  let stopped: Promise<void> | null = null;
  const stopWork = () => {
    stopped ??= started.stop();
    return stopped;
  };
  return {
    runtime,
    sandbox,
    config,
    databaseUrl: database.url,
    directory: dataDir,
    env: environment,
    setOwnUrl: started.setOwnUrl,
    pool,
    startPeer: (env) => start(configure(env)),
    async submit({ prompt, ...change } = {}) {
      const params = {
        operation: "txt2img" as const,
        prompt: prompt ?? "a red fox in snow",
        negativePrompt: null,
        width: 512,
        height: 512,
        steps: null,
        guidance: null,
        seed: null,
        strength: null,
        count: 1,
      };
      const { id } = await runtime.gateway.submit({
        principal: TESTER,
        environment: "sandbox",
        source: "api",
        params,
        image: null,
        provider: null,
        stickyKey: null,
        idempotencyKey: null,
        fallback: null,
        deadlineMs: null,
        ...change,
      });
      return id;
    },
    connect: () => pool.connect(),
    generation: (id) => runtime.gateway.get(TESTER, id),
    cancel: (id) => runtime.gateway.cancel(TESTER, id),
    async ended(id) {
      for await (const _detail of runtime.gateway.watch(TESTER, id, AbortSignal.timeout(50_000))) {
        // Only the end counts here.
      }
      return runtime.gateway.get(TESTER, id);
    },
    stopWork,
    async stop() {
      await stopWork();
      await pool.end();
      await sandbox.stop();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
