import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  test: {
    include: ["{app,components,server,db,e2e}/**/*.test.{ts,tsx}"],
    globalSetup: ["db/testing/global-setup.ts"],
    // Two cores and real databases. One more than cores, since most files wait for providers, leases and deadlines.
    maxWorkers: 3,
    // As in the browser: a second try only where the machine is shared.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
