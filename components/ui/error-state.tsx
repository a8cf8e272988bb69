"use client";
import { OctagonAlert } from "lucide-react";
import { Button } from "./button";
import { CopyButton } from "./copy-button";
import { Icon } from "./icon";

interface ErrorStateProps {
  /** Which part failed: "Generations could not be loaded". */
  title: string;
  cause: string;
  requestId?: string | null;
  onRetry?: () => void;
}

export function ErrorState({ title, cause, requestId, onRetry }: ErrorStateProps) {
  return (
    <div role="alert" className="flex flex-col items-start gap-3 py-2">
      <div className="flex gap-2">
        <Icon icon={OctagonAlert} className="mt-0.5 shrink-0 text-breach" />
        <div className="min-w-0">
          <p className="m-0 text-body font-medium text-ink-1">{title}</p>
          <p className="m-0 text-body text-ink-2">{cause}</p>
        </div>
      </div>
      <div className="flex flex-wrap gap-2">
        {onRetry ? <Button onClick={onRetry}>Retry</Button> : null}
        {requestId ? (
          <CopyButton variant="ghost" text={requestId} title={requestId}>
            Copy request id
          </CopyButton>
        ) : null}
      </div>
    </div>
  );
}
