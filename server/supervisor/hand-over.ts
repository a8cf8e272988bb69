import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { processIdentity } from "@/db/embedded/process-identity";

const PARTS = ["sandbox", "server"] as const;
export type HandedOver = (typeof PARTS)[number];

interface Note {
  pid: number;
  identity: string | null;
  value: string;
}

/**
 * Leaves word in the data folder of what runs on it, for the CLI: the sandbox's connection, the server's address.
 * Readable by the owner only. With several supervisors on one folder the last one's word stands.
 */
export function handOver(dataDir: string, part: HandedOver, value: string): void {
  mkdirSync(dataDir, { recursive: true });
  const file = fileOf(dataDir, part);
  const draft = `${file}.${process.pid}`;
  const note: Note = { pid: process.pid, identity: processIdentity(process.pid), value };
  writeFileSync(draft, JSON.stringify(note), { mode: 0o600 });
  renameSync(draft, file);
}

/** What a living supervisor left; null when there is none, also when it was killed and could not take its word back. */
export function handedOver(dataDir: string, part: HandedOver): string | null {
  const note = read(fileOf(dataDir, part));
  return note !== null && note.identity !== null && processIdentity(note.pid) === note.identity ? note.value : null;
}

/** Removes this process's own notes. */
export function takeBack(dataDir: string): void {
  for (const part of PARTS) {
    const file = fileOf(dataDir, part);
    if (read(file)?.pid === process.pid) rmSync(file, { force: true });
  }
}

function fileOf(dataDir: string, part: HandedOver): string {
  return join(dataDir, `${part}.json`);
}

function read(file: string): Note | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Note;
  } catch {
    return null;
  }
}
