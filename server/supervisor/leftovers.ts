import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "@/db/embedded/process-identity";

/**
 * Children stop by themselves when their supervisor is killed, unless they hang. So their numbers are kept on disk,
 * with what tells them from a later process, and the next start ends what is left.
 */
export function rememberChild(dataDir: string, name: string, pid: number): void {
  mkdirSync(folder(dataDir), { recursive: true });
  writeFileSync(
    join(folder(dataDir), ownName(name)),
    JSON.stringify({ pid, identity: processIdentity(pid), ...owner() }),
  );
}

export function forgetChild(dataDir: string, name: string): void {
  rmSync(join(folder(dataDir), ownName(name)), { force: true });
}

/** Kills children of supervisors that are gone, and returns how many there were. */
export function killLeftovers(dataDir: string): number {
  let killed = 0;
  for (const file of filesIn(folder(dataDir))) {
    const left = read(file);
    if (left !== null && processIdentity(left.supervisor) === left.supervisorIdentity) continue;
    if (left !== null && left.identity !== null && processIdentity(left.pid) === left.identity) {
      process.kill(left.pid, "SIGKILL");
      killed += 1;
    }
    rmSync(file, { force: true });
  }
  return killed;
}

interface Leftover {
  pid: number;
  identity: string | null;
  supervisor: number;
  supervisorIdentity: string | null;
}

function owner(): Pick<Leftover, "supervisor" | "supervisorIdentity"> {
  return { supervisor: process.pid, supervisorIdentity: processIdentity(process.pid) };
}

function folder(dataDir: string): string {
  return join(dataDir, "children");
}

/** Two supervisors may share a data folder, for instance two instances on one database. */
function ownName(name: string): string {
  return `${name}-${process.pid}.json`;
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}

function read(file: string): Leftover | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Leftover;
  } catch {
    return null;
  }
}
