import badNight from "./scenarios/bad-night.json";
import coldMorning from "./scenarios/cold-morning.json";
import flakyNetwork from "./scenarios/flaky-network.json";
import storageDown from "./scenarios/storage-down.json";

/** By name. Imported and not read from disk: the bundle runs from another folder than its source. */
export const READY_SCENARIOS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["bad-night", badNight],
  ["cold-morning", coldMorning],
  ["flaky-network", flakyNetwork],
  ["storage-down", storageDown],
]);
