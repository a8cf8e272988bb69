import { test as base, type Page } from "playwright/test";
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
  context: async ({ context }, use) => {
    context.on("page", answersAfterLoading);
    await use(context);
  },
  consoleFaults: async ({ page }, use) => use(collectConsoleFaults(page)),
});

/** Makes `goto` and `reload` wait until the page answers: a key pressed while it is still only HTML is heard by nobody. */
function answersAfterLoading(page: Page): void {
  const hydrated = async () => {
    // A page that is not ours (a picture, an error of the server) has no main content and never says so.
    const ready = page.locator("html[data-hydrated], html:not(:has(main))").first();
    await ready.waitFor({ state: "attached", timeout: 30_000 });
  };
  const { goto, reload } = { goto: page.goto.bind(page), reload: page.reload.bind(page) };
  page.goto = async (...args) => {
    const answer = await goto(...args);
    await hydrated();
    return answer;
  };
  page.reload = async (...args) => {
    const answer = await reload(...args);
    await hydrated();
    return answer;
  };
}
