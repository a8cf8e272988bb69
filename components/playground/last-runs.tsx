"use client";
import { ImageOff } from "lucide-react";
import Link from "next/link";
import { formatLatency } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Icon } from "@/components/ui/icon";
import { ProviderSwatch } from "@/components/ui/provider-mark";
import { failureTitle, STATE_WORDS } from "@/components/words";
import type { GenerationSummary } from "@/server/domain/generation-view";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { lastRunsInput } from "./last-runs-input";

/** The last runs as a strip: back to a picture without leaving for the table. */
export function LastRuns() {
  const { name, hrefIn } = useEnvironment();
  const runs = trpc.generations.list.useQuery(lastRunsInput(name));
  const rows = runs.data?.rows ?? [];
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="last-runs" className="mt-6">
      <h2 id="last-runs" className="m-0 mb-2 text-heading">
        Last runs
      </h2>
      <ul className="m-0 flex list-none gap-2 overflow-x-auto p-1">
        {rows.map((row) => (
          <li key={row.id} className="shrink-0">
            <Link
              href={hrefIn(`/generations/${row.id}`)}
              prefetch={false}
              aria-label={describe(row)}
              title={describe(row)}
              className="flex w-24 flex-col gap-1 text-axis text-ink-2 no-underline"
            >
              <Thumbnail row={row} />
              <span className="flex items-center gap-1.5">
                <ProviderSwatch provider={row.provider} className="size-2" />
                {row.state === "succeeded" ? formatLatency(row.latencyMs) : STATE_WORDS[row.state]}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function describe(row: GenerationSummary): string {
  const outcome = row.failureMode ? failureTitle(row.failureMode) : STATE_WORDS[row.state];
  return [PROVIDER_NAMES[row.provider], outcome, row.prompt?.slice(0, 120)].filter(Boolean).join(", ");
}

function Thumbnail({ row }: { row: GenerationSummary }) {
  const image = row.images[0];
  if (!image || image.expiredAtMs !== null) {
    return (
      <span className="flex size-24 items-center justify-center rounded-control border border-line bg-sunken text-ink-3">
        <Icon icon={ImageOff} />
      </span>
    );
  }
  return (
    // biome-ignore lint/performance/noImgElement: the optimizer is off, and these addresses are signed
    <img
      src={image.url}
      alt=""
      width={96}
      height={96}
      loading="lazy"
      decoding="async"
      className="checkerboard size-24 rounded-control border border-line object-cover"
    />
  );
}
