"use client";
import { ErrorState } from "@/components/ui/error-state";

/** A page that could not be rendered. The frame around it still works. */
export default function ConsoleError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <div className="max-w-160 rounded-card border border-line bg-surface p-5">
      <h1 className="m-0 mb-3 text-title">This page failed</h1>
      <ErrorState
        title="It could not be shown"
        cause={error.digest ? `The cause is in the server's log under ${error.digest}.` : error.message}
        requestId={error.digest}
        onRetry={reset}
      />
    </div>
  );
}
