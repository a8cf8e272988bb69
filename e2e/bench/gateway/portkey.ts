import { execFile, spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { freePorts } from "../../chaos/processes/free-ports";
import { ROOT, withoutSettings } from "../../chaos/processes/program";

const PACKAGE = "@portkey-ai/gateway";
const VERSION = "1.15.2";
const READY_WITHIN_MS = 30_000;

export interface Portkey {
  version: string;
  url: string;
  pid: number;
  stop(): Promise<void>;
}

/** Where Portkey's gateway is installed; null, with the reason said, when that was not possible. */
export async function installPortkey(say: (line: string) => void): Promise<string | null> {
  const folder = join(tmpdir(), `switchyard-bench-portkey-${VERSION}`);
  const home = join(folder, "node_modules", ...PACKAGE.split("/"));
  // Its lockfile is npm's last write, so a folder without one is an installation that was cut off.
  if (existsSync(join(folder, "node_modules", ".package-lock.json"))) return home;
  say(`installing ${PACKAGE}@${VERSION} into ${folder} (once; it is no part of the product)`);
  await mkdir(folder, { recursive: true });
  const options = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev"];
  try {
    await promisify(execFile)("npm", ["install", "--prefix", folder, ...options, `${PACKAGE}@${VERSION}`], {
      cwd: folder,
      timeout: 180_000,
    });
    return home;
  } catch (error) {
    say(
      `going on without Portkey: ${error instanceof Error ? error.message.split("\n").slice(0, 3).join(" ") : error}`,
    );
    return null;
  }
}

/** Starts it as its README says for Node, as one process like ours; it ends with the harness. */
export async function startPortkey(home: string, logFile: string): Promise<Portkey> {
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version: string };
  const [port = 0] = await freePorts(1);
  const preload = pathToFileURL(join(ROOT, ".build", "follow-parent.js")).href;
  const program = join(home, "build", "start-server.js");
  const child = spawn(process.execPath, ["--import", preload, program, `--port=${port}`, "--headless"], {
    cwd: home,
    env: { ...withoutSettings(process.env), NODE_ENV: "production" } as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log = (chunk: Buffer) => appendFileSync(logFile, chunk);
  child.stdout?.on("data", log);
  child.stderr?.on("data", log);
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    // It keeps the connections of its callers, so a polite signal would not end it.
    child.kill("SIGKILL");
    await ended;
  };
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(url))) {
    if (Date.now() > deadline || child.exitCode !== null) {
      await stop();
      throw new Error(`Portkey's gateway did not start; see ${logFile}`);
    }
    await sleep(100);
  }
  return { version, url, pid: child.pid ?? -1, stop };
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url);
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}
