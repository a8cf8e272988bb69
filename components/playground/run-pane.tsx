"use client";
import { Ban } from "lucide-react";
import Link from "next/link";
import { useCallback, useEffect, useRef, useState } from "react";
import { formatLatency, formatMoney } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { FailureBox } from "@/components/generations/failure-box";
import { SimilarFailures } from "@/components/generations/similar-failures";
import { useGeneration } from "@/components/generations/use-generation";
import { trpc } from "@/components/trpc/client";
import { Button, buttonClass } from "@/components/ui/button";
import { ErrorState } from "@/components/ui/error-state";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { ProviderName } from "@/components/ui/provider-mark";
import { STAGE_WORDS } from "@/components/words";
import type { GenerationDetail, GenerationImage } from "@/server/domain/generation-view";
import { isTerminal, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { RunProgress } from "./run-progress";
import { RunResult } from "./run-result";
import type { Run } from "./use-runs";

interface RunPaneProps {
  run: Run;
  /** Its pictures stand elsewhere, compared with another's. */
  picturesElsewhere: boolean;
  onUseAsSource: (image: GenerationImage) => void;
  onRetry: () => void;
  /** Called once, when the generation has ended. */
  onEnded: () => void;
  /** Gives the page a way to cancel what runs here (Esc); null when nothing does. */
  onCancelable: (key: string, cancel: (() => void) | null) => void;
}

/** One provider's run from the press to the picture. It knows nothing of the pane beside it. */
export function RunPane({ run, picturesElsewhere, onUseAsSource, onRetry, onEnded, onCancelable }: RunPaneProps) {
  const query = useGeneration(run.id);
  const utils = trpc.useUtils();
  const cancel = trpc.generations.cancel.useMutation({
    onSuccess: (after) => utils.generations.get.setData({ id: after.id }, after),
  });
  const detail = query.data ?? null;
  const ended = detail !== null && isTerminal(detail.state);
  const canCancel = run.refusal === null && !ended;
  const { mutate } = cancel;
  // Also before the server has named it: the wish is kept until there is something to cancel.
  const [cancelWanted, setCancelWanted] = useState(false);

  const cancelRun = useCallback(() => {
    if (run.id === null) setCancelWanted(true);
    else mutate({ id: run.id });
  }, [run.id, mutate]);

  useEffect(() => {
    onCancelable(run.key, canCancel ? cancelRun : null);
    return () => onCancelable(run.key, null);
  }, [run.key, canCancel, cancelRun, onCancelable]);
  useEffect(() => {
    if (cancelWanted && run.id !== null) mutate({ id: run.id });
  }, [cancelWanted, run.id, mutate]);
  useEffect(() => {
    // Refused, so there is nothing to cancel; whoever asks again wants it.
    if (run.refusal !== null) setCancelWanted(false);
  }, [run.refusal]);

  const environment = useEnvironment();
  const rates = trpc.providers.rates.useQuery(
    { environment: environment.name, operation: run.params.operation },
    { staleTime: 60_000 },
  );

  const pane = useRef<HTMLElement>(null);
  const cancelFocused = useRef(false);
  const told = useRef(false);
  useEffect(() => {
    if (!ended || told.current) return;
    told.current = true;
    onEnded();
    // The button goes with the run; whoever stood on it goes on from its pane and not from the top of the page.
    if (cancelFocused.current && document.activeElement === document.body) pane.current?.focus({ preventScroll: true });
  }, [ended, onEnded]);

  const cancelling = cancel.isPending || (cancelWanted && cancel.error === null) || detail?.cancelRequested === true;
  const name = run.provider ? PROVIDER_NAMES[run.provider] : "As routed";
  const provider = detail?.provider ?? run.provider;
  const expected = provider === null ? null : run.expected[provider];
  return (
    <section
      ref={pane}
      tabIndex={-1}
      aria-label={name}
      data-stage={run.refusal ? "refused" : (detail?.stage ?? "queued")}
      className="flex min-w-0 flex-1 flex-col gap-4 rounded-card border border-line bg-surface p-4 md:p-5"
    >
      <header className="flex min-h-9 items-center justify-between gap-3">
        <h2 className="m-0 text-heading">
          {detail ? (
            <ProviderName provider={detail.provider} />
          ) : run.provider ? (
            <ProviderName provider={run.provider} />
          ) : (
            name
          )}
          {run.provider === null && detail ? <span className="ml-2 text-small text-ink-3">as routed</span> : null}
        </h2>
        {canCancel ? (
          <Button
            size="small"
            busy={cancelling}
            onClick={cancelRun}
            onFocus={() => {
              cancelFocused.current = true;
            }}
          >
            <Icon icon={Ban} />
            {cancelling ? "Cancelling…" : "Cancel"}
          </Button>
        ) : null}
      </header>
      <p role="status" className="sr-only">
        {run.refusal ? `${name}: refused` : `${name}: ${STAGE_WORDS[detail?.stage ?? "queued"]}`}
      </p>
      {run.refusal ? (
        <ErrorState
          title="This was not accepted"
          cause={run.refusal.message}
          requestId={run.refusal.requestId}
          onRetry={onRetry}
        />
      ) : ended ? (
        <Ended detail={detail} run={run} picturesElsewhere={picturesElsewhere} onUseAsSource={onUseAsSource} />
      ) : (
        <RunProgress
          detail={detail}
          startedAtMs={run.startedAtMs}
          expectedMs={expected?.latencyMs ?? null}
          rates={rates.data ?? null}
        />
      )}
      {query.error && !detail ? (
        <ErrorState
          title="Its progress could not be read"
          cause={query.error.message}
          onRetry={() => query.refetch()}
        />
      ) : null}
      {cancel.error ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          Cancelling failed: {cancel.error.message}
        </p>
      ) : null}
    </section>
  );
}

type EndedProps = { detail: GenerationDetail; run: Run } & Pick<RunPaneProps, "picturesElsewhere" | "onUseAsSource">;

function Ended({ detail, run, picturesElsewhere, onUseAsSource }: EndedProps) {
  const { hrefIn } = useEnvironment();
  if (detail.state === "succeeded")
    return (
      <RunResult
        detail={detail}
        imageName={run.image?.name ?? null}
        expected={run.expected[detail.provider]}
        picturesElsewhere={picturesElsewhere}
        onUseAsSource={onUseAsSource}
      />
    );
  const last = detail.attempts.at(-1);
  const open = (
    <Link href={hrefIn(`/generations/${detail.id}`)} className={buttonClass("secondary", "small", "self-start")}>
      Open generation
    </Link>
  );
  if (detail.state === "cancelled") {
    return (
      <>
        <p className="m-0 text-body text-ink-2">Cancelled. Nothing more is charged for it.</p>
        <Facts
          facts={[
            { name: "Latency", value: formatLatency(detail.latencyMs) },
            { name: "Cost", value: `${formatMoney(detail.costMicros)}${detail.costEstimated ? " est." : ""}` },
          ]}
        />
        {open}
      </>
    );
  }
  const mode = detail.failureMode ?? "unknown";
  return (
    <>
      <FailureBox
        mode={mode}
        message={last?.failureMessage ?? null}
        raw={last?.failureRaw ?? null}
        httpStatus={last?.httpStatus}
      >
        <SimilarFailures environment={detail.environment} mode={mode} atMs={detail.createdAtMs} />
      </FailureBox>
      {open}
    </>
  );
}
