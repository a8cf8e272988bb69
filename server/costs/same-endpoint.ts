import type { Config } from "@/server/config";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";

type Deps = Pick<Config, "environments" | "providerSettings" | "sandbox">;

/** The environments on an environment's endpoint, by the configuration alone: a bill is read also while nothing runs. */
export function onSameEndpoint(config: Deps, environment: string): string[] {
  if (environment === SANDBOX_ENVIRONMENT) return [environment];
  const { endpointId } = config.providerSettings(environment).comfyui;
  const others = config.environments.filter((other) => other !== SANDBOX_ENVIRONMENT);
  const shared = others.filter((other) => config.providerSettings(other).comfyui.endpointId === endpointId);
  return shared.includes(environment) ? shared : [environment];
}
