"use client";
import { Check, X } from "lucide-react";
import Link from "next/link";
import { formatBytes, formatPixels, shortId } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { ImageView } from "@/components/generations/image-view";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { failureTitle } from "@/components/words";
import { figureWords } from "./figure-words";
import type { EvidenceStep } from "./use-checklist";

/** What was looked at, one after the other, with what was measured and the pictures themselves. */
export function EvidenceList({ steps, sha256 }: { steps: readonly EvidenceStep[]; sha256: string | null }) {
  return (
    <>
      <ol className="m-0 flex list-none flex-col gap-4 p-0">
        {steps.map((step, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end
          <Step key={at} step={step} />
        ))}
      </ol>
      {sha256 ? (
        <p className="m-0 mt-4 text-small break-all text-ink-2">
          SHA-256 of this evidence <code className="font-mono">{sha256}</code>
        </p>
      ) : null}
    </>
  );
}

function Step({ step }: { step: EvidenceStep }) {
  const figures = Object.entries(step.figures ?? {}).map(([name, value]) => figureWords(name, value));
  return (
    <li className="flex min-w-0 gap-2.5">
      <Icon icon={step.ok ? Check : X} className={step.ok ? "mt-0.5 shrink-0" : "mt-0.5 shrink-0 text-breach-text"} />
      <div className="min-w-0 flex-1">
        <p className="m-0 text-body break-words first-letter:uppercase">
          <span className="font-medium">{step.name}</span>
          <span className="sr-only">{step.ok ? ", ok" : ", not ok"}</span>: {step.words}
        </p>
        {step.failureMode ? (
          <p className="m-0 text-small text-ink-2">
            <span className="text-ink-1">{failureTitle(step.failureMode)}.</span> {step.mitigation}
          </p>
        ) : null}
        {step.where ? <p className="m-0 text-small text-ink-2">At the {step.where}</p> : null}
        {step.generationId ? <GenerationLink id={step.generationId} /> : null}
        {step.images.length > 0 ? (
          <ul className="mt-2 mb-0 flex list-none flex-wrap gap-3 p-0">
            {step.images.map((image) => (
              <li key={`${image.role} ${image.sha256}`} className="w-32 text-small text-ink-2">
                <ImageView
                  // Evidence is never removed by age.
                  image={{ ...image, expiredAtMs: null, position: 0 }}
                  alt={`${image.role === "input" ? "Input" : "Result"} of ${step.name}`}
                  className="mb-1"
                />
                {image.role === "input" ? "Input" : "Result"}, {formatPixels(image.width, image.height)},{" "}
                {formatBytes(image.sizeBytes)}, {image.location === "r2" ? "R2" : "disk"}
                <code className="block font-mono" title={image.sha256}>
                  {shortId(image.sha256)}
                </code>
              </li>
            ))}
          </ul>
        ) : null}
        {figures.length > 0 ? (
          <div className="mt-2">
            <Facts small facts={figures.map(({ name, value }) => ({ name, value: <FigureValue value={value} /> }))} />
          </div>
        ) : null}
      </div>
    </li>
  );
}

function FigureValue({ value }: { value: string }) {
  return <span className="break-all tabular-nums">{value}</span>;
}

function GenerationLink({ id }: { id: string }) {
  const { hrefIn } = useEnvironment();
  return (
    <Link
      href={hrefIn(`/generations/${id}`)}
      className="inline-flex min-h-6 items-center gap-1 text-small text-ink-1 max-md:min-h-11"
    >
      Open generation <code className="font-mono">{shortId(id)}</code>
    </Link>
  );
}
