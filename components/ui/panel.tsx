import { type ReactNode, useId } from "react";
import { cn } from "./cn";

interface PanelProps {
  title: string;
  /** One line under the title: population, unit or age of what is shown. */
  note?: ReactNode;
  aside?: ReactNode;
  /** A refetch is under way over data that is already shown. */
  refreshing?: boolean;
  className?: string;
  children: ReactNode;
}

export function Panel({ title, note, aside, refreshing = false, className, children }: PanelProps) {
  const id = useId();
  return (
    <section
      aria-labelledby={id}
      className={cn(
        "relative min-w-0 overflow-hidden rounded-card border border-line bg-surface p-4 md:p-5",
        className,
      )}
    >
      {refreshing ? <ProgressLine /> : null}
      <div className="mb-3 flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="m-0 text-heading">
            {title}
          </h2>
          {note ? <p className="m-0 text-small text-ink-2">{note}</p> : null}
        </div>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Two pixels at a card's upper edge: something newer is on its way, what is shown stays. */
export function ProgressLine() {
  return (
    <div aria-hidden="true" className="absolute inset-x-0 top-0 h-0.5 animate-appear overflow-hidden">
      <div className="h-full w-1/4 animate-sweep bg-ink-3" />
    </div>
  );
}
