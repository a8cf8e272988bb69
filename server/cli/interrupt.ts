/** npm passes a terminal's Ctrl-C on to us, which the terminal has sent us already: the echo is not a second one. */
const ECHO_MS = 400;

/**
 * Calls `first` on the first SIGINT or SIGTERM and `second` on the next. Gives the function that ends it.
 */
export function onInterrupt(first: () => void, second: () => void, nowMs: () => number = Date.now): () => void {
  let atMs: number | null = null;
  const handle = () => {
    const now = nowMs();
    if (atMs === null) {
      atMs = now;
      first();
    } else if (now - atMs > ECHO_MS) second();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, handle);
  return () => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, handle);
  };
}
