import { readFileSync } from "node:fs";
import { Secret } from "@/server/domain/secret";
import type { Operation, ProviderId } from "@/server/domain/vocabulary";
import { PROVIDER_IDS } from "@/server/domain/vocabulary";
import { AppError } from "@/server/errors";
import { refusedAddress } from "./address-rule";
import { createComfyuiProvider } from "./comfyui/adapter";
import type { Workflow } from "./comfyui/workflows/graph";
import { parseOperatorWorkflow } from "./comfyui/workflows/operator-workflow";
import { type FaultProxied, withFaultProxy } from "./fault-proxy/with-fault-proxy";
import { createGuardedAgent } from "./guarded-agent";
import { createHttpClient, type HttpSend, sendThrough } from "./http";
import { createRunpodManagement, type RunpodManagement } from "./runpod-management/api";
import { inOurTime } from "./runpod-management/in-our-time";
import { createScenarioProvider } from "./scenario/adapter";
import { type ComfyuiSettings, missingVariables, type ProviderSettings } from "./settings";
import type { ImageProvider } from "./types";

export interface ProviderRegistry {
  /** Null: not configured; `notConfigured` says what is missing. */
  get(id: ProviderId): ImageProvider | null;
  /** Names of the variables without which the provider cannot be called; empty when it can. */
  notConfigured(id: ProviderId): string[];
  /** Providers that can be called. */
  configured(): ImageProvider[];
  /** Settings, workers and bill of the candidate's endpoint; null: not configured. */
  readonly management: RunpodManagement | null;
  /** Closes the kept connections. */
  close(): Promise<void>;
}

/** No proxy, be it on loopback, is shown a real key. */
const NO_KEY = new Secret("fault-proxy");

/**
 * The providers of a process. Reads the operator's workflow files once; throws AppError NOT_CONFIGURED naming the
 * file and everything wrong with it. `send` is for tests.
 */
export function createProviders(
  settings: ProviderSettings,
  options: { send?: HttpSend; now?: () => number } = {},
): ProviderRegistry {
  const client = createHttpClient();
  const now = options.now ?? Date.now;
  const send = options.send ?? client.send;
  const guards = PROVIDER_IDS.map((id) => {
    const agent = createGuardedAgent({ allowLoopback: isLoopback(settings[id].baseUrl) });
    return { id, agent, send: options.send ?? sendThrough(agent) };
  });
  const elsewhere = (id: ProviderId) => guards.find((guard) => guard.id === id)?.send ?? send;
  const proxied: FaultProxied[] = [];
  const providers = new Map<ProviderId, ImageProvider>();
  const add = (...made: Parameters<typeof withFaultProxy>) => {
    const detour = withFaultProxy(...made);
    proxied.push(detour);
    providers.set(detour.provider.id, detour.provider);
  };

  const { apiKey, secret } = settings.scenario;
  if (apiKey && secret) {
    const options = { ...settings.scenario, apiKey, secret, send, sendElsewhere: elsewhere("scenario"), now };
    add(createScenarioProvider(options), (baseUrl, model) => {
      const models = model ? { txt2img: model, img2img: model, removeBackground: model } : options.models;
      return createScenarioProvider({ ...options, baseUrl, models, apiKey: NO_KEY, secret: NO_KEY });
    });
  }
  let management: RunpodManagement | null = null;
  const { apiKey: runpodKey, endpointId, managementUrl } = settings.comfyui;
  if (runpodKey && endpointId) {
    const options = {
      ...settings.comfyui,
      apiKey: runpodKey,
      endpointId,
      workflows: readWorkflows(settings.comfyui.workflowFiles),
      send,
      sendElsewhere: elsewhere("comfyui"),
      now,
    };
    add(createComfyuiProvider(options), (baseUrl, model) =>
      createComfyuiProvider({ ...options, baseUrl, checkpoint: model ?? options.checkpoint, apiKey: NO_KEY }),
    );
    management = createRunpodManagement({ baseUrl: managementUrl, endpointId, apiKey: runpodKey, send, now });
    if (settings.comfyui.clock) management = inOurTime(management, settings.comfyui.clock);
  }

  return {
    get: (id) => providers.get(id) ?? null,
    notConfigured: (id) => missingVariables(settings, id),
    configured: () => [...providers.values()],
    management,
    close: async () => {
      await Promise.all([
        client.close(),
        ...guards.map((guard) => guard.agent.destroy()),
        ...proxied.map((detour) => detour.close()),
      ]);
    },
  };
}

/** The sandbox's servers are on loopback, and so are the pictures that they point to. */
function isLoopback(baseUrl: string): boolean {
  const { hostname } = new URL(baseUrl);
  return (
    hostname === "localhost" ||
    (refusedAddress(hostname) !== null && refusedAddress(hostname, { allowLoopback: true }) === null)
  );
}

function readWorkflows(files: ComfyuiSettings["workflowFiles"]): Partial<Record<Operation, Workflow>> {
  const named: [Operation, string | null][] = [
    ["txt2img", files.txt2img],
    ["img2img", files.img2img],
    ["remove_background", files.removeBackground],
  ];
  const workflows: Partial<Record<Operation, Workflow>> = {};
  for (const [operation, path] of named) {
    if (path === null) continue;
    try {
      workflows[operation] = parseOperatorWorkflow(readFileSync(path, "utf8"), operation, path);
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new AppError("NOT_CONFIGURED", `workflow for ${operation}: ${message}`, { cause });
    }
  }
  return workflows;
}
