import type { Config } from "@/server/config";
import { SANDBOX_ENVIRONMENT } from "@/server/domain/vocabulary";
import { onSameEndpoint } from "./same-endpoint";

/** The GPU type that an environment's endpoint is priced by. Known also while the sandbox does not run. */
export function gpuTypeOf(config: Pick<Config, "providerSettings" | "sandbox">, environment: string): string {
  const isAway = environment === SANDBOX_ENVIRONMENT && config.sandbox === null;
  // Every other name gives the settings that the sandbox's are made from.
  return config.providerSettings(isAway ? "" : environment).comfyui.gpuType;
}

/** What of the configuration the costs of an environment are told by. */
export function pricedBy(
  config: Pick<Config, "environments" | "providerSettings" | "sandbox" | "r2">,
  environment: string,
) {
  return {
    gpuType: gpuTypeOf(config, environment),
    storagePlace: config.r2 === null ? ("disk" as const) : ("r2" as const),
    billedWith: onSameEndpoint(config, environment)[0] ?? environment,
  };
}
