"use client";
import { type ReactNode, useId, useState } from "react";
import { cn } from "@/components/ui/cn";

interface StaticFigureProps {
  title: string;
  note: ReactNode;
  /** One sentence that says what the picture shows. */
  summary: string;
  /** The same numbers as a table. */
  table: ReactNode;
  legend?: ReactNode;
  className?: string;
  /** The drawing; it is hidden from screen readers, which have the sentence and the table. */
  children: ReactNode;
}

/** A drawing that is not over time: name, sentence, and the table behind a button. It prints as it is drawn. */
export function StaticFigure({ title, note, summary, table, legend, className, children }: StaticFigureProps) {
  const id = useId();
  const [isTable, setIsTable] = useState(false);
  return (
    <figure
      aria-labelledby={id}
      className={cn("m-0 flex min-w-0 flex-col rounded-card border border-line bg-surface p-4 md:p-5", className)}
    >
      <div className="mb-3 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="m-0 text-heading">
            {title}
          </h2>
          <p className="m-0 text-small text-ink-2">{note}</p>
        </div>
        {legend}
      </div>
      <p className="sr-only">{summary}</p>
      {isTable ? table : <div aria-hidden="true">{children}</div>}
      <button
        type="button"
        aria-expanded={isTable}
        onClick={() => setIsTable(!isTable)}
        className="no-print mt-2 min-h-6 self-end border-0 bg-transparent p-0 text-small text-ink-1 underline underline-offset-2 max-md:min-h-11"
      >
        {isTable ? "Show chart" : "Show data table"}
      </button>
    </figure>
  );
}
