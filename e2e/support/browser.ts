import type { LaunchOptions } from "playwright/test";

/**
 * How the browser is started: the one that CHROMIUM_PATH names, else Playwright's own. It must call nobody but us;
 * without these switches it looks up its maker's servers at every start.
 */
export function launchOptions(): LaunchOptions {
  return {
    executablePath: process.env.CHROMIUM_PATH || undefined,
    args: [
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-dev-shm-usage",
      // Its sandbox refuses to run as root.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ],
  };
}
