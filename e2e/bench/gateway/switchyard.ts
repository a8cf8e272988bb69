import { join } from "node:path";
import type pg from "pg";
import { insertApiKey } from "../../chaos/api-key";
import { startDatabase } from "../../chaos/processes/database";
import { bundleArgs, startProgram } from "../../chaos/processes/program";
import { parentOf } from "./processor-time";

const ENVIRONMENT = "bench";

export interface Switchyard {
  url: string;
  apiKey: string;
  pool: pg.Pool;
  /** Process ids of its parts; the database's is its postmaster, null when it is not known. */
  pids: { gateway: number; worker: number; database: number | null };
  stop(): Promise<void>;
}

/**
 * The product's own programs on a new database, a gateway and a worker process without pages, with both providers at
 * the upstream. Limits that a short burst would hit are out of the way; how fast it goes is not tuned.
 */
export async function startSwitchyard(options: {
  upstream: string;
  folder: string;
  name: string;
  /** Where both processes leave a processor profile; null: none is taken. */
  profileDir: string | null;
}): Promise<Switchyard> {
  const { upstream, folder, name, profileDir } = options;
  const logFile = (part: string) => join(folder, "logs", `${name}-${part}.log`);
  const cleanUp: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of cleanUp.reverse()) await end();
  };
  try {
    const database = await startDatabase(join(folder, `${name}-database`), logFile("database"));
    cleanUp.push(() => database.stop());
    const env = {
      PORT: "0",
      DATABASE_URL: database.url,
      SWITCHYARD_DATA_DIR: join(folder, `${name}-data`),
      SWITCHYARD_SECRET: "one secret for both processes of a benchmark",
      SWITCHYARD_SANDBOX: "off",
      SWITCHYARD_ENVIRONMENTS: ENVIRONMENT,
      SWITCHYARD_ENVIRONMENT: ENVIRONMENT,
      SCENARIO_API_URL: `${upstream}/v1`,
      SCENARIO_API_KEY: "key",
      SCENARIO_SECRET_API_KEY: "secret",
      RUNPOD_API_URL: `${upstream}/v2`,
      RUNPOD_MANAGEMENT_URL: `${upstream}/v2`,
      RUNPOD_API_KEY: "key",
      RUNPOD_COMFYUI_ENDPOINT_ID: "bench",
      IMAGE_GENERATION_PROVIDER: "comfyui",
      // The upstream's jobs never end.
      DEADLINE_COMFYUI_S: "3600",
      MAX_IN_FLIGHT: "100000",
      MAX_QUEUED: "1000000",
      LOG_LEVEL: "warn",
    };
    let url = "";
    const pids = { gateway: 0, worker: 0, database: await postmasterOf(database.pool) };
    for (const part of ["gateway", "worker"] as const) {
      const program = await startProgram({
        args: [...profiling(profileDir, `${name}-${part}`), ...bundleArgs("server")],
        env: { ...env, ROLE: part },
        logFile: logFile(part),
        ready: "message",
      });
      cleanUp.push(async () => {
        program.signal("SIGTERM");
        await program.ended;
      });
      pids[part] = program.pid;
      if (part === "gateway") url = String(program.ready.url);
    }
    const apiKey = await insertApiKey(database.pool, ENVIRONMENT, ["generate"]);
    return { url, apiKey, pool: database.pool, pids, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function postmasterOf(pool: pg.Pool): Promise<number | null> {
  const { rows } = await pool.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0] ? parentOf(rows[0].pid) : null;
}

function profiling(folder: string | null, name: string): string[] {
  return folder === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${name}.cpuprofile`];
}
