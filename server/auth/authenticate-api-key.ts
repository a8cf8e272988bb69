import type { Database } from "@/db/client";
import { type ApiKeyRow, apiKeyById, touchApiKey } from "@/db/queries/api-keys";
import { AppError } from "@/server/errors";
import type { Principal } from "@/server/gateway/types";
import { hashApiKey, parseApiKey, sameHash } from "./api-key-format";

interface Known {
  row: Promise<ApiKeyRow | null>;
  /** Before the question was asked, so an answer is never older than this says. */
  askedAtMs: number;
  touchedAtMs: number;
}

interface State {
  known: Map<string, Known>;
  /** Keys revoked by this process: refused at once, also while an older answer is still on its way. */
  revoked: Set<string>;
}

/**
 * One indexed read a key and second, shared by all requests that come meanwhile: at 2,000 requests a second a read
 * for each would be a third of the gateway's statements. Another instance's revocation holds here within a second,
 * this one's at once.
 */
const FRESH_MS = 900;
const TOUCH_MS = 60_000;
const KNOWN_MAX = 10_000;

const holder = globalThis as typeof globalThis & { __switchyardApiKeys?: State };

function state(): State {
  holder.__switchyardApiKeys ??= { known: new Map(), revoked: new Set() };
  return holder.__switchyardApiKeys;
}

/** To be called after the revocation has committed. */
export function forgetApiKey(id: string): void {
  state().revoked.add(id);
  state().known.delete(id);
}

/**
 * Whose key it is. Throws UNAUTHORIZED, with the same words for a key that does not exist and one whose secret is
 * wrong, and the database's error when it cannot be asked: then nobody is let in.
 */
export async function principalFromApiKey(
  db: Database,
  authorization: string | null,
  nowMs: () => number,
): Promise<Principal> {
  if (!authorization) throw refused("an API key is required: Authorization: Bearer sy_…");
  const key = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  if (!key) throw refused("the Authorization header must be: Bearer sy_…");
  const parts = parseApiKey(key);
  if (!parts) throw refused("this is no API key of Switchyard, or it is mistyped");
  const known = lookUp(db, parts.id, nowMs());
  const row = await known.row;
  if (!row || !sameHash(row.hash, hashApiKey(key))) throw refused("this API key is not known here");
  if (row.revoked || state().revoked.has(row.id)) throw refused("this API key was revoked");
  if (row.expired) throw refused("this API key has expired");
  noteUse(db, row.id, known, nowMs());
  return {
    scope: `key:${row.id}`,
    name: row.name,
    kind: "api_key",
    role: null,
    scopes: row.scopes,
    environment: row.environment,
  };
}

function lookUp(db: Database, id: string, nowMs: number): Known {
  const { known } = state();
  const held = known.get(id);
  if (held && nowMs - held.askedAtMs < FRESH_MS) return held;
  // Strangers' made-up keys must not grow the map for ever; the oldest entry goes first.
  if (known.size >= KNOWN_MAX) known.delete(known.keys().next().value ?? "");
  const row = apiKeyById(db, id);
  const entry: Known = { row, askedAtMs: nowMs, touchedAtMs: held?.touchedAtMs ?? 0 };
  known.delete(id);
  known.set(id, entry);
  // A failed question is not an answer: the next request asks again.
  row.catch(() => {
    if (known.get(id) === entry) known.delete(id);
  });
  return entry;
}

function noteUse(db: Database, id: string, known: Known, nowMs: number): void {
  if (nowMs - known.touchedAtMs < TOUCH_MS) return;
  known.touchedAtMs = nowMs;
  // Only a note for people: that it failed must not fail the request.
  touchApiKey(db, id).catch(() => {});
}

function refused(message: string): AppError {
  return new AppError("UNAUTHORIZED", message);
}
