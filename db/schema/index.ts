export * from "./attempts";
export * from "./audit-entries";
export * from "./auth";
export * from "./batches";
export * from "./checklist";

export * from "./digests";
export * from "./endpoint";
export * from "./environments";
export * from "./generation-events";
export * from "./generations";
export * from "./images";
export * from "./imports";
export * from "./leases";
export * from "./money";
export * from "./reviews";
export * from "./rollout";
export * from "./rollups";
