import { CONTROL, type ProviderId } from "@/server/domain/vocabulary";
import type { PartKind } from "./timeline";

/** The fill of a part of a latency. Execution has its provider's colour, a cold start its own; waits are greys. */
export function partClass(kind: PartKind, provider: ProviderId): string {
  switch (kind) {
    case "execution":
      return provider === CONTROL ? "bg-scenario" : "bg-comfyui";
    case "cold":
      return "bg-cold";
    case "delay":
      return "bg-edge";
    case "store":
      return "bg-ink-1";
    case "fetch":
      return "bg-ink-3";
    case "wait":
    case "other":
      return "bg-line";
  }
}
