import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createTestDatabase } from "@/db/testing/create-test-database";
import { runCli } from "./testing/run-cli";

it("prints a week, and refuses one that does not exist", { timeout: 240_000 }, async () => {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), "switchyard-review-"));
  const env = { DATABASE_URL: database.url, SWITCHYARD_DATA_DIR: folder, SWITCHYARD_SANDBOX: "off" };
  try {
    const printed = await runCli(["review", "--week", "2026-W47", "--zone", "UTC"], env);
    expect(printed.stdout).toContain(
      "# Week 47 (2026-W47), production\n\n2026-11-16 to 2026-11-22, UTC; not signed yet",
    );
    expect(printed.code).toBe(0);
    const refused = await runCli(["review", "--week", "2026-W54"], env);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("2026-W53");
  } finally {
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  }
});
