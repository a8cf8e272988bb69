"use client";
import { useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/chip";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Segmented } from "@/components/ui/segmented";
import { fixedWindow, includesTrials, parseInstant, REFRESHES, type Refresh, type Zone } from "./time-view";
import type { TimeViewState } from "./use-time-view";

const REFRESH_WORDS: Record<Refresh, string> = { off: "Off", "10s": "10 s", "30s": "30 s", "60s": "60 s" };
const WRONG = "Enter a time such as 2026-11-25T10:00Z, now or now-6h.";

interface ViewDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  time: TimeViewState;
  onlyTime: boolean;
}

/** Whose numbers, how often renewed, in which zone, and the two fields for what dragging across a chart does. */
export function ViewDialog({ open, onOpenChange, time, onlyTime }: ViewDialogProps) {
  const { view, setView } = time;
  const environment = useEnvironment();
  const withTrials = includesTrials(environment.name, view.trials);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="View" description="All of it stands in the address.">
      <div className="flex flex-col gap-5">
        {onlyTime ? null : (
          <fieldset aria-label="Traffic" className="m-0 flex flex-wrap gap-2 border-0 p-0">
            <FilterChip
              pressed={withTrials}
              title="Also count what was tried out in the playground and in batches"
              onClick={() => void setView({ trials: withTrials === environment.isSandbox ? !withTrials : null })}
            >
              Include trials
            </FilterChip>
            <FilterChip
              pressed={view.checklist}
              title="Also count the testing checklist's runs, some of which fail on purpose"
              onClick={() => void setView({ checklist: view.checklist ? null : true })}
            >
              Include checklist
            </FilterChip>
            <FilterChip
              pressed={view.history}
              title="Also count what was reported by callers or imported from files"
              onClick={() => void setView({ history: view.history ? null : true })}
            >
              Include history
            </FilterChip>
          </fieldset>
        )}
        <Segmented<Refresh>
          label="Refresh"
          value={view.refresh}
          onChange={(refresh) => void setView({ refresh })}
          options={REFRESHES.map((value) => ({ value, label: REFRESH_WORDS[value] }))}
        />
        <Segmented<Zone>
          label="Times in"
          value={view.tz}
          onChange={(tz) => void setView({ tz })}
          options={[
            { value: "local", label: "Local time" },
            { value: "utc", label: "UTC" },
          ]}
        />
        <RangeForm time={time} onDone={() => onOpenChange(false)} />
      </div>
    </Dialog>
  );
}

function RangeForm({ time, onDone }: { time: TimeViewState; onDone: () => void }) {
  const window = time.fixed ?? time.plan;
  const [from, setFrom] = useState(() => new Date(window.fromMs).toISOString());
  const [to, setTo] = useState(() => new Date(window.toMs).toISOString());
  const [error, setError] = useState<{ field: "from" | "to"; text: string } | null>(null);

  function apply() {
    const nowMs = Date.now();
    const [fromMs, toMs] = [parseInstant(from, nowMs), parseInstant(to, nowMs)];
    if (fromMs === null) return setError({ field: "from", text: WRONG });
    if (toMs === null) return setError({ field: "to", text: WRONG });
    const chosen = fixedWindow({ from: fromMs, to: toMs });
    if (chosen === null) {
      const text = toMs <= fromMs ? "Must be after the start." : "Must be within 5 years of the start.";
      return setError({ field: "to", text });
    }
    time.select(chosen);
    onDone();
  }

  return (
    <form
      className="flex flex-col gap-4 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Field label="From" error={error?.field === "from" ? error.text : null}>
        {(control) => <Input {...control} value={from} onChange={(event) => setFrom(event.target.value)} />}
      </Field>
      <Field label="To" hint="ISO 8601, now, or now-6h" error={error?.field === "to" ? error.text : null}>
        {(control) => <Input {...control} value={to} onChange={(event) => setTo(event.target.value)} />}
      </Field>
      <Button type="submit" variant="primary">
        Show this time
      </Button>
    </form>
  );
}
