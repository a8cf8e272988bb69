import { type BrowserContext, expect, type Page, request } from "playwright/test";
import { type RunningSwitchyard, startSwitchyard } from "../support/switchyard";
import { test as base } from "../support/test";

export const ADMIN = { name: "Mira", email: "mira@example.com", password: "correct horse battery" };

/** Cold starts of most of a minute pass in seconds; everything is as slow as the machine otherwise. */
export const QUICK_SANDBOX = { SWITCHYARD_SANDBOX_OPTIONS: "--clock 10 --seed 7" };

type StorageState = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface PerWorker {
  switchyard: RunningSwitchyard;
  /** The first administrator's cookies. */
  session: StorageState;
}

/** A signed-in page on a Switchyard of its own. What the browser complains about fails the test. */
export const test = base.extend<{ cleanConsole: undefined }, PerWorker>({
  switchyard: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture needs from this pattern
    async ({}, use) => {
      const switchyard = await startSwitchyard({ env: QUICK_SANDBOX });
      await use(switchyard);
      await switchyard.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  session: [async ({ switchyard }, use) => use(await firstSession(switchyard)), { scope: "worker", timeout: 60_000 }],
  storageState: async ({ session }, use) => use(session),
  cleanConsole: [
    async ({ consoleFaults }, use) => {
      await use(undefined);
      expect(consoleFaults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Makes the first administrator of a fresh Switchyard; the cookies of being signed in. */
export async function firstSession(switchyard: RunningSwitchyard): Promise<StorageState> {
  const token = new URL(switchyard.setupUrl ?? "http://none/").searchParams.get("token");
  const api = await request.newContext({ baseURL: switchyard.url, extraHTTPHeaders: { origin: switchyard.url } });
  const answer = await api.post("/api/auth/setup", { data: { token, ...ADMIN } });
  expect(answer.status(), await answer.text()).toBe(200);
  const state = await api.storageState();
  await api.dispose();
  return state;
}

/** Asks for a generation as the signed-in person does, without the form; resolves with its id once it has ended. */
export async function makeGeneration(page: Page, input: Record<string, unknown>): Promise<string> {
  const origin = new URL(test.info().project.use.baseURL ?? page.url()).origin;
  const answer = await page.request.post("/api/trpc/generations.submit", {
    data: { environment: "sandbox", operation: "txt2img", ...input },
    headers: { origin },
  });
  expect(answer.status(), await answer.text()).toBe(200);
  const id: string = (await answer.json()).result.data.id;
  await expect
    .poll(() => stateOf(page, id), { message: `generation ${id} ends`, timeout: 60_000, intervals: [200, 500] })
    .toMatch(/^(succeeded|failed|cancelled)$/);
  return id;
}

export async function stateOf(page: Page, id: string): Promise<string> {
  const answer = await page.request.get(
    `/api/trpc/generations.get?input=${encodeURIComponent(JSON.stringify({ id }))}`,
  );
  return (await answer.json()).result.data.state;
}
