"use client";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useEffect, useRef } from "react";
import { shortId } from "@/components/format";
import { useKeys } from "@/components/frame/single-keys";
import { Drawer, DrawerClose } from "@/components/ui/drawer";
import { IconButton } from "@/components/ui/icon-button";
import { QueryStates } from "@/components/ui/query-states";
import { Skeleton, SkeletonRows } from "@/components/ui/skeleton";
import { DetailActions } from "./detail-actions";
import { GenerationDetail } from "./generation-detail";
import { useGeneration } from "./use-generation";

interface GenerationDrawerProps {
  /** The open row; null: closed. */
  id: string | null;
  /** The rows in their order, for previous and next. */
  ids: readonly string[];
  onClose: () => void;
  onStep: (id: string) => void;
}

export function GenerationDrawer({ id, ids, onClose, onStep }: GenerationDrawerProps) {
  const query = useGeneration(id);
  // On closing, the id is gone before focus returns to its row.
  const lastShown = useRef(id);
  useEffect(() => {
    if (id !== null) lastShown.current = id;
  }, [id]);
  const at = id === null ? -1 : ids.indexOf(id);
  const previous = at > 0 ? ids[at - 1] : undefined;
  const next = at >= 0 ? ids[at + 1] : undefined;
  const step = (to: string | undefined) => {
    if (id !== null && to !== undefined) onStep(to);
  };
  useKeys({ j: () => step(next), k: () => step(previous) }, { overOverlays: true });

  return (
    <Drawer
      open={id !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={id === null ? "" : `Generation ${shortId(id)}`}
      finalFocus={() => document.querySelector<HTMLElement>(`[data-row="${lastShown.current}"]`)}
      actions={
        <>
          <IconButton
            icon={ChevronUp}
            label="Previous"
            shortcut="k"
            disabled={!previous}
            onClick={() => step(previous)}
          />
          <IconButton icon={ChevronDown} label="Next" shortcut="j" disabled={!next} onClick={() => step(next)} />
          <DrawerClose render={<IconButton icon={X} label="Close" shortcut="Esc" />} />
        </>
      }
    >
      <QueryStates
        query={query}
        what="The generation"
        skeleton={
          <div className="flex flex-col gap-6">
            <Skeleton className="aspect-square w-full" />
            <SkeletonRows rows={6} className="h-5" />
          </div>
        }
      >
        {(detail) => (
          <>
            <DetailActions detail={detail} />
            <GenerationDetail detail={detail} />
          </>
        )}
      </QueryStates>
    </Drawer>
  );
}
