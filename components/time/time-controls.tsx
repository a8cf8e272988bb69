"use client";
import { RefreshCw, SlidersHorizontal } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { formatDayTime } from "@/components/format";
import { useKeys } from "@/components/frame/single-keys";
import { FilterChip } from "@/components/ui/chip";
import { IconButton } from "@/components/ui/icon-button";
import { Select } from "@/components/ui/select";
import { useShownZone } from "@/components/ui/use-shown-zone";
import { RANGE_WORDS, RANGES, type Range, shifted } from "./time-view";
import type { TimeViewState } from "./use-time-view";

const loadViewDialog = () => import("./view-dialog").then((module) => module.ViewDialog);
const ViewDialog = dynamic(loadViewDialog, { ssr: false });

interface TimeControlsProps {
  time: TimeViewState;
  refreshing: boolean;
  onRefresh: () => void;
  /** A list of rows compares nothing, and has filters of its own for whose rows they are. */
  onlyTime?: boolean;
}

/** Range, comparison, refresh and zone: the same on every page, and all of it in the address. */
export function TimeControls({ time, refreshing, onRefresh, onlyTime = false }: TimeControlsProps) {
  const { view, setView, fixed, plan } = time;
  const [open, setOpen] = useState(false);
  const zone = useShownZone();
  const move = (how: "back" | "forward" | "out") => time.select(shifted(fixed ?? plan, how, Date.now()));
  useKeys({
    "[": () => move("back"),
    "]": () => move("forward"),
    "-": () => move("out"),
    r: onRefresh,
  });

  return (
    <fieldset
      aria-label={onlyTime ? "Time shown" : "Time and traffic shown"}
      className="m-0 flex min-w-0 flex-wrap items-center gap-2 border-0 p-0"
    >
      {onlyTime ? null : (
        <FilterChip
          pressed={view.cmp === "prev"}
          title="Compare with the time before, of the same length"
          onClick={() => void setView({ cmp: view.cmp === "prev" ? "none" : null })}
        >
          Compare
        </FilterChip>
      )}
      <Select<Range | "fixed">
        label="Range"
        labelHidden
        value={fixed ? "fixed" : view.range}
        onChange={(next) => (next === "fixed" ? setOpen(true) : void setView({ range: next, from: null, to: null }))}
        options={[
          ...RANGES.map((value) => ({ value, label: RANGE_WORDS[value] })),
          {
            value: "fixed",
            label: fixed ? `${formatDayTime(fixed.fromMs, zone)} – ${formatDayTime(fixed.toMs, zone)}` : "From … to …",
          },
        ]}
        className="min-w-36"
      />
      <IconButton icon={SlidersHorizontal} label="View" onClick={() => setOpen(true)} />
      <IconButton icon={RefreshCw} label="Refresh" shortcut="r" aria-busy={refreshing} onClick={onRefresh} />
      {fixed ? (
        <span role="status" className="text-small text-ink-2">
          Paused: fixed range
        </span>
      ) : null}
      <ViewDialog key={String(open)} open={open} onOpenChange={setOpen} time={time} onlyTime={onlyTime} />
    </fieldset>
  );
}
