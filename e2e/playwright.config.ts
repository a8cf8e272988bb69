import { defineConfig } from "playwright/test";
import { launchOptions } from "./support/browser";

export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  outputDir: "../test-results",
  // Each worker runs a whole Switchyard of its own, and two cores carry two.
  workers: 2,
  fullyParallel: false,
  // A test that only passes at the second try is a fault, here or in the product, and Playwright lists it as flaky. On
  // the shared machines of CI one hiccup must not cost the whole run.
  retries: process.env.CI ? 1 : 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json"]],
  use: {
    browserName: "chromium",
    launchOptions: launchOptions(),
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
