import type { ReactNode } from "react";

/** One sentence why there is nothing, and one thing to do about it. */
export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 py-4">
      <p className="m-0 text-body text-ink-2">{children}</p>
      {action}
    </div>
  );
}
