import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureBundles } from "../../chaos/processes/build";
import { startProgram } from "../../chaos/processes/program";
import { installPortkey, startPortkey } from "./portkey";
import { processorSeconds } from "./processor-time";
import { readSubmissions } from "./read-submissions";
import type { Level, Report } from "./report";
import { type LoadAnswer, runLoad, type Target } from "./run-load";
import { startSwitchyard } from "./switchyard";

export interface BenchOptions {
  seconds: number;
  levels: number[];
  portkey: boolean;
  profileDir: string | null;
  say: (line: string) => void;
}

const WARM_UP_S = 2;
const BODY_BYTES = 200;

/** Level by level, each target alone: direct, Portkey, then ours on a new database until all of it is submitted. */
export async function runGatewayBench(options: BenchOptions): Promise<Report> {
  const { seconds, levels, portkey: wanted, profileDir, say } = options;
  const loadBefore = loadavg();
  await ensureBundles();
  const portkeyHome = wanted ? await installPortkey(say) : null;
  const folder = mkdtempSync(join(tmpdir(), "switchyard-bench-gateway-"));
  // The embedded database may run as another user.
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, "logs"));
  const cleanUp: (() => Promise<unknown>)[] = [];
  try {
    const upstream = await startUpstream(join(folder, "logs", "upstream.log"));
    cleanUp.push(() => upstream.stop());
    const portkey = portkeyHome === null ? null : await startPortkey(portkeyHome, join(folder, "logs", "portkey.log"));
    if (portkey) cleanUp.push(() => portkey.stop());

    const measure = async (target: Target, concurrent: number) =>
      runLoad({ ...target, concurrent, seconds, warmUpS: WARM_UP_S });
    const measured: Level[] = [];
    for (const concurrent of levels) {
      say(`${concurrent} concurrent: direct`);
      const direct = await measure(directTarget(upstream.url), concurrent);
      if (portkey) say(`${concurrent} concurrent: Portkey`);
      const theirMeter = meter(portkey?.pid ?? null);
      const theirs = portkey ? await measure(portkeyTarget(portkey.url, upstream.url), concurrent) : null;
      const portkeyCpuMs = theirs && theirMeter(total(theirs));
      say(`${concurrent} concurrent: ours`);
      const ours = await startSwitchyard({ upstream: upstream.url, folder, name: `level-${concurrent}`, profileDir });
      cleanUp.push(() => ours.stop());
      const meters = {
        gateway: meter(ours.pids.gateway),
        worker: meter(ours.pids.worker),
        database: meter(ours.pids.database),
      };
      const callsBefore = await upstream.submits();
      const load = await measure(ourTarget(ours.url, ours.apiKey), concurrent);
      const submissions = await readSubmissions(ours.pool, load);
      const cpuMs = {
        gateway: meters.gateway(submissions.committed),
        worker: meters.worker(submissions.committed),
        database: meters.database(submissions.committed),
      };
      const upstreamCalls = (await upstream.submits()) - callsBefore;
      cleanUp.pop();
      await ours.stop();
      measured.push({
        concurrent,
        direct: figures(direct),
        portkey: theirs && { ...figures(theirs), cpuMs: portkeyCpuMs },
        ours: { ...figures(load), submissions, upstreamCalls, cpuMs },
      });
    }
    return {
      machine: { cores: cpus().length, cpu: cpus()[0]?.model ?? "unknown", node: process.version, loadBefore },
      portkeyVersion: portkey?.version ?? null,
      seconds,
      levels: measured,
    };
  } finally {
    for (const stop of cleanUp.reverse()) await stop().catch((error: unknown) => say(`cleaning up: ${String(error)}`));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function figures({ ids: _ids, measuredFromMs: _from, ...rest }: LoadAnswer) {
  return rest;
}

/** From now on; gives processor milliseconds a request, null where they cannot be known. */
function meter(pid: number | null): (requests: number) => number | null {
  const read = () => (pid === null ? null : processorSeconds([pid]));
  const before = read();
  return (requests) => {
    const after = read();
    return before === null || after === null || requests === 0 ? null : ((after - before) * 1000) / requests;
  };
}

function total({ statuses }: LoadAnswer): number {
  return Object.values(statuses).reduce((sum, count) => sum + count, 0);
}

async function startUpstream(logFile: string) {
  const program = await startProgram({
    args: ["--import", "tsx", fileURLToPath(new URL("./upstream.ts", import.meta.url))],
    env: {},
    logFile,
    ready: "line",
  });
  const url = `http://127.0.0.1:${String(program.ready.port)}`;
  return {
    url,
    async submits(): Promise<number> {
      const answer = await fetch(`${url}/submits`);
      return ((await answer.json()) as { submits: number }).submits;
    },
    async stop() {
      program.signal("SIGTERM");
      await program.ended;
    },
  };
}

const JSON_TYPE = { "content-type": "application/json" };

function directTarget(upstream: string): Target {
  const body = filled((prompt) => ({ input: { prompt } }));
  return { url: `${upstream}/v2/x/run`, headers: JSON_TYPE, body, expectedStatus: 200, collectIds: false };
}

function portkeyTarget(portkey: string, upstream: string): Target {
  const headers = {
    ...JSON_TYPE,
    authorization: "Bearer none",
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${upstream}/v1`,
  };
  const body = filled((prompt) => ({ model: "dall-e-3", n: 1, size: "1024x1024", prompt }));
  return { url: `${portkey}/v1/images/generations`, headers, body, expectedStatus: 200, collectIds: false };
}

function ourTarget(server: string, apiKey: string): Target {
  const headers = { ...JSON_TYPE, authorization: `Bearer ${apiKey}`, prefer: "return=minimal" };
  const body = filled((prompt) => ({ operation: "txt2img", width: 256, height: 256, prompt }));
  return { url: `${server}/api/v1/generations`, headers, body, expectedStatus: 202, collectIds: true };
}

/** The same size for everyone: the prompt takes what the rest leaves. */
function filled(toBody: (prompt: string) => unknown): string {
  const words = "a small red fox in fresh snow at dawn, ";
  const rest = BODY_BYTES - JSON.stringify(toBody("")).length;
  return JSON.stringify(toBody(words.repeat(Math.ceil(BODY_BYTES / words.length)).slice(0, rest)));
}
