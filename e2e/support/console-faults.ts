import type { Page } from "playwright/test";

/**
 * Collects what the browser complains about on a page: console errors and warnings, uncaught exceptions and requests
 * that failed. A test asserts that the list is empty, or names what it provoked.
 */
export function collectConsoleFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // What a page asked for when it was left is no fault.
    if (reason !== "net::ERR_ABORTED") faults.push(`request: ${request.method()} ${request.url()} ${reason}`);
  });
  return faults;
}
