import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries";
import { databaseEnvironment, spawnIdentity } from "./cluster";
import type { Home } from "./home";
import { processCommand, processIdentity } from "./process-identity";
import { serverSettings } from "./settings";

/** A running PostgreSQL server, ours to signal. `identity` tells it from a later process with the same number. */
export interface Postmaster {
  pid: number;
  port: number;
  identity: string;
}

const LOG_LIMIT_BYTES = 10_000_000;
/** Crash recovery replays at most one checkpoint's worth of log; on a slow disk that takes its time. */
const READY_WITHIN_MS = 120_000;

/** The server that runs on these files, or null. A pid file whose process is something else is removed. */
export function findPostmaster(home: Home): Postmaster | null {
  const file = readPidFile(home);
  if (file === null) return null;
  const identity = processIdentity(file.pid);
  if (identity !== null && isPostgresOn(home, file.pid)) return { pid: file.pid, port: file.port, identity };
  // PostgreSQL refuses to start while any process has that number, even a zombie or a stranger after a reboot.
  rmSync(join(home.cluster, "postmaster.pid"), { force: true });
  return null;
}

function isPostgresOn(home: Home, pid: number): boolean {
  const command = processCommand(pid);
  return command === null || (command.includes("postgres") && command.includes(home.cluster));
}

function readPidFile(home: Home): { pid: number; port: number; ready: boolean } | null {
  try {
    const lines = readFileSync(join(home.cluster, "postmaster.pid"), "utf8").split("\n");
    const pid = Number(lines[0]);
    return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === "ready" };
  } catch {
    return null;
  }
}

/** Why a start failed, when trying again can help. */
export class StartFailure extends Error {
  constructor(
    readonly reason: "port_taken" | "still_in_use" | "other",
    message: string,
  ) {
    super(message);
  }
}

/** Starts the server and waits until it takes connections. It outlives us unless stopped. Throws StartFailure. */
export async function spawnPostmaster(
  home: Home,
  binaries: Binaries,
  port: number,
  durable: boolean,
): Promise<Postmaster> {
  const settings = Object.entries(serverSettings(port, durable)).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  keepLogSmall(home.logFile);
  const logFd = openSync(home.logFile, "a", 0o600);
  const logStart = statSync(home.logFile).size;
  const child = spawn(binaries.postgres, ["-D", home.cluster, ...settings], {
    ...spawnIdentity(home),
    cwd: "/",
    env: databaseEnvironment(),
    // Its own session: Ctrl-C reaches every process of the terminal at once, and the database must go last.
    detached: true,
    stdio: ["ignore", logFd, logFd],
  });
  closeSync(logFd);
  child.unref();
  let ended: string | null = null;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended ??= `exit ${signal ?? code}`;
  });
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    if (ended !== null) throw failureFrom(home, logStart, ended);
    const file = readPidFile(home);
    if (file !== null && file.pid === child.pid && file.ready) {
      const identity = processIdentity(file.pid);
      if (identity !== null) return { pid: file.pid, port, identity };
    }
    await sleep(20);
  }
  child.kill("SIGQUIT");
  throw new StartFailure("other", `PostgreSQL was not ready within ${READY_WITHIN_MS / 1000} s; see ${home.logFile}`);
}

function failureFrom(home: Home, logStart: number, ended: string): StartFailure {
  const log = readFileSync(home.logFile).subarray(logStart).toString();
  const reason = /could not bind|Address already in use|could not create any TCP/.test(log)
    ? "port_taken"
    : /pre-existing shared memory block|lock file .* already exists/.test(log)
      ? "still_in_use"
      : "other";
  return new StartFailure(reason, `PostgreSQL did not start (${ended}): ${log.trim().slice(-1_000)}`);
}

function keepLogSmall(file: string): void {
  try {
    if (statSync(file).size > LOG_LIMIT_BYTES) renameSync(file, `${file}.1`);
  } catch {
    // No log yet.
  }
}

/** Whether the server has come up, waiting for one that is still starting or recovering. False when it is gone. */
export async function waitUntilReady(home: Home, postmaster: Postmaster): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && isRunning(postmaster)) {
    if (readPidFile(home)?.ready === true) return true;
    await sleep(20);
  }
  return false;
}

export function isRunning(postmaster: Postmaster): boolean {
  return processIdentity(postmaster.pid) === postmaster.identity;
}

/**
 * Stops the server: first in good order (sessions ended, checkpoint written), then without a checkpoint, then by
 * force, all within about `withinMs`. Each of the three loses nothing that was committed; the later ones cost a
 * recovery at the next start. Safe to call for a server that is gone.
 */
export async function stopPostmaster(postmaster: Postmaster, withinMs: number): Promise<void> {
  const steps: [NodeJS.Signals, number][] = [
    ["SIGINT", withinMs * 0.7],
    ["SIGQUIT", withinMs * 0.2],
    ["SIGKILL", 2_000],
  ];
  for (const [signal, patienceMs] of steps) {
    if (!isRunning(postmaster)) return;
    try {
      process.kill(postmaster.pid, signal);
    } catch {
      return;
    }
    const deadline = Date.now() + patienceMs;
    while (Date.now() < deadline) {
      if (!isRunning(postmaster)) return;
      await sleep(15);
    }
  }
}
