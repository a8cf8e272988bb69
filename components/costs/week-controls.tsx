"use client";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { useKeys } from "@/components/frame/single-keys";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/chip";
import { Field, Input } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import type { WeekState } from "./use-week";
import { weekName, weekProblem } from "./week-view";

/** Which week is shown, in whose days, and whether beside the week before. All of it stands in the address. */
export function WeekControls({ state }: { state: WeekState }) {
  const { week, current, view, setView, move, show } = state;
  useKeys({ "[": () => move(-1), "]": () => move(1) });
  return (
    <fieldset aria-label="Week shown" className="no-print m-0 flex min-w-0 flex-wrap items-start gap-2 border-0 p-0">
      <FilterChip
        pressed={view.cmp === "prev"}
        title="Compare with the week before"
        onClick={() => void setView({ cmp: view.cmp === "prev" ? "none" : null })}
      >
        Compare
      </FilterChip>
      <FilterChip
        pressed={view.tz === "utc"}
        title="Begin the week on Monday in UTC instead of your own time zone"
        onClick={() => void setView({ tz: view.tz === "utc" ? null : "utc" })}
      >
        UTC
      </FilterChip>
      <IconButton icon={ChevronLeft} label="Earlier week" shortcut="[" onClick={() => move(-1)} />
      <WeekField key={week} week={week} onShow={show} />
      <IconButton icon={ChevronRight} label="Later week" shortcut="]" onClick={() => move(1)} />
      {week === current ? null : <Button onClick={() => show(current)}>This week</Button>}
    </fieldset>
  );
}

function WeekField({ week, onShow }: { week: string; onShow: (week: string) => void }) {
  const [text, setText] = useState(week);
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const name = weekName(text);
        setProblem(weekProblem(text));
        if (name !== null) onShow(name);
      }}
    >
      <Field label={<span className="sr-only">Week</span>} error={problem} className="w-32 gap-0!">
        {(control) => (
          <Input
            {...control}
            value={text}
            autoComplete="off"
            spellCheck={false}
            title="An ISO week such as 2026-W47; Enter shows it"
            onChange={(event) => setText(event.target.value)}
          />
        )}
      </Field>
    </form>
  );
}
