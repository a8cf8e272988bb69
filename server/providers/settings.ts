import type { Secret } from "@/server/domain/secret";

/** Scenario's two generations of its API: `custom` is current, `legacy` for integrations that are still on it. */
export const SCENARIO_APIS = ["custom", "legacy"] as const;
export type ScenarioApi = (typeof SCENARIO_APIS)[number];

/**
 * What the endpoint's image brings for background removal. The stock image has nothing (`none`), and a missing
 * node fails only when a paid worker has started, so this is told by configuration and never found out by trial.
 */
export const BACKGROUND_REMOVALS = ["none", "core", "rmbg", "birefnet-rmbg", "inspyrenet", "rembg"] as const;
export type BackgroundRemoval = (typeof BACKGROUND_REMOVALS)[number];

export interface ScenarioSettings {
  /** With the version in its path, without a slash at its end. */
  baseUrl: string;
  apiKey: Secret | null;
  secret: Secret | null;
  api: ScenarioApi;
  /** Scopes every call where set; needed by keys that see several projects. */
  projectId: string | null;
  /** Model ids by operation; null takes the default of the chosen API. */
  models: { txt2img: string | null; img2img: string | null; removeBackground: string | null };
}

export interface ComfyuiSettings {
  /** The job plane with `/v2`, without the endpoint's id. Not the management host: they differ in `.ai` and `.io`. */
  baseUrl: string;
  /** Management REST with `/v2`. */
  managementUrl: string;
  apiKey: Secret | null;
  endpointId: string | null;
  checkpoint: string;
  /** RunPod's name of the endpoint's GPU, for example `NVIDIA GeForce RTX 4090`; prices are keyed by it. */
  gpuType: string;
  backgroundRemoval: BackgroundRemoval;
  /** Paths of the operator's own workflows in API format, with named slots; null takes the built-in one. */
  workflowFiles: { txt2img: string | null; img2img: string | null; removeBackground: string | null };
  /** Absent: the provider's clock runs as ours does. */
  clock?: ProviderClock;
}

/** A sandbox's clock that left ours at `startedAtMs` and runs `factor` times as fast. */
export interface ProviderClock {
  factor: number;
  startedAtMs: number;
}

export interface ProviderSettings {
  scenario: ScenarioSettings;
  comfyui: ComfyuiSettings;
}

/** What holds where the operator says nothing. */
export const PROVIDER_DEFAULTS = {
  scenario: {
    baseUrl: "https://api.cloud.scenario.com/v1",
    api: "custom",
    models: {
      custom: {
        txt2img: "model_bfl-flux-1-dev",
        img2img: "model_bfl-flux-1-dev",
        removeBackground: "model_birefnet-background-removal",
      },
      // The dedicated route names no model; this word keys its price.
      legacy: { txt2img: "flux.1-dev", img2img: "flux.1-dev", removeBackground: "remove-background" },
    },
  },
  comfyui: {
    baseUrl: "https://api.runpod.ai/v2",
    managementUrl: "https://api.runpod.io/v2",
    checkpoint: "flux1-dev-fp8.safetensors",
    gpuType: "NVIDIA GeForce RTX 4090",
    backgroundRemoval: "none",
  },
} as const;

/** The variables that a provider cannot do without, by the names of the rollout plan. */
export function missingVariables(settings: ProviderSettings, provider: "scenario" | "comfyui"): string[] {
  if (provider === "scenario") {
    const { apiKey, secret } = settings.scenario;
    return [...(apiKey ? [] : ["SCENARIO_API_KEY"]), ...(secret ? [] : ["SCENARIO_SECRET_API_KEY"])];
  }
  const { apiKey, endpointId } = settings.comfyui;
  return [...(apiKey ? [] : ["RUNPOD_API_KEY"]), ...(endpointId ? [] : ["RUNPOD_COMFYUI_ENDPOINT_ID"])];
}
