import { test as base } from "playwright/test";
import { collectConsoleFaults } from "./console-faults";
import { type RunningSwitchyard, startSwitchyard } from "./switchyard";

interface PerTest {
  /** What the browser complained about during the test; every test ends with this list empty. */
  consoleFaults: string[];
}

interface PerWorker {
  /** One Switchyard for all tests of a worker: its environment is the sandbox. */
  switchyard: RunningSwitchyard;
}

/** Playwright's test with a running Switchyard, at whose address `page.goto("/…")` points. */
export const test = base.extend<PerTest, PerWorker>({
  switchyard: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from this pattern
    async ({}, use) => {
      const switchyard = await startSwitchyard();
      await use(switchyard);
      await switchyard.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  baseURL: async ({ switchyard }, use) => use(switchyard.url),
  consoleFaults: async ({ page }, use) => use(collectConsoleFaults(page)),
});
