"use client";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";

/** The revision that rules in this environment; null while it is loaded. */
export function useServing() {
  return useRolloutStatus().data?.revision ?? null;
}
