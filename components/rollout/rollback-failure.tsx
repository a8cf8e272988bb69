"use client";
import { OctagonAlert, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { useRollback } from "./rollback-context";

/** A rollback that did not take: it stays in sight while one scrolls, with the ways that are left. */
export function RollbackFailure() {
  const { failure, busy, run, dismissFailure } = useRollback();
  return (
    <div role="alert" className="sticky top-15 z-25 md:top-0">
      {failure === null ? null : (
        <div className="flex flex-wrap items-start gap-x-4 gap-y-2 bg-breach-bg px-4 py-3 text-body text-breach-text md:px-6 xl:px-8">
          <Icon icon={OctagonAlert} className="mt-0.5 shrink-0" />
          <div className="min-w-0 flex-1 basis-64">
            <p className="m-0 font-medium">The rollback did not take: {failure}</p>
            <p className="m-0">
              By hand: set <code className="font-mono text-code">IMAGE_GENERATION_PROVIDER=scenario</code> in the env
              file, or run <code className="font-mono text-code">npm run -s switchyard -- rollback</code>.
            </p>
          </div>
          <div className="flex items-center gap-2">
            <Button variant="danger" busy={busy} onClick={run}>
              Try again
            </Button>
            <IconButton icon={X} label="Dismiss" onClick={dismissFailure} className="text-breach-text" />
          </div>
        </div>
      )}
    </div>
  );
}
