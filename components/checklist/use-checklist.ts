"use client";
import { useEnvironment } from "@/components/frame/environment";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";

export type Checklist = RouterOutputs["checklist"]["get"];
export type ChecklistEntry = Checklist["items"][number];
export type EvidenceStep = ChecklistEntry["steps"][number];

const WHILE_RUNNING_MS = 600;
/** A run that somebody else starts, or the schedule, is seen within this time. */
const AT_REST_MS = 5_000;

export function useChecklist() {
  const { name } = useEnvironment();
  return trpc.checklist.get.useQuery(
    { environment: name },
    { refetchInterval: (query) => (query.state.data?.open ? WHILE_RUNNING_MS : AT_REST_MS) },
  );
}
