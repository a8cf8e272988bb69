import { EventEmitter } from "node:events";

/**
 * Who in this process waits for news of which generation. A hint only: another instance's changes do not pass here,
 * so watchers also look at the database on their own.
 */
const holder = globalThis as typeof globalThis & { __switchyardChanges?: EventEmitter };

function emitter(): EventEmitter {
  if (!holder.__switchyardChanges) {
    holder.__switchyardChanges = new EventEmitter();
    holder.__switchyardChanges.setMaxListeners(0);
  }
  return holder.__switchyardChanges;
}

export function announceChange(generationId: string): void {
  emitter().emit(generationId);
}

/** Calls back on every local change of the generation until the returned function is called. */
export function onChange(generationId: string, listener: () => void): () => void {
  emitter().on(generationId, listener);
  return () => {
    emitter().off(generationId, listener);
  };
}
