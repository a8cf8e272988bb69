import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSystem, type TestSystem } from "./testing/start-system";

let system: TestSystem;
let client: pg.Client;
beforeAll(async () => {
  system = await startSystem({});
  client = new pg.Client(system.databaseUrl);
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await system.stop();
});

async function attemptOf(generationId: string): Promise<{ state: string; jobId: string | null } | undefined> {
  const { rows } = await client.query<{ state: string; jobId: string | null }>(
    `select state, job_id as "jobId" from attempts where generation_id = $1 order by number desc limit 1`,
    [generationId],
  );
  return rows[0];
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("the condition did not come true");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("a generation that ends its workers", () => {
  // Regression: its attempt stayed `submitted` for ever, and the money of its job was explained by nothing.
  it("is set aside, its job is cancelled, and its attempt is settled", async () => {
    const id = await system.submit({ prompt: "a fox [fault:never_finishes]", provider: "comfyui" });
    await until(async () => (await attemptOf(id))?.jobId != null);
    await client.query(
      "update generations set crash_count = 3, fence = fence + 1, lease_until = null, next_at = clock_timestamp() where id = $1",
      [id],
    );
    const ended = await system.ended(id);
    expect(ended).toMatchObject({ state: "failed", failureMode: "unknown", attemptCount: 1 });
    await until(async () => (await attemptOf(id))?.state === "orphan");
    const jobId = (await attemptOf(id))?.jobId ?? "";
    expect(system.sandbox.ledger.get(jobId)?.status).toBe("CANCELLED");
  });
});
