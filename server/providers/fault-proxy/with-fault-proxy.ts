import type { ProvokedFault } from "@/server/domain/generation-request";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import type { ImageProvider, JobState } from "../types";
import { type FaultProxyServer, faultOfJob, startFaultProxy } from "./server";

export const NO_SUCH_MODEL = "switchyard-checklist-no-such-model.safetensors";

/** An adapter of the same provider at another address; `checkpoint` is the model that it asks for. */
export type AdapterAt = (baseUrl: string, checkpoint: string | null) => ImageProvider;

export interface FaultProxied {
  provider: ImageProvider;
  close(): Promise<void>;
}

/**
 * The provider, with a detour: a request that names a provoked fault, and every job that came of one, goes to a fault
 * proxy on loopback instead, through an adapter like the provider's own. So the testing checklist sends a real
 * generation the whole way, and the provider, which would bill a worker for it, never hears of it. The proxy is
 * started when it is first needed.
 */
export function withFaultProxy(provider: ImageProvider, adapterAt: AdapterAt): FaultProxied {
  let starting: Promise<FaultProxyServer> | null = null;
  const start = () =>
    startFaultProxy(provider.id, NO_SUCH_MODEL).catch((error: unknown) => {
      // Not for ever: a port may be free the next time.
      starting = null;
      throw error;
    });
  const adapterFor = async (fault: ProvokedFault) => {
    starting ??= start();
    return adapterAt((await starting).baseUrl(fault), fault === "missing_model" ? NO_SUCH_MODEL : null);
  };
  const jobAdapter = async (jobId: string) => {
    const fault = faultOfJob(jobId);
    return fault === null ? null : adapterFor(fault);
  };
  return {
    provider: {
      ...provider,
      async submit({ provokedFault, ...request }, options) {
        if (!provokedFault) return provider.submit(request, options);
        // Nobody outside can call back about a job that only this machine knows.
        const taken = await (await adapterFor(provokedFault)).submit(request, { ...options, webhookUrl: null });
        const said = `sent to the testing checklist's fault proxy and not to ${PROVIDER_NAMES[provider.id]}`;
        return { ...taken, warnings: [...taken.warnings, said] };
      },
      async check(jobId, options) {
        const proxied = await jobAdapter(jobId);
        return proxied ? unbilled(await proxied.check(jobId, options)) : provider.check(jobId, options);
      },
      async cancel(jobId, options) {
        return ((await jobAdapter(jobId)) ?? provider).cancel(jobId, options);
      },
    },
    async close() {
      const started = await starting?.catch(() => null);
      await started?.close();
    },
  };
}

/** What Scenario leaves open for a cancelled job is known here: no provider had it. */
function unbilled(state: JobState): JobState {
  return state.phase === "failed" || state.phase === "cancelled" ? { ...state, billedUnits: 0 } : state;
}
