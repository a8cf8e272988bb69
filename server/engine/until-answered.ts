import type pg from "pg";
import { isPassing } from "./database-errors";

const AGAIN_MS = 250;
const FOR_MS = 15_000;

/**
 * Sends a statement until the database answers it, one way or the other: what a provider said must not be lost to a
 * restart of the database. Only for statements that may run twice. Gives up when the pool is closed.
 */
export async function untilAnswered<T>(pool: pg.Pool, send: () => Promise<T>, forMs = FOR_MS): Promise<T> {
  const givesUpAtMs = performance.now() + forMs;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!isPassing(error) || pool.ended || performance.now() > givesUpAtMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}
