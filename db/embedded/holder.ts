import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { processIdentity } from "./process-identity";

/** Who wrote a lock or a user file, in enough detail to tell later whether they still live. */
export interface Holder {
  pid: number;
  host: string;
  startedAs: string;
}

/** A holder on another host can't be looked up, so it counts as alive while it has touched its file this recently. */
const FOREIGN_SILENCE_MS = 30_000;
/** How often a holder touches its file. */
export const HEARTBEAT_MS = 5_000;

export function currentHolder(): Holder {
  return { pid: process.pid, host: hostname(), startedAs: processIdentity(process.pid) ?? "unknown" };
}

/** Null when the file is gone or holds something else than a holder. */
export function readHolder(file: string): Holder | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isHolder(value) ? value : null;
  } catch {
    return null;
  }
}

function isHolder(value: unknown): value is Holder {
  if (typeof value !== "object" || value === null) return false;
  const candidate = value as Record<string, unknown>;
  return (
    typeof candidate.pid === "number" && typeof candidate.host === "string" && typeof candidate.startedAs === "string"
  );
}

/**
 * Whether whoever wrote the file still runs. A file that can't be read is somebody in the middle of writing it,
 * until it is old.
 */
export function holderIsAlive(file: string): boolean {
  const holder = readHolder(file);
  if (holder === null || holder.host !== hostname()) return ageMs(file) < FOREIGN_SILENCE_MS;
  return processIdentity(holder.pid) === holder.startedAs;
}

function ageMs(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
