"use client";
import { useEnvironment } from "@/components/frame/environment";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";

export type Phases = RouterOutputs["gates"]["phases"];
export type TrackNode = Phases["track"][number];
export type Gate = TrackNode["gates"][number];
export type Task = Phases["tasks"][number];

const REFRESH_MS = 10_000;

/** The plan's way, the gates of every step, and its tasks, from one reading. */
export function usePhases() {
  const { name } = useEnvironment();
  return trpc.gates.phases.useQuery({ environment: name }, { refetchInterval: REFRESH_MS });
}
