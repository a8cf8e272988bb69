import { PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import type { RolloutDeps } from "./types";

/** Throws NOT_CONFIGURED naming the variables that the provider lacks. */
export function requireConfigured(deps: Pick<RolloutDeps, "config">, environment: string, provider: ProviderId): void {
  const missing = deps.config.missingVariables(environment, provider);
  if (missing.length === 0) return;
  const names = `${missing.join(" and ")} ${missing.length > 1 ? "are" : "is"} missing`;
  throw new AppError("NOT_CONFIGURED", `${PROVIDER_NAMES[provider]} is not configured: ${names}`);
}
