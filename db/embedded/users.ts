import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { currentHolder, HEARTBEAT_MS, holderIsAlive, readHolder } from "./holder";
import { touch } from "./lock";

/**
 * Adds this process to those that use the database and returns how to leave. Server and CLI share one postmaster;
 * the last to leave stops it, whoever started it.
 */
export function joinUsers(directory: string): () => void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, `${process.pid}-${randomUUID().slice(0, 8)}.json`);
  writeFileSync(file, JSON.stringify(currentHolder()), { mode: 0o600 });
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  return () => {
    clearInterval(heartbeat);
    rmSync(file, { force: true });
  };
}

/** How many living processes use the database; forgets the dead ones on the way. */
export function countUsers(directory: string): number {
  let alive = 0;
  for (const file of userFiles(directory)) {
    if (holderIsAlive(file)) alive += 1;
    else rmSync(file, { force: true });
  }
  return alive;
}

/** The name of another machine that uses these files now, or null. Two postmasters on one directory would destroy it. */
export function foreignUser(directory: string): string | null {
  for (const file of userFiles(directory)) {
    const holder = readHolder(file);
    if (holder !== null && holder.host !== hostname() && holderIsAlive(file)) return holder.host;
  }
  return null;
}

function userFiles(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}
