import { ROLES, type Role } from "@/server/domain/vocabulary";
import type { Principal } from "@/server/gateway/types";
import { type Auth, SESSION_MAX_MS } from "./create-auth";

export interface Session {
  principal: Principal;
  user: { id: string; name: string; email: string; role: Role };
  /** Latest end, however often it is used. */
  endsAtMs: number;
}

/**
 * Whose session the cookie is; null: nobody's (no cookie, a forged one, one that has ended). Throws only when the
 * database cannot be asked: then nobody is let in.
 */
export async function sessionFromHeaders(auth: Auth, headers: Headers, nowMs: number): Promise<Session | null> {
  if (!headers.has("cookie")) return null;
  const found = await auth.api.getSession({ headers });
  if (!found) return null;
  const endsAtMs = found.session.createdAt.getTime() + SESSION_MAX_MS;
  if (endsAtMs <= nowMs) {
    const context = await auth.$context;
    await context.internalAdapter.deleteSession(found.session.token);
    return null;
  }
  const { id, name, email } = found.user;
  const role = ROLES.find((known) => known === found.user.role);
  if (!role) return null;
  return {
    principal: { scope: `user:${id}`, name: email, kind: "user", role, scopes: [], environment: null },
    user: { id, name, email, role },
    endsAtMs,
  };
}
