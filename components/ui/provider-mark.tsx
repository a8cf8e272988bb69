import { CONTROL, PROVIDER_NAMES, type ProviderId } from "@/server/domain/vocabulary";
import { cn } from "./cn";

/** Square is Scenario, circle is ComfyUI: the shape tells them apart where the hue does not. */
export function ProviderSwatch({ provider, className }: { provider: ProviderId; className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        "swatch inline-block size-2.5 shrink-0",
        provider === CONTROL ? "rounded-[2px] bg-scenario" : "rounded-full bg-comfyui",
        className,
      )}
    />
  );
}

export function ProviderName({ provider, className }: { provider: ProviderId; className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2 whitespace-nowrap", className)}>
      <ProviderSwatch provider={provider} />
      {PROVIDER_NAMES[provider]}
    </span>
  );
}
