import type { ReactNode } from "react";
import { cn } from "./cn";

export interface Fact {
  name: string;
  value: ReactNode;
  mono?: boolean;
}

/** Names and values in two columns; facts whose value is null are left out. */
export function Facts({ facts, small = false }: { facts: (Fact | null)[]; small?: boolean }) {
  return (
    <dl
      className={cn(
        "m-0 grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5",
        small ? "text-small" : "text-body",
      )}
    >
      {facts.map((fact) =>
        fact === null ? null : (
          <div key={fact.name} className="contents">
            <dt className="text-ink-2">{fact.name}</dt>
            <dd className={cn("m-0 min-w-0 text-ink-1", fact.mono && "font-mono text-code break-all")}>{fact.value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
