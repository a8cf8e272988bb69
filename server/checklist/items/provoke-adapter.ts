import type { ChecklistRunRow } from "@/db/queries/checklist";
import type { Config } from "@/server/config";
import { Secret } from "@/server/domain/secret";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { createProviders } from "@/server/providers/registry";
import type { ProviderSettings } from "@/server/providers/settings";
import type { ImageProvider, ProviderRequest } from "@/server/providers/types";
import { startFaultProxy } from "../fault-proxy";
import { ItemFailure } from "../types";
import type { Provoked } from "./error-handling";
import { pictureParams } from "./params";

/** What provoking at an adapter needs of an item's context. */
export interface AdapterContext {
  deps: { config: Pick<Config, "providerSettings"> };
  run: Pick<ChecklistRunRow, "id" | "environment" | "provider">;
  signal: AbortSignal;
}

const CALL_MS = 20_000;
/** Of a provider that never answers; every call of an adapter ends by its caller's signal. */
const HANG_MS = 1_000;
const NO_SUCH_MODEL = "switchyard-checklist-no-such-model.safetensors";

const REQUEST: ProviderRequest = {
  ...pictureParams({ operation: "txt2img", prompt: "a small grey stone", width: 256, height: 256 }),
  seed: 1,
  image: null,
};

/** At the provider itself: a refused key costs nothing. A job that is taken all the same is cancelled. */
export async function provokeWrongKey(context: AdapterContext): Promise<Provoked> {
  const real = context.deps.config.providerSettings(context.run.environment);
  const wrong = new Secret("switchyard-checklist-wrong-key");
  const settings: ProviderSettings = {
    scenario: { ...real.scenario, secret: wrong },
    comfyui: { ...real.comfyui, apiKey: wrong },
  };
  const error = await failureOf(context, settings, async (provider) => {
    const { jobId } = await submit(context, provider, CALL_MS);
    const { cancelled } = await provider.cancel(jobId, { signal: AbortSignal.timeout(CALL_MS) });
    throw new ItemFailure(
      `a wrong key was accepted, and job ${jobId} was ${cancelled ? "cancelled" : "not cancelled"}`,
    );
  });
  return { where: "provider", mode: error.mode, words: error.message, ...spent(error.maybeSent) };
}

/** At a fault proxy: the real endpoint would start a paid worker to find out. */
export async function provokeMissingModel(context: AdapterContext): Promise<Provoked> {
  return atProxy(context, "missing_model", async (provider) => {
    const { jobId } = await submit(context, provider, CALL_MS);
    const state = await provider.check(jobId, { signal: within(context, CALL_MS) });
    if (state.phase === "failed") throw state.error;
    throw new ItemFailure(`a job without its model came back as ${state.phase}`);
  });
}

/** At a fault proxy: a real job that never ends is billed until somebody ends it. */
export async function provokeTimeout(context: AdapterContext): Promise<Provoked> {
  return atProxy(context, "hang", (provider) => submit(context, provider, HANG_MS));
}

async function atProxy(
  context: AdapterContext,
  fault: "missing_model" | "hang",
  work: (provider: ImageProvider) => Promise<unknown>,
): Promise<Provoked> {
  const real = context.deps.config.providerSettings(context.run.environment);
  const proxy = await startFaultProxy(fault, context.run.provider, NO_SUCH_MODEL);
  try {
    const settings: ProviderSettings = {
      scenario: { ...real.scenario, baseUrl: proxy.url },
      comfyui: { ...real.comfyui, baseUrl: proxy.url, checkpoint: NO_SUCH_MODEL },
    };
    const error = await failureOf(context, settings, work);
    return { where: "fault proxy", mode: error.mode, words: error.message };
  } finally {
    await proxy.close();
  }
}

/** The failure that the work ends with. Throws ItemFailure where it does not fail as a provider does. */
async function failureOf(
  context: AdapterContext,
  settings: ProviderSettings,
  work: (provider: ImageProvider) => Promise<unknown>,
): Promise<ProviderError> {
  const providers = createProviders(settings);
  try {
    const provider = providers.get(context.run.provider);
    if (!provider) throw new ItemFailure(`${PROVIDER_NAMES[context.run.provider]} is not configured`);
    await work(provider);
  } catch (error) {
    context.signal.throwIfAborted();
    if (ProviderError.is(error)) return error;
    throw error;
  } finally {
    await providers.close();
  }
  throw new ItemFailure("the provoked fault did not come back as one");
}

function submit(context: AdapterContext, provider: ImageProvider, limitMs: number) {
  return provider.submit(REQUEST, {
    attemptId: context.run.id,
    webhookUrl: null,
    remainingMs: CALL_MS,
    signal: within(context, limitMs),
  });
}

function within(context: AdapterContext, limitMs: number): AbortSignal {
  return AbortSignal.any([context.signal, AbortSignal.timeout(limitMs)]);
}

function spent(maybeSent: boolean): Pick<Provoked, "problem"> {
  return maybeSent ? { problem: "counts as perhaps sent, so money might be set aside for it" } : {};
}
