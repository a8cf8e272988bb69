import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { WarmSetting } from "@/server/domain/keep-warm/settings";

export interface Replayed {
  jobs: { class: string; delayMs: number | null; startUpMs: number; executionMs: number | null }[];
  billedSeconds: number;
}

interface Order {
  arrivalsMs: number[];
  spanMs: number;
  setting: WarmSetting;
  seed: number;
}

/** The sandbox seen from outside: its own command runs the jobs in virtual time and says what came of them. */
export async function replayInSandbox({ arrivalsMs, spanMs, setting, seed }: Order): Promise<Replayed> {
  const { workersMin, workersMax, idleTimeoutS, scaling } = setting;
  const folder = await mkdtemp(join(tmpdir(), "switchyard-replay-"));
  try {
    const file = join(folder, "replay.json");
    await writeFile(
      file,
      JSON.stringify({ arrivalsMs, spanMs, endpoint: { workersMin, workersMax, idleTimeoutS, scaling } }),
    );
    const args = ["--import", "tsx", "server/sandbox/main.ts", "--replay", file, "--seed", String(seed)];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
    return JSON.parse(stdout) as Replayed; // what our own command prints
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
