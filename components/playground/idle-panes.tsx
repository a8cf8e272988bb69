"use client";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { ProviderName } from "@/components/ui/provider-mark";
import type { ProviderId } from "@/server/domain/vocabulary";
import type { RunOn } from "./form-state";

/** Where results will stand, and what would keep a provider from giving any. */
export function IdlePanes({ runOn }: { runOn: RunOn }) {
  const panes: (ProviderId | null)[] =
    runOn === "both" ? ["scenario", "comfyui"] : runOn === "routed" ? [null] : [runOn];
  return (
    <div className="flex flex-col gap-4 md:flex-row md:gap-6">
      {panes.map((provider) => (
        <IdlePane key={provider ?? "routed"} provider={provider} />
      ))}
    </div>
  );
}

function IdlePane({ provider }: { provider: ProviderId | null }) {
  const { name } = useEnvironment();
  const status = trpc.providers.status.useQuery({ environment: name });
  const own = status.data?.find((entry) => entry.provider === provider);
  return (
    <section
      aria-label={own?.name ?? "As routed"}
      className="flex min-h-40 min-w-0 flex-1 flex-col gap-2 rounded-card border border-dashed border-line p-4 md:min-h-80 md:p-5"
    >
      <h2 className="m-0 text-heading">{provider ? <ProviderName provider={provider} /> : "As routed"}</h2>
      {own && !own.configured ? (
        <p className="m-0 rounded-control bg-watch-bg p-3 text-body text-watch-text">
          Not configured: {own.missingVariables.join(" and ")} {own.missingVariables.length === 1 ? "is" : "are"}{" "}
          missing.
        </p>
      ) : (
        <p className="m-0 text-body text-ink-3">
          {provider ? "The picture, its times and its cost appear here." : "The rollout decides who serves."}
        </p>
      )}
    </section>
  );
}
