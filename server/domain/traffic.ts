/**
 * `trace`: a day of a real service, its hours and its mix. `steady`: the same rate all the time. `rush`: six times the
 * rate in the middle fifth. The last two ask for all three operations.
 */
export const TRAFFIC_PROFILES = ["trace", "steady", "rush"] as const;
export type TrafficProfile = (typeof TRAFFIC_PROFILES)[number];
