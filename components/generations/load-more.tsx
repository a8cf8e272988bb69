"use client";
import { useEffect, useRef } from "react";
import { Button } from "@/components/ui/button";

/** So far below the window the next page is asked for, so that a reader seldom meets the end. */
const AHEAD = "600px";

interface LoadMoreProps {
  busy: boolean;
  onLoad: () => void;
}

/** Loads the next page when scrolling comes near, or at a press. */
export function LoadMore({ busy, onLoad }: LoadMoreProps) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef({ busy, onLoad });
  useEffect(() => {
    latest.current = { busy, onLoad };
  });
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
  }, [busy]);
  return (
    <div ref={place} className="mt-4 flex justify-center">
      <Button busy={busy} onClick={onLoad}>
        {busy ? "Loading…" : "Load more"}
      </Button>
    </div>
  );
}
