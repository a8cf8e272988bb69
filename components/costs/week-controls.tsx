"use client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useKeys } from "@/components/frame/single-keys";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/chip";
import { Field, Input } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import type { WeekState } from "./use-week";
import { compareProblem, weekName, weekProblem } from "./week-view";

/** Which week is shown, in whose days, and whether beside the week before. All of it stands in the address. */
export function WeekControls({ state }: { state: WeekState }) {
  const { week, current, view, setView, move, show } = state;
  useKeys({ "[": () => move(-1), "]": () => move(1) });
  return (
    <fieldset aria-label="Week shown" className="no-print m-0 flex min-w-0 flex-wrap items-start gap-2 border-0 p-0">
      <FilterChip
        pressed={view.cmp !== "none"}
        title="Compare with an earlier week"
        onClick={() => void setView({ cmp: view.cmp === "none" ? null : "none" })}
      >
        Compare
      </FilterChip>
      {view.cmp === "none" ? null : (
        <WeekField
          key={`${week} ${view.cmp}`}
          label="Compare with"
          hint="An earlier ISO week such as 2026-W40 to compare with; empty: the week before"
          week={view.cmp === "prev" ? "" : view.cmp}
          placeholder="week before"
          problemOf={(text) => (text === "" ? null : compareProblem(text, week))}
          onShow={(name) => void setView({ cmp: name === "" ? null : name })}
        />
      )}
      <FilterChip
        pressed={view.tz === "utc"}
        title="Begin the week on Monday in UTC instead of your own time zone"
        onClick={() => void setView({ tz: view.tz === "utc" ? null : "utc" })}
      >
        UTC
      </FilterChip>
      <div className="flex items-start gap-2">
        <IconButton icon={ChevronLeft} label="Earlier week" shortcut="[" onClick={() => move(-1)} />
        <WeekField
          key={week}
          label="Week"
          hint="An ISO week such as 2026-W47; Enter shows it"
          week={week}
          problemOf={weekProblem}
          onShow={show}
        />
        <IconButton icon={ChevronRight} label="Later week" shortcut="]" onClick={() => move(1)} />
      </div>
      {week === current ? null : <Button onClick={() => show(current)}>This week</Button>}
    </fieldset>
  );
}

interface WeekFieldProps {
  label: string;
  hint: string;
  week: string;
  placeholder?: string;
  problemOf(text: string): string | null;
  onShow(name: string): void;
}

function WeekField({ label, hint, week, placeholder, problemOf, onShow }: WeekFieldProps) {
  const [text, setText] = useState(week);
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const found = problemOf(text.trim());
        setProblem(found);
        if (found === null) onShow(weekName(text) ?? "");
      }}
    >
      <Field label={<span className="sr-only">{label}</span>} error={problem} className="w-32 gap-0!">
        {(control) => (
          <Input
            {...control}
            value={text}
            placeholder={placeholder}
            autoComplete="off"
            spellCheck={false}
            title={hint}
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </form>
  );
}
