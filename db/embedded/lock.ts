import { existsSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { currentHolder, HEARTBEAT_MS, holderIsAlive, readHolder } from "./holder";

/**
 * Runs the work while holding the lock file, waiting for a live holder and taking over from a dead one.
 * Throws when a live holder keeps it for longer than `waitMs`. Not reentrant.
 */
export async function withLock<T>(file: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  const release = await acquire(file, waitMs);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquire(file: string, waitMs: number): Promise<() => void> {
  const deadline = Date.now() + waitMs;
  while (!tryCreate(file)) {
    if (!holderIsAlive(file)) removeDead(file);
    else if (Date.now() > deadline) throw new Error(heldMessage(file));
    else await sleep(50);
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  };
}

function tryCreate(file: string): boolean {
  try {
    writeFileSync(file, JSON.stringify(currentHolder()), { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Two waiters may both see a dead holder. If each simply removed the file, the slower one would remove the lock that
 * the faster has just taken; so removal itself is guarded, and the holder is judged again inside the guard.
 */
function removeDead(file: string): void {
  const guard = `${file}.takeover`;
  if (!tryCreate(guard)) {
    if (!holderIsAlive(guard)) rmSync(guard, { force: true });
    return;
  }
  try {
    if (existsSync(file) && !holderIsAlive(file)) rmSync(file, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

export function touch(file: string): void {
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // The folder was removed under us; whoever owns the file finds out at its next real step.
  }
}

function heldMessage(file: string): string {
  const holder = readHolder(file);
  const who = holder === null ? "another process" : `process ${holder.pid} on ${holder.host}`;
  return `${who} holds ${file} and does not let go; stop it, or remove the file if it is not ours`;
}
