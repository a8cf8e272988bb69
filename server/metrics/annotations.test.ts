import { sql } from "drizzle-orm";
import { expect, it } from "vitest";
import { connect, POOL_LIMITS } from "@/db/client";
import { readAnnotations } from "@/db/queries/annotations";
import { createTestDatabase } from "@/db/testing/create-test-database";
import { addRevision } from "@/server/rollout/gates/testing/rows";

it("lists the newest 200 changes, the oldest first, and says how many older ones it leaves out", async () => {
  const database = await createTestDatabase();
  const { db, close } = connect({ url: database.url, name: "test", ...POOL_LIMITS.tool });
  try {
    const atMs = Date.UTC(2026, 10, 25);
    const span = { environment: "production", fromMs: atMs - 1_000, toMs: atMs + 3_600_000 };
    await addRevision(db, "production", { shareBp: 0, at: new Date(atMs - 5_000) });
    const add = (actions: string[], seconds: number) =>
      db.execute(sql`insert into audit_entries (seq, at, environment, actor, via, action, target, hash, previous_hash)
        select coalesce((select max(seq) from audit_entries), 0) + i, ${new Date(atMs)}::timestamptz + (${seconds} + i) * interval '1 second',
          'production', 'test', 'cli', (${sql.param(actions)}::text[])[1 + (i % ${actions.length})], 'x', '', ''
        from generate_series(1, ${actions.length}) i`);
    await add(["prices.changed", "endpoint.changed", "rollout.policy_changed", "user.created"], 0);
    expect(await readAnnotations(db, span)).toMatchObject({ listed: [{}, {}, {}], omitted: 0 });
    await add(Array<string>(250).fill("prices.changed"), 10);
    const { listed, omitted } = await readAnnotations(db, span);
    expect(listed).toHaveLength(200);
    expect(omitted).toBe(53);
    expect(listed.map((one) => one.atMs)).toEqual(listed.map((one) => one.atMs).sort((left, right) => left - right));
    expect(listed.at(-1)?.atMs).toBe(atMs + 260_000);
  } finally {
    await close();
    await database.drop();
  }
});
