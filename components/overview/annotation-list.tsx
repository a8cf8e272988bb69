"use client";
import Link from "next/link";
import { formatCountFull } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { cn } from "@/components/ui/cn";
import { actorWords } from "@/server/domain/actor-words";

interface AnnotationListProps {
  annotations: readonly {
    number: number;
    atMs: number;
    text: string;
    actor: string;
    href: string;
    isFilled: boolean;
  }[];
  /** How many older ones there are. */
  omitted: number;
  timeWords: (atMs: number) => string;
}

/** The flags as text: what, when, by whom. */
export function AnnotationList({ annotations, omitted, timeWords }: AnnotationListProps) {
  const { hrefIn } = useEnvironment();
  if (annotations.length === 0) return null;
  return (
    <ol
      aria-label="Changes in this time"
      className="m-0 mt-2 flex max-h-24 list-none flex-wrap gap-x-4 gap-y-1 overflow-y-auto p-0"
    >
      {omitted > 0 ? (
        <li className="leading-6 text-small text-ink-2">
          {formatCountFull(omitted)} older changes are not shown:{" "}
          <Link href={hrefIn("/settings/audit")} prefetch={false} className="underline underline-offset-2">
            audit log
          </Link>
        </li>
      ) : null}
      {annotations.map((annotation) => (
        <li key={annotation.number} className="flex items-center gap-1.5 text-small text-ink-2">
          <span
            className={cn(
              "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-control border px-1 text-axis font-medium",
              annotation.isFilled ? "border-ink-1 bg-ink-1 text-surface" : "border-edge text-ink-1",
            )}
          >
            {annotation.number}
          </span>
          <Link
            href={hrefIn(annotation.href)}
            prefetch={false}
            title={`by ${actorWords(annotation.actor)}`}
            className="inline-block min-h-6 leading-6 text-ink-2 underline-offset-2 hover:underline"
          >
            {annotation.text}, {timeWords(annotation.atMs)}
          </Link>
        </li>
      ))}
    </ol>
  );
}
