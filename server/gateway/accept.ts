import type pg from "pg";
import type { DecisionReceipt, RoutingRevision } from "@/server/domain/decision";
import { newId } from "@/server/domain/ids";
import type { ProviderId } from "@/server/domain/vocabulary";
import { createBatcher } from "@/server/engine/batcher";
import { isRefusedByDatabase } from "@/server/engine/database-errors";
import { debugPoint } from "@/server/engine/debug-points";
import type { StoredInput, SubmitInput } from "./types";

/** A checked request, ready to be accepted. */
export interface Acceptance {
  input: SubmitInput & { image: StoredInput | null };
  bodyHash: string;
  fallbackAllowed: boolean;
  stickyKey: string | null;
  decide(revision: RoutingRevision, stickyKey: string): DecisionReceipt;
  deadlineMs(receipt: DecisionReceipt): number;
}

export type Accepted =
  | { kind: "created"; id: string; receipt: DecisionReceipt }
  /** The same key was used before: its generation, and what it was asked. */
  | { kind: "existing"; id: string; bodyHash: string }
  /** The route ends at a provider that cannot serve it. */
  | { kind: "refused"; provider: ProviderId };

// One statement: everything that acceptance means, or nothing. A row whose revision is not the one in force any more
// is left out and decided again; a row whose idempotency key is taken is left out and looked up.
const ACCEPT = `with i as (
    select x.* from jsonb_to_recordset($1::jsonb) as x(id uuid, environment text, scope text, idempotency_key text, body_hash text,
      source text, operation text, provider text, forced_provider text, revision int, fallback_allowed boolean, deadline_ms float8,
      params jsonb, prompt text, sticky_key text, input jsonb, receipt jsonb, caller text)
    join environments e on e.name = x.environment and e.current_revision = x.revision),
  g as (insert into generations (id, environment, scope, idempotency_key, body_hash, source, operation, provider, forced_provider,
      revision, fallback_allowed, deadline_at)
    select id, environment, scope, idempotency_key, body_hash, source, operation, provider, forced_provider, revision, fallback_allowed,
      clock_timestamp() + make_interval(secs => deadline_ms / 1000) from i
    on conflict (scope, idempotency_key) where idempotency_key is not null do nothing returning id),
  q as (insert into generation_requests (generation_id, params, prompt, sticky_key, input_sha256, receipt, caller)
    select id, params, prompt, sticky_key, input ->> 'sha256', receipt, caller from i where id in (select id from g)),
  m as (insert into images (id, generation_id, role, position, sha256, mime_type, width, height, size_bytes, location, object_key, disk_id)
    select (input ->> 'id')::uuid, id, 'input', 0, input ->> 'sha256', input ->> 'mimeType', (input ->> 'width')::int,
      (input ->> 'height')::int, (input ->> 'sizeBytes')::int, input ->> 'location', input ->> 'objectKey', input ->> 'diskId'
    from i where input is not null and id in (select id from g)),
  e as (insert into generation_events (generation_id, kind, data)
    select id, 'accepted', jsonb_build_object('provider', provider, 'revision', revision, 'rule', receipt ->> 'rule')
    from i where id in (select id from g))
  select i.id, i.id in (select id from g) as created from i`;

interface Row {
  id: string;
  acceptance: Acceptance;
  receipt: DecisionReceipt;
  stickyKey: string;
}

export interface Acceptor {
  accept(acceptance: Acceptance): Promise<Accepted>;
  /** The generation that already has this key, if any: what `accept` would find. */
  existing(scope: string, idempotencyKey: string): Promise<{ id: string; bodyHash: string } | null>;
  /** The revision as last read; `accept` checks that it is still in force. */
  revisionOf(environment: string): Promise<RoutingRevision>;
}

/**
 * Accepts requests, many in one commit. The decision is made on the revision as last read and holds only if it is
 * still in force when the row is written, which the statement itself checks; so the revision may be remembered here.
 */
export function createAcceptor(pool: pg.Pool, beforeAccept?: () => Promise<void> | undefined): Acceptor {
  const revisions = new Map<string, RoutingRevision>();

  async function revisionOf(environment: string): Promise<RoutingRevision> {
    const known = revisions.get(environment);
    if (known) return known;
    const { rows } = await pool.query<RoutingRevision>({
      name: "accept-revision",
      text: `select r.number, r.candidate_share_bp as "candidateShareBp", r.salt
        from environments e join rollout_revisions r on r.environment = e.name and r.number = e.current_revision where e.name = $1`,
      values: [environment],
    });
    const revision = rows[0];
    if (!revision) throw new Error(`environment ${environment} has no revision`);
    revisions.set(environment, revision);
    return revision;
  }

  async function write(rows: Row[]): Promise<Map<string, boolean>> {
    const { rows: answers } = await pool.query<{ id: string; created: boolean }>({
      name: "accept",
      text: ACCEPT,
      values: [JSON.stringify(rows.map(toColumns))],
    });
    return new Map(answers.map((answer) => [answer.id, answer.created]));
  }

  async function acceptAll(acceptances: Acceptance[]): Promise<Accepted[]> {
    await beforeAccept?.();
    const results = new Map<Acceptance, Accepted>();
    let open = acceptances;
    for (let round = 0; open.length > 0; round++) {
      if (round > 20) throw new Error("the rollout changes faster than requests can be accepted");
      const rows: Row[] = [];
      // Refused by a revision that is remembered and that nothing has checked: asked again by a fresh one.
      const doubtful: Acceptance[] = [];
      for (const acceptance of open) {
        const id = newId();
        const stickyKey = acceptance.stickyKey ?? id;
        const receipt = acceptance.decide(await revisionOf(acceptance.input.environment), stickyKey);
        if (receipt.rule === "not_available" && round === 0) doubtful.push(acceptance);
        else if (receipt.rule === "not_available")
          results.set(acceptance, { kind: "refused", provider: receipt.provider });
        else rows.push({ id, acceptance, stickyKey, receipt });
      }
      const answers = rows.length > 0 ? await write(rows) : new Map<string, boolean>();
      const taken: Row[] = [];
      const stale = doubtful;
      for (const row of rows) {
        const created = answers.get(row.id);
        if (created === true) results.set(row.acceptance, { kind: "created", id: row.id, receipt: row.receipt });
        else if (created === false) taken.push(row);
        else stale.push(row.acceptance);
      }
      const keys = taken.map(({ acceptance: { input } }) => ({
        scope: input.principal.scope,
        idempotencyKey: input.idempotencyKey,
      }));
      const existing = await findExisting(pool, keys);
      for (const [index, { acceptance }] of taken.entries()) {
        const key = keys[index];
        const found = key && existing.get(keyOf(key));
        if (!found) throw new Error("an idempotency key was taken and has no generation");
        results.set(acceptance, { kind: "existing", ...found });
      }
      if (stale.length > 0) revisions.clear();
      open = stale;
    }
    return acceptances.map((acceptance) => {
      const result = results.get(acceptance);
      if (!result) throw new Error("an acceptance was lost"); // every one is created, taken or stale
      return result;
    });
  }

  const accept = createBatcher(acceptAll, { maxSize: 64, maxParallel: 4, isolate: isRefusedByDatabase });
  return {
    revisionOf,
    async existing(scope, idempotencyKey) {
      const key = { scope, idempotencyKey };
      return (await findExisting(pool, [key])).get(keyOf(key)) ?? null;
    },
    async accept(acceptance) {
      await debugPoint("accept.before");
      const accepted = await accept(acceptance);
      await debugPoint("accept.committed");
      return accepted;
    },
  };
}

interface Existing {
  id: string;
  bodyHash: string;
}

interface Key {
  scope: string;
  idempotencyKey: string | null;
}

const keyOf = ({ scope, idempotencyKey }: Key) => JSON.stringify([scope, idempotencyKey]);

/** The generations of these keys, by `keyOf`. */
async function findExisting(pool: pg.Pool, keys: Key[]): Promise<Map<string, Existing>> {
  if (keys.length === 0) return new Map();
  const { rows } = await pool.query<Existing & Key>({
    name: "find-existing",
    text: `select g.id, g.body_hash as "bodyHash", g.scope, g.idempotency_key as "idempotencyKey"
      from unnest($1::text[], $2::text[]) as k(scope, key) join generations g on g.scope = k.scope and g.idempotency_key = k.key`,
    values: [keys.map((key) => key.scope), keys.map((key) => key.idempotencyKey)],
  });
  return new Map(rows.map(({ id, bodyHash, ...key }) => [keyOf(key), { id, bodyHash }]));
}

function toColumns({ id, acceptance, receipt, stickyKey }: Row): Record<string, unknown> {
  const { input } = acceptance;
  return {
    id,
    environment: input.environment,
    scope: input.principal.scope,
    idempotency_key: input.idempotencyKey,
    body_hash: acceptance.bodyHash,
    source: input.source,
    operation: input.params.operation,
    provider: receipt.provider,
    forced_provider: input.provider,
    revision: receipt.revision,
    fallback_allowed: acceptance.fallbackAllowed,
    deadline_ms: acceptance.deadlineMs(receipt),
    params: input.params,
    prompt: input.params.prompt,
    sticky_key: stickyKey,
    input: input.image ? toInputColumns(input.image) : null,
    receipt,
    caller: input.principal.name,
  };
}

function toInputColumns(image: StoredInput): Record<string, unknown> {
  const { sha256, mimeType, width, height, sizeBytes, location, objectKey, diskId } = image;
  return { id: newId(), sha256, mimeType, width, height, sizeBytes, location, objectKey, diskId };
}
