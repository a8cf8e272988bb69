"use client";
import type { ReactNode } from "react";
import { formatAge, formatBytes, formatLatency, formatMoney, formatPixels } from "@/components/format";
import { ColdMark } from "@/components/ui/cold-mark";
import { Disclosure } from "@/components/ui/disclosure";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { ProviderName } from "@/components/ui/provider-mark";
import { StateMark } from "@/components/ui/state-mark";
import { useNow } from "@/components/ui/use-now";
import { environmentWord, OPERATION_WORDS, SOURCE_WORDS } from "@/components/words";
import type { AttemptView, GenerationDetail as Detail, GenerationImage } from "@/server/domain/generation-view";
import { isTerminal } from "@/server/domain/vocabulary";
import { CostLines } from "./cost-lines";
import { EventList } from "./event-list";
import { evidenceFacts } from "./evidence-facts";
import { FailureBox } from "./failure-box";
import { ImageView, imageAlt } from "./image-view";
import { receiptWords } from "./receipt-words";
import { Response } from "./response";
import { SimilarFailures } from "./similar-failures";
import { timelineOf } from "./timeline";
import { TimelineFigure } from "./timeline-figure";

/** All that is known of one generation: the drawer's content, and the page's. */
export function GenerationDetail({ detail }: { detail: Detail }) {
  const open = !isTerminal(detail.state);
  const nowMs = useNow(500, open);
  const last = detail.attempts.at(-1);
  return (
    <div className="flex flex-col gap-6">
      <Pictures detail={detail} />
      {detail.failureMode && detail.state === "failed" ? (
        <FailureBox
          mode={detail.failureMode}
          message={last?.failureMessage ?? null}
          raw={last?.failureRaw ?? null}
          httpStatus={last?.httpStatus}
        >
          <SimilarFailures environment={detail.environment} mode={detail.failureMode} atMs={detail.createdAtMs} />
        </FailureBox>
      ) : null}
      <Facts
        facts={[
          { name: "Status", value: <StateMark {...detail} /> },
          { name: "Provider", value: <ProviderName provider={detail.provider} /> },
          { name: "Temperature", value: <ColdMark coldClass={detail.coldClass} /> },
          { name: "Latency", value: latencyWords(detail, nowMs) },
          { name: "Cost", value: `${formatMoney(detail.costMicros)}${detail.costEstimated ? " est." : ""}` },
          { name: "Operation", value: OPERATION_WORDS[detail.operation] },
          { name: "Accepted", value: <LocalTime atMs={detail.createdAtMs} withZone /> },
          { name: "Id", value: detail.id, mono: true },
        ]}
      />
      {detail.warnings.length > 0 ? (
        <Section title="Warnings">
          <ul className="m-0 flex list-disc flex-col gap-1 pl-5 text-body text-ink-1">
            {detail.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Section>
      ) : null}
      {detail.attempts.length > 0 ? (
        <Section title="Timeline">
          <TimelineFigure timeline={timelineOf(detail, nowMs ?? detail.createdAtMs)} />
        </Section>
      ) : null}
      {detail.attempts.map((attempt) => (
        <StartEvidence key={attempt.id} attempt={attempt} several={detail.attempts.length > 1} />
      ))}
      <Section title="Why this provider">
        <p className="m-0 text-body text-ink-1">{receiptWords(detail.receipt)}</p>
      </Section>
      <Section title="Cost">
        <CostLines detail={detail} />
      </Section>
      <Section title="Request">
        <Request detail={detail} />
      </Section>
      {detail.attempts.some((attempt) => attempt.jobId !== null) ? (
        <Section title="Response">
          <Response detail={detail} />
        </Section>
      ) : null}
      <Section title="Events">
        <EventList events={detail.events} />
      </Section>
    </div>
  );
}

function latencyWords(detail: Detail, nowMs: number | null): string {
  if (detail.latencyMs !== null) return formatLatency(detail.latencyMs);
  if (detail.finishedAtMs !== null) return formatLatency(detail.finishedAtMs - detail.createdAtMs);
  return nowMs === null ? "running" : `running, accepted ${formatAge(detail.createdAtMs, nowMs)}`;
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="m-0 mb-2 text-heading">{title}</h3>
      {children}
    </section>
  );
}

function Pictures({ detail }: { detail: Detail }) {
  const { images, input } = detail;
  if (images.length === 0 && input === null) return null;
  return (
    <div className="flex flex-col gap-3">
      {images.length > 0 ? (
        <div className={images.length > 1 ? "grid grid-cols-2 gap-2" : undefined}>
          {images.map((image) => (
            <ImageView
              key={image.sha256}
              image={image}
              alt={imageAlt(detail.prompt, image.position, images.length)}
              madeAtMs={detail.finishedAtMs}
            />
          ))}
        </div>
      ) : null}
      {images[0] ? (
        <p className="m-0 text-small text-ink-3">
          {formatPixels(images[0].width, images[0].height)} · {images[0].mimeType.replace("image/", "").toUpperCase()} ·{" "}
          {formatBytes(images[0].sizeBytes)} · {placeOf(images[0])}
        </p>
      ) : null}
      {input ? (
        <Disclosure summary="Source picture">
          <ImageView image={input} alt="Source picture" madeAtMs={detail.createdAtMs} className="max-w-60" />
        </Disclosure>
      ) : null}
    </div>
  );
}

function StartEvidence({ attempt, several }: { attempt: AttemptView; several: boolean }) {
  if (attempt.coldClass === null && attempt.evidence === null) return null;
  return (
    <Section title={several ? `Start, attempt ${attempt.number}` : "Start"}>
      <p className="m-0 mb-2 text-body text-ink-1">
        <ColdMark coldClass={attempt.coldClass} className="align-bottom font-medium" />
        {attempt.coldBecause ? `: ${attempt.coldBecause}` : null}
      </p>
      {attempt.evidence ? (
        <Disclosure summary="Evidence">
          <Facts facts={evidenceFacts(attempt.evidence)} small />
        </Disclosure>
      ) : null}
    </Section>
  );
}

function Request({ detail }: { detail: Detail }) {
  const { params } = detail;
  const optional = (name: string, value: string | number | null) =>
    value === null ? null : { name, value: value.toString() };
  return (
    <div className="flex flex-col gap-3">
      {params.prompt ? (
        <blockquote className="m-0 rounded-control bg-sunken p-3 font-mono text-code break-words whitespace-pre-wrap">
          {params.prompt}
        </blockquote>
      ) : null}
      <Facts
        facts={[
          optional("Negative", params.negativePrompt),
          params.width === null ? null : { name: "Size", value: formatPixels(params.width, params.height) },
          optional("Steps", params.steps),
          optional("Guidance", params.guidance),
          optional("Seed", params.seed),
          optional("Strength", params.strength),
          params.count === 1 ? null : { name: "Images", value: params.count.toString() },
          { name: "Source", value: SOURCE_WORDS[detail.source] },
          { name: "Environment", value: environmentWord(detail.environment) },
          { name: "Caller", value: detail.caller },
          detail.model === null ? null : { name: "Model", value: detail.model, mono: true },
          { name: "Sticky key", value: detail.stickyKey, mono: true },
          detail.idempotencyKey === null ? null : { name: "Idempotency key", value: detail.idempotencyKey, mono: true },
          { name: "Fallback", value: detail.fallbackAllowed ? "allowed" : "not allowed" },
        ]}
      />
    </div>
  );
}

function placeOf({ location, expiredAtMs }: GenerationImage): string {
  if (expiredAtMs !== null) return "removed";
  return location === "r2" ? "stored in R2" : "stored on disk";
}
