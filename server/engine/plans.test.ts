import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSystem, type TestSystem } from "./testing/start-system";

interface Statement {
  text: string;
  values: unknown[];
}
interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  Plans?: Plan[];
}

const statements = new Map<string, Statement>();
let system: TestSystem;

/** Notes every named statement of the process while the system works; each is prepared by its name, as on hot paths. */
async function recordStatements(work: () => Promise<void>): Promise<void> {
  const original = pg.Client.prototype.query;
  const recording = function (this: pg.Client, ...given: unknown[]): unknown {
    const [query, apart] = given;
    if (typeof query === "object" && query !== null && "name" in query && "text" in query) {
      const { name, text, values } = query as { name: string; text: string; values?: unknown[] };
      statements.set(name, { text, values: values ?? (Array.isArray(apart) ? apart : []) });
    }
    return Reflect.apply(original, this, given);
  };
  Reflect.set(pg.Client.prototype, "query", recording);
  try {
    await work();
  } finally {
    Reflect.set(pg.Client.prototype, "query", original);
  }
}

beforeAll(async () => {
  await recordStatements(async () => {
    system = await startSystem({ sandbox: { imageMode: "tiny" } });
    const ids = await Promise.all([
      system.submit({ provider: "scenario", idempotencyKey: "a" }),
      system.submit({ provider: "scenario", idempotencyKey: "a" }),
      system.submit({ provider: "comfyui" }),
      system.submit({ provider: "comfyui", prompt: "x [fault:failure]" }),
      system.submit({ provider: "comfyui", prompt: "x [fault:accept_then_reset*1]" }),
      system.submit({ provider: "scenario", prompt: "x [fault:accept_then_reset*1]" }),
    ]);
    await system.cancel(await system.submit({ provider: "comfyui", prompt: "x [fault:never_finishes]" }));
    for (const id of ids) await system.ended(id);
    await system.stopWork();
  });
  await fill();
});
afterAll(() => system.stop());

/** 40,000 that have ended, 5,000 that are open at a provider, 2,000 in the queue, with all that belongs to them. */
async function fill(): Promise<void> {
  const run = (sql: string) => system.pool.query(sql);
  await run(`insert into generations (id, environment, scope, body_hash, source, operation, state, provider, revision,
      fallback_allowed, attempt_count, created_at, deadline_at, finished_at, next_at)
    select gen_random_uuid(), 'sandbox', 'key:load', 'x', 'api', 'txt2img',
      case when n <= 40000 then 'succeeded' when n <= 45000 then 'running' else 'queued' end,
      case when n % 2 = 0 then 'scenario' else 'comfyui' end, 1, true, 1,
      now() - (47000 - n) * interval '1 second', now() + interval '1 hour',
      case when n <= 40000 then now() - (47000 - n) * interval '1 second' + interval '5 seconds' end,
      case when n <= 45000 then now() + (n % 60) * interval '1 second' else now() - interval '1 second' end
    from generate_series(1, 47000) n`);
  await run(`insert into generation_requests (generation_id, params, sticky_key, receipt, caller)
    select id, '{}', id::text, '{}', 'load' from generations where scope = 'key:load'`);
  await run("alter table attempts disable trigger user");
  await run(`insert into attempts (id, generation_id, number, environment, provider, reason, revision, receipt, state, job_id, worker_id,
      created_at, deadline_at, submitted_at, finished_at, delay_ms, execution_ms)
    select gen_random_uuid(), id, 1, environment, provider, 'primary', 1, '{}', case when finished_at is null then 'submitted' else 'succeeded' end,
      'job-' || id, 'worker-' || (random() * 20)::int, created_at, deadline_at, created_at, finished_at, 100, 4000
    from generations where scope = 'key:load'`);
  await run("alter table attempts enable trigger user");
  await run(`insert into generation_events (generation_id, kind, terminal) select id, 'succeeded', true from generations
    where scope = 'key:load' and finished_at is not null`);
  await run(`insert into images (id, generation_id, role, position, sha256, mime_type, width, height, size_bytes, location, object_key)
    select gen_random_uuid(), id, 'output', 0, md5(id::text), 'image/png', 512, 512, 1000, 'disk', id::text from generations
    where scope = 'key:load' and finished_at is not null`);
  await run(`insert into cost_lines (generation_id, attempt_id, environment, provider, kind, cost_micros)
    select generation_id, id, environment, provider, 'generation', 1 from attempts where finished_at is not null`);
  await run("vacuum analyze");
}

const BIG = new Set(["generations", "generation_requests", "attempts", "generation_events", "cost_lines", "images"]);

function scansOf(plan: Plan): string[] {
  const own =
    plan["Node Type"] === "Seq Scan" && BIG.has(plan["Relation Name"] ?? "") ? [plan["Relation Name"] ?? ""] : [];
  return [...own, ...(plan.Plans ?? []).flatMap(scansOf)];
}

/** As SQL text: EXPLAIN takes no parameters. */
function toLiteral(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map((entry) => JSON.stringify(entry)).join(",")}}`);
  return pg.escapeLiteral(typeof value === "string" ? value : JSON.stringify(value));
}

it("no statement of the hot paths reads a big table from end to end, with custom and with generic plans", async () => {
  const names = [
    "accept",
    "claim-queued",
    "claim-due",
    "claim-overdue",
    "write-intents",
    "record-submitted",
    "record-wait",
  ];
  names.push("record-storing", "finish", "census", "due-lanes", "renew-leases", "release-leases", "find-orphans");
  names.push("fall-back-from-queue", "runs-on-worker", "job-taken", "read-earlier", "find-existing");
  const seen = [...statements.keys()];
  expect(names.filter((name) => !seen.includes(name) && name !== "renew-leases")).toEqual([]);

  const found: string[] = [];
  const client = await system.connect();
  try {
    for (const [name, { text, values }] of statements) {
      if (!/^\s*(with|select|insert|update|delete)/i.test(text)) continue;
      await client.query(`prepare statement as ${text}`);
      const given = values.length > 0 ? `(${values.map(toLiteral).join(", ")})` : "";
      for (const kind of ["custom", "generic"]) {
        await client.query(`set plan_cache_mode = force_${kind}_plan`);
        const { rows } = await client.query<{ "QUERY PLAN": { Plan: Plan }[] }>(
          `explain (format json) execute statement${given}`,
        );
        const [plan] = rows[0]?.["QUERY PLAN"] ?? [];
        for (const table of plan ? scansOf(plan.Plan) : ["?"]) found.push(`${name} (${kind}): ${table}`);
      }
      await client.query("deallocate statement");
    }
  } finally {
    client.release();
  }
  expect(found).toEqual([]);
});

// A plan of the settling statement takes the server longer to make than all its rows take to write.
it("statements that write what a step came to are not planned anew at every call", async () => {
  const client = await system.connect();
  const again: string[] = [];
  try {
    await client.query("set plan_cache_mode = auto");
    for (const name of ["finish", "record-submitted", "record-wait", "record-storing"]) {
      const { text = "", values = [] } = statements.get(name) ?? {};
      await client.query(`prepare statement as ${text}`);
      // The server makes a plan for the very values five times before it compares.
      for (let call = 0; call < 8; call++)
        await client.query(`explain execute statement(${values.map(toLiteral).join(", ")})`);
      const { rows } = await client.query<{ n: string }>(
        "select generic_plans as n from pg_prepared_statements where name = 'statement'",
      );
      if (Number(rows[0]?.n) < 3) again.push(name);
      await client.query("deallocate statement");
    }
  } finally {
    await client.query("reset plan_cache_mode");
    client.release();
  }
  expect(again).toEqual([]);
});
