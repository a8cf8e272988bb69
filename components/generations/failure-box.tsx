import { OctagonAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Disclosure } from "@/components/ui/disclosure";
import { Icon } from "@/components/ui/icon";
import { FAILURE_MODE_INFO, type FailureMode } from "@/server/domain/failure-modes";

interface FailureBoxProps {
  mode: FailureMode;
  /** Our own sentence about this case. */
  message: string | null;
  /** The provider's words, folded away: they explain, but they are not advice. */
  raw: string | null;
  httpStatus?: number | null;
  /** Stands between the advice and the raw message. */
  children?: ReactNode;
}

export function FailureBox({ mode, message, raw, httpStatus, children }: FailureBoxProps) {
  const info = FAILURE_MODE_INFO[mode];
  return (
    <section
      aria-label={`Failure: ${info.title}`}
      data-state="breach"
      className="rounded-card border border-breach bg-breach-bg p-4 text-ink-1"
    >
      <h3 className="m-0 flex items-center gap-2 text-heading text-breach-text">
        <Icon icon={OctagonAlert} className="shrink-0" />
        {info.title}
      </h3>
      <p className="m-0 mt-1 text-body">{info.symptom}</p>
      <p className="m-0 mt-2 text-body">
        <span className="font-medium">What to do: </span>
        {info.mitigation}
      </p>
      {children}
      {message || raw ? (
        <Disclosure summary={httpStatus ? `Raw message, HTTP ${httpStatus}` : "Raw message"} className="mt-2">
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
            tabIndex={0}
            className="m-0 max-h-60 overflow-auto rounded-control bg-surface p-3 font-mono text-code whitespace-pre-wrap text-ink-1"
          >
            {[message, raw].filter(Boolean).join("\n\n")}
          </pre>
        </Disclosure>
      ) : null}
    </section>
  );
}
