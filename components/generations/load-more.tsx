"use client";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";

/** So far below the window the next page is asked for, so that a reader seldom meets the end. */
const AHEAD = "600px";

interface LoadMoreProps {
  /** How many rows stand above. */
  after: number;
  busy: boolean;
  onLoad: () => void;
}

/** Loads the next page when scrolling comes near, or at a press. */
export function LoadMore({ after, busy, onLoad }: LoadMoreProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ busy, onLoad });
  useEffect(() => {
    latest.current = { busy, onLoad };
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at anew with every page. An answer may be so quick that `busy` is never seen, and whoever is at the end again by then has, for the observer, never left it
  useEffect(() => {
    if (busy || place.current === null) return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting && !latest.current.busy) latest.current.onLoad();
      },
      { rootMargin: `0px 0px ${AHEAD} 0px` },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [busy, after]);
  return (
    <div ref={place} className="mt-4 flex justify-center">
      <Button busy={busy} onClick={onLoad}>
        {busy ? "Loading…" : "Load more"}
      </Button>
    </div>
  );
}
