import { collectConsoleFaults } from "../support/console-faults";
import { startSwitchyard } from "../support/switchyard";
import { expect, firstSession, test } from "./console-test";
import { expectSound } from "./page-checks";

test("a provider without credentials says which variable is missing, and the other pane works", async ({
  browser,
  switchyard,
}) => {
  test.setTimeout(120_000);
  // Scenario's side of this worker's sandbox, as if it were the real one: no sandbox of its own, and no RunPod at all.
  const { urls } = await (await fetch(switchyard.sandboxControlUrl ?? "http://none/")).json();
  const half = await startSwitchyard({
    env: {
      SCENARIO_API_URL: `${urls.scenario}/v1`,
      SCENARIO_API_KEY: "api_sandbox",
      SCENARIO_SECRET_API_KEY: "sandbox-secret-000000000000",
    },
  });
  try {
    const context = await browser.newContext({ storageState: await firstSession(half), baseURL: half.url });
    const page = await context.newPage();
    const faults = collectConsoleFaults(page);
    await page.goto("/playground");
    const [scenario, comfyui] = ["Scenario", "ComfyUI"].map((name) => page.getByRole("region", { name, exact: true }));
    if (scenario === undefined || comfyui === undefined) throw new Error("there are two panes");
    const missing = /RUNPOD_API_KEY and RUNPOD_COMFYUI_ENDPOINT_ID/;
    await expect(comfyui).toContainText(missing);
    await expect(page.locator("html[data-hydrated]")).toBeAttached();
    await page.getByLabel("Prompt", { exact: true }).fill("a red fox in fresh snow");
    await page.getByRole("button", { name: /^Run/ }).click();
    await expect(comfyui).toContainText(missing);
    await expect(scenario.getByRole("img", { name: /^Generated picture/ })).toBeVisible({ timeout: 60_000 });
    await expectSound(page, "one provider");
    // Asked again by itself: the picture beside it stays, and is not made twice.
    const [made] = await scenario.getByRole("link", { name: "Open generation" }).all();
    const address = await made?.getAttribute("href");
    await comfyui.getByRole("button", { name: "Retry" }).click();
    await expect(comfyui).toContainText(missing);
    await expect(scenario.getByRole("link", { name: "Open generation" })).toHaveAttribute("href", address ?? "");
    await expect(page.getByRole("region", { name: "Last runs" }).getByRole("link")).toHaveCount(1);
    // The browser itself notes that an answer was a refusal.
    expect(faults.filter((fault) => !fault.includes("status of 503"))).toEqual([]);
    await context.close();
  } finally {
    await half.stop();
  }
});
