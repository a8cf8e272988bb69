"use client";
import Link from "next/link";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import type { FailureMode } from "@/server/domain/failure-modes";

const DAY_MS = 86_400_000;

interface SimilarFailuresProps {
  environment: string;
  mode: FailureMode;
  atMs: number;
}

/** "12 more in the 24 h before": one failure or a wave? */
export function SimilarFailures({ environment, mode, atMs }: SimilarFailuresProps) {
  const { hrefIn } = useEnvironment();
  const fromMs = Math.max(0, atMs - DAY_MS);
  const facets = trpc.generations.facets.useQuery({ environment, failureModes: [mode], fromMs, toMs: atMs });
  if (facets.data === undefined) return null;
  const count = facets.data.total;
  const query = new URLSearchParams({
    failure: mode,
    from: new Date(fromMs).toISOString(),
    to: new Date(atMs).toISOString(),
  });
  return (
    <p className="m-0 mt-2 text-body">
      {count === 0 ? (
        "The first of its kind in 24 h."
      ) : (
        <Link href={hrefIn(`/generations?${query}`)} className="text-ink-1 underline">
          {count} similar in the 24 h before
        </Link>
      )}
    </p>
  );
}
