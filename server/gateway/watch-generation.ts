import type { GenerationVersion } from "@/db/queries/generations";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { isTerminal } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";

export interface WatchDeps {
  /** Versions of those that exist, in any order. */
  versions(ids: string[]): Promise<GenerationVersion[]>;
  detail(id: string): Promise<GenerationDetail>;
  /** Local news; another instance's changes are found by looking. Gives the function that ends it. */
  onChange(id: string, listener: () => void): () => void;
  /** Between two looks at the database, for up to 500 generations; more watched ones are looked at less often. */
  everyMs?: number;
}

export interface GenerationWatcher {
  /** The generation now and after every change, until it is terminal or the signal aborts (then it just ends). */
  watch(id: string, signal: AbortSignal): AsyncGenerator<GenerationDetail, void>;
  /** Ends every watch. */
  close(): void;
}

interface Waiter {
  version: string;
  wake(): void;
}

const PER_LOOK = 500;

/**
 * One look at the database serves every watcher of the process: 5,000 callers that wait cost one statement a tick,
 * not 5,000.
 */
export function createWatcher(deps: WatchDeps): GenerationWatcher {
  const everyMs = deps.everyMs ?? 250;
  const waiters = new Map<string, Set<Waiter>>();
  const watches = new Set<() => void>();
  let closed = false;
  let timer: NodeJS.Timeout | null = null;

  const schedule = () => {
    if (timer || waiters.size === 0 || closed) return;
    timer = setTimeout(() => void look(), everyMs * Math.max(1, Math.ceil(waiters.size / PER_LOOK)));
    timer.unref();
  };
  const look = async () => {
    try {
      for (const row of await deps.versions([...waiters.keys()])) {
        for (const waiter of waiters.get(row.id) ?? []) if (waiter.version !== row.version) waiter.wake();
      }
    } catch {
      // The database is away: watchers wait for the next look, and their own deadlines end them.
    } finally {
      timer = null;
      schedule();
    }
  };

  async function nextChange(id: string, version: string, since: Promise<void>, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiter: Waiter = { version, wake: resolve };
      const forId = waiters.get(id) ?? new Set();
      waiters.set(id, forId.add(waiter));
      schedule();
      const finish = () => {
        forId.delete(waiter);
        if (forId.size === 0 && waiters.get(id) === forId) waiters.delete(id);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      waiter.wake = finish;
      signal.addEventListener("abort", finish, { once: true });
      if (signal.aborted) finish();
      void since.then(finish);
    });
  }

  async function* watch(id: string, callerSignal: AbortSignal): AsyncGenerator<GenerationDetail, void> {
    // Not AbortSignal.any: its dependants pile up on a signal that lives as long as the process.
    const ending = new AbortController();
    const { signal } = ending;
    const end = () => ending.abort();
    callerSignal.addEventListener("abort", end, { once: true });
    if (callerSignal.aborted || closed) end();
    watches.add(end);
    let shown: string | null = null;
    try {
      while (!signal.aborted) {
        // Listening starts before the read: a change in between must not be slept through.
        let tell = () => {};
        const changed = new Promise<void>((resolve) => {
          tell = resolve;
        });
        const off = deps.onChange(id, tell);
        try {
          const detail = await read(id, shown !== null);
          if (detail && versionOf(detail) !== shown) {
            shown = versionOf(detail);
            yield detail;
          }
          if (detail && isTerminal(detail.state)) return;
          await nextChange(id, shown ?? "", changed, signal);
        } finally {
          off();
        }
      }
    } finally {
      watches.delete(end);
      callerSignal.removeEventListener("abort", end);
    }
  }

  /** Once a watcher has seen the generation, a database that is away for a moment must not end its watch. */
  async function read(id: string, mayFail: boolean): Promise<GenerationDetail | null> {
    try {
      return await deps.detail(id);
    } catch (error) {
      if (!mayFail || AppError.is(error)) throw error;
      return null;
    }
  }

  return {
    watch,
    close: () => {
      closed = true;
      for (const end of watches) end();
      if (timer) clearTimeout(timer);
    },
  };
}

/** The same string that `generationVersions` makes for the same rows. */
export function versionOf(detail: GenerationDetail): string {
  return `${detail.state}/${detail.events.at(-1)?.id ?? 0}`;
}
