import type { ChecklistRunRow } from "@/db/queries/checklist";
import type { Config } from "@/server/config";
import { Secret } from "@/server/domain/secret";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { ProviderError } from "@/server/errors";
import { createProviders } from "@/server/providers/registry";
import type { ProviderSettings } from "@/server/providers/settings";
import type { ImageProvider, ProviderRequest } from "@/server/providers/types";
import { ItemFailure } from "../types";
import { pictureParams } from "./params";
import type { Provoked } from "./provoked";

/** What provoking at an adapter needs of an item's context. */
export interface AdapterContext {
  deps: { config: Pick<Config, "providerSettings"> };
  run: Pick<ChecklistRunRow, "id" | "environment" | "provider">;
  signal: AbortSignal;
}

const CALL_MS = 20_000;

const REQUEST: ProviderRequest = {
  ...pictureParams({ operation: "txt2img", prompt: "a small grey stone", width: 256, height: 256 }),
  seed: 1,
  image: null,
};

/**
 * At the provider itself: a refused key costs nothing, and only the provider can say whether it refuses one. A job that
 * is taken all the same is cancelled.
 */
export async function provokeWrongKey(context: AdapterContext): Promise<Provoked> {
  const real = context.deps.config.providerSettings(context.run.environment);
  const wrong = new Secret("switchyard-checklist-wrong-key");
  const settings: ProviderSettings = {
    scenario: { ...real.scenario, secret: wrong },
    comfyui: { ...real.comfyui, apiKey: wrong },
  };
  const error = await refusalOf(context, settings);
  return {
    where: "provider",
    mode: error.mode,
    words: error.message,
    ...(error.maybeSent ? { problem: "counts as perhaps sent, so money might be set aside for it" } : {}),
  };
}

/** What the provider says to the request. Throws ItemFailure where it takes it. */
async function refusalOf(context: AdapterContext, settings: ProviderSettings): Promise<ProviderError> {
  const providers = createProviders(settings);
  try {
    const provider = providers.get(context.run.provider);
    if (!provider) throw new ItemFailure(`${PROVIDER_NAMES[context.run.provider]} is not configured`);
    throw new ItemFailure(await taken(context, provider));
  } catch (error) {
    context.signal.throwIfAborted();
    if (ProviderError.is(error)) return error;
    throw error;
  } finally {
    await providers.close();
  }
}

/** Sends it. What to say of it when it is taken; throws the provider's ProviderError when it is not. */
async function taken(context: AdapterContext, provider: ImageProvider): Promise<string> {
  const { jobId } = await provider.submit(REQUEST, {
    attemptId: context.run.id,
    webhookUrl: null,
    remainingMs: CALL_MS,
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(CALL_MS)]),
  });
  const stopped = await provider.cancel(jobId, { signal: AbortSignal.timeout(CALL_MS) }).then(
    ({ cancelled, reason }) => (cancelled ? "was cancelled" : `was not cancelled (${reason ?? "no reason given"})`),
    (error: unknown) => `could not be cancelled (${error instanceof Error ? error.message : String(error)})`,
  );
  return `a wrong key was accepted, and job ${jobId} ${stopped}`;
}
