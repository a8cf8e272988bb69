import type { ApiScope, Role } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { Principal } from "@/server/gateway/types";

const SCOPES_BY_ROLE: Record<Role, readonly ApiScope[]> = {
  viewer: ["read"],
  operator: ["read", "generate", "choose_provider", "report", "operate"],
  admin: ["read", "generate", "choose_provider", "report", "operate", "admin"],
};

/** A key may do what its scopes say and nothing else; a person what the role says. */
export function hasScope(principal: Principal, scope: ApiScope): boolean {
  if (principal.kind === "api_key") return principal.scopes.includes(scope);
  return principal.role !== null && SCOPES_BY_ROLE[principal.role].includes(scope);
}

/** Throws FORBIDDEN naming the scope that is missing. */
export function requireScope(principal: Principal, scope: ApiScope): void {
  if (hasScope(principal, scope)) return;
  const who = principal.kind === "api_key" ? "this API key lacks the scope" : "your role does not include";
  throw new AppError("FORBIDDEN", `${who} ${scope}`);
}

/** Throws FORBIDDEN when the principal is bound to another environment. */
export function requireEnvironment(principal: Principal, environment: string): void {
  if (principal.environment === null || principal.environment === environment) return;
  throw new AppError("FORBIDDEN", `this API key is for the environment ${principal.environment}, not ${environment}`);
}

/** The person at the command line of the machine itself: whoever runs it can read the database anyway. */
export function localPrincipal(name: string): Principal {
  return { scope: `local:${name}`, name, kind: "local", role: "admin", scopes: [], environment: null };
}
