import { type ChangeProblem, checkChange, differences, type FieldChange, withChange } from "./differences";
import type { EndpointChange, EndpointSettings, GpuOffer, LiveWorkers } from "./settings";
import { type BookedPrice, type StandingPrice, standingPrice, workerPrice } from "./standing-price";

/** What is known of the endpoint that a change is judged by before RunPod is asked. */
export interface KnownEndpoint {
  settings: EndpointSettings;
  workers: LiveWorkers | null;
  offers: readonly GpuOffer[];
  booked: BookedPrice | null;
}

export interface ChangePreview {
  problems: ChangeProblem[];
  changes: FieldChange[];
  standing: { before: StandingPrice; after: StandingPrice };
}

/** What a change would mean, and what speaks against it; the dialog, the CLI's dry run and the verb say the same. */
export function previewChange(
  { settings, workers, offers, booked }: KnownEndpoint,
  change: EndpointChange,
): ChangePreview {
  const after = withChange(settings, change);
  const seen = (workers?.workers ?? []).flatMap(({ gpuType }) => (gpuType === null ? [] : [gpuType]));
  const standing = (set: EndpointSettings) => standingPrice(set.workersMin, workerPrice(set, offers, seen, booked));
  return {
    problems: checkChange(settings, change),
    changes: differences(settings, after),
    standing: { before: standing(settings), after: standing(after) },
  };
}
