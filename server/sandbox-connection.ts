import { z } from "zod";
import { Secret } from "@/server/domain/secret";
import type { ProviderSettings } from "@/server/providers/settings";

/** The line that `server/sandbox/main.ts --json` prints: where it listens and what it lets in. */
export const sandboxConnectionSchema = z.object({
  urls: z.object({
    runpodJobs: z.string(),
    runpodManagement: z.string(),
    scenario: z.string(),
    scenarioCdn: z.string(),
    s3: z.string(),
    control: z.string(),
  }),
  credentials: z.object({
    runpodApiKey: z.string(),
    endpointId: z.string(),
    scenarioApiKey: z.string(),
    scenarioSecret: z.string(),
    s3AccessKeyId: z.string(),
    s3SecretAccessKey: z.string(),
    bucket: z.string(),
  }),
  /** Sandbox seconds per second: it reports in its own time. */
  clockFactor: z.number().positive().default(1),
  /** When its clock left ours; absent: not told. */
  clockStartedAtMs: z.number().optional(),
});
export type SandboxConnection = z.infer<typeof sandboxConnectionSchema>;

/**
 * Provider settings that point at the sandbox; models and workflows stay the operator's. The sandbox names its
 * origins, settings carry the version in the path as the real addresses do.
 */
export function sandboxProviderSettings(sandbox: SandboxConnection, real: ProviderSettings): ProviderSettings {
  const { clockFactor: factor, clockStartedAtMs: startedAtMs } = sandbox;
  return {
    scenario: {
      ...real.scenario,
      baseUrl: `${sandbox.urls.scenario}/v1`,
      apiKey: new Secret(sandbox.credentials.scenarioApiKey),
      secret: new Secret(sandbox.credentials.scenarioSecret),
      projectId: null,
    },
    comfyui: {
      ...real.comfyui,
      baseUrl: `${sandbox.urls.runpodJobs}/v2`,
      managementUrl: `${sandbox.urls.runpodManagement}/v2`,
      apiKey: new Secret(sandbox.credentials.runpodApiKey),
      endpointId: sandbox.credentials.endpointId,
      // The sandbox's endpoint carries the core background-removal nodes, so that every operation can be tried.
      backgroundRemoval: real.comfyui.backgroundRemoval === "none" ? "core" : real.comfyui.backgroundRemoval,
      ...(factor === 1 || startedAtMs === undefined ? {} : { clock: { factor, startedAtMs } }),
    },
  };
}
