"use client";
import { Flame, type LucideIcon, Snowflake } from "lucide-react";
import Link from "next/link";
import { useEnvironment } from "@/components/frame/environment";
import { Icon } from "@/components/ui/icon";
import { StatusBadge } from "@/components/ui/status";
import type { Population } from "@/server/domain/metrics/populations";
import { sourceQuery } from "./source-query";
import { Sparkline } from "./sparkline";
import { nWords, type Tile } from "./tiles";

const COLOURS: Record<Tile["key"], string> = {
  success: "var(--ink-2)",
  p95: "var(--provider-comfyui)",
  cold: "var(--cold)",
  cost: "var(--provider-comfyui)",
  savings: "var(--ink-2)",
};
const ICONS: Partial<Record<Tile["key"], LucideIcon>> = { p95: Flame, cold: Snowflake };

interface TileGridProps {
  tiles: readonly Tile[];
  /** What the numbers are of, so that the table behind a tile has the same generations. */
  window: { fromMs: number; toMs: number };
  populations: readonly Population[];
}

export function TileGrid({ tiles, window, populations }: TileGridProps) {
  const span = `&from=${new Date(window.fromMs).toISOString()}&to=${new Date(window.toMs).toISOString()}`;
  const sources = sourceQuery(populations);
  const { hrefIn } = useEnvironment();
  return (
    <ul aria-label="Targets" className="m-0 grid list-none grid-cols-2 gap-3 p-0 md:gap-4 lg:grid-cols-5 xl:gap-6">
      {tiles.map((tile) => (
        <li key={tile.key} className="min-w-0 max-lg:last:col-span-2">
          <Link
            href={hrefIn(`/generations?${tile.query}${span}${sources}`)}
            title={nWords(tile.n)}
            data-state={tile.state}
            className="flex h-full min-w-0 flex-col gap-1 rounded-card border border-line bg-surface p-4 text-ink-1 no-underline transition-colors hover:border-edge"
          >
            <span className="flex min-h-6 items-center justify-between gap-2 text-small text-ink-2">
              <span className="inline-flex min-w-0 items-center gap-1.5">
                {ICONS[tile.key] ? <Icon icon={ICONS[tile.key] ?? Flame} size={14} className="shrink-0" /> : null}
                <span className="truncate">{tile.label}</span>
              </span>
              <StatusBadge state={tile.state} />
            </span>
            {tile.value === null ? (
              <span className="flex min-h-8.5 items-center text-body text-ink-2">{tile.note}</span>
            ) : (
              <span className="flex min-h-8.5 flex-wrap items-baseline gap-x-0.5 text-metric">
                <span className="whitespace-nowrap">{tile.value}</span>
                <span className="whitespace-nowrap text-body tracking-normal text-ink-2">{tile.unit}</span>
              </span>
            )}
            <span className="max-lg:hidden">
              <Sparkline values={tile.spark} target={tile.target} colour={COLOURS[tile.key]} />
            </span>
            <span className="flex flex-wrap justify-between gap-x-2 text-small text-ink-3">
              {tile.value === null ? null : (
                <>
                  <span>{tile.note}</span>
                  <span>{tile.change ?? nWords(tile.n)}</span>
                </>
              )}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
