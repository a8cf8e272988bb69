"use client";
import { ExternalLink, ImagePlus } from "lucide-react";
import Link from "next/link";
import { formatLatency, formatMoney, formatPixels } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { ImageView, imageAlt } from "@/components/generations/image-view";
import { LatencyBar, LatencyLegend } from "@/components/generations/latency-bar";
import { latencySplit } from "@/components/generations/timeline";
import { Button, buttonClass } from "@/components/ui/button";
import { ColdMark } from "@/components/ui/cold-mark";
import { CopyButton } from "@/components/ui/copy-button";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import type { GenerationDetail, GenerationImage } from "@/server/domain/generation-view";
import { isStoredMimeType, objectKeyOf } from "@/server/domain/object-key";
import { cliCommand } from "./cli-command";
import { curlCommand } from "./curl";
import { SaveAsEvidence } from "./save-as-evidence";
import type { Expectation } from "./use-expected";

interface RunResultProps {
  detail: GenerationDetail;
  imageName: string | null;
  /** What it was expected to take and cost when it began. */
  expected: Expectation | null;
  picturesElsewhere: boolean;
  onUseAsSource: (image: GenerationImage) => void;
}

export function RunResult({ detail, imageName, expected, picturesElsewhere, onUseAsSource }: RunResultProps) {
  const { hrefIn } = useEnvironment();
  const parts = latencySplit(detail);
  const first = detail.images[0];
  const request = {
    params: detail.params,
    environment: detail.environment,
    provider: detail.forcedProvider,
    imageName: detail.input === null ? null : (imageName ?? "source.png"),
  };
  return (
    <div className="flex flex-col gap-4">
      {(picturesElsewhere ? [] : detail.images).map((image) => (
        <ImageView
          key={`${image.position}-${image.sha256}`}
          image={image}
          alt={imageAlt(detail.prompt, image.position, detail.images.length)}
        />
      ))}
      {parts ? (
        <div className="flex flex-col gap-2">
          <LatencyBar parts={parts} provider={detail.provider} />
          <LatencyLegend parts={parts} provider={detail.provider} />
        </div>
      ) : null}
      <Facts
        facts={[
          { name: "Latency", value: formatLatency(detail.latencyMs) },
          { name: "Start", value: <ColdMark coldClass={detail.coldClass} /> },
          { name: "Cost", value: `${formatMoney(detail.costMicros)}${detail.costEstimated ? " est." : ""}` },
          expected ? { name: "Expected", value: expectedWords(expected) } : null,
          first ? { name: "Size", value: formatPixels(first.width, first.height) } : null,
          detail.params.seed === null ? null : { name: "Seed", value: detail.params.seed.toString() },
          detail.model === null ? null : { name: "Model", value: detail.model, mono: true },
          first ? { name: STORED_WORDS[first.location], value: storedAs(first), mono: true } : null,
        ]}
      />
      {detail.warnings.length > 0 ? (
        <ul className="m-0 flex list-none flex-col gap-1 rounded-control bg-watch-bg p-3 text-small text-watch-text">
          {detail.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      ) : null}
      <div className="flex flex-wrap gap-2">
        <Link href={hrefIn(`/generations/${detail.id}`)} className={buttonClass("secondary", "small")}>
          <Icon icon={ExternalLink} />
          Open generation
        </Link>
        {first ? (
          <Button size="small" onClick={() => onUseAsSource(first)}>
            <Icon icon={ImagePlus} />
            Use as source
          </Button>
        ) : null}
        <CopyButton size="small" text={() => curlCommand({ origin: window.location.origin, ...request })}>
          Copy as cURL
        </CopyButton>
        <CopyButton size="small" text={() => cliCommand(request)}>
          Copy as CLI
        </CopyButton>
        <SaveAsEvidence detail={detail} />
      </div>
    </div>
  );
}

const STORED_WORDS = { disk: "Key on disk", r2: "R2 key" } as const;

function storedAs({ sha256, mimeType }: GenerationImage): string {
  return isStoredMimeType(mimeType) ? objectKeyOf(sha256, mimeType) : sha256;
}

function expectedWords({ latencyMs, costMicros }: Expectation): string {
  return `${formatLatency(latencyMs)}, ${formatMoney(costMicros)}`;
}
