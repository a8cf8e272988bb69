"use client";
import { useEffect, useRef } from "react";

const KEPT_AS = "switchyard:generations-scroll";
/** More rows than this are not loaded again only to stand where one stood. */
const ROWS_MAX = 5_000;

interface Kept {
  address: string;
  shown: number;
  y: number;
}

interface Loading {
  /** Undefined until the first page is there. */
  shown: number | undefined;
  /** Asks for the next page; null: there is none, or one is on its way. */
  loadNext: (() => void) | null;
  hasNext: boolean;
}

/**
 * After a reload the list is as long as it was, and stands where it stood. Kept when the document goes, and only then: a
 * link to the list begins at its top.
 */
export function useKeptScroll({ shown, loadNext, hasNext }: Loading): void {
  const wanted = useRef<Kept | null>(null);
  const now = useRef(shown ?? 0);
  useEffect(() => {
    now.current = shown ?? 0;
  });

  useEffect(() => {
    wanted.current = take();
    const keep = () => {
      const kept: Kept = { address: window.location.href, shown: now.current, y: window.scrollY };
      try {
        sessionStorage.setItem(KEPT_AS, JSON.stringify(kept));
      } catch {
        // Storage may be closed: then a reload begins at the top.
      }
    };
    window.addEventListener("pagehide", keep);
    return () => window.removeEventListener("pagehide", keep);
  }, []);

  useEffect(() => {
    const target = wanted.current;
    if (target === null || shown === undefined) return;
    if (shown < Math.min(target.shown, ROWS_MAX) && hasNext) {
      loadNext?.();
      return;
    }
    wanted.current = null;
    // The rows that were loaded last get their room with the coming frame.
    requestAnimationFrame(() => window.scrollTo(0, target.y));
  }, [shown, hasNext, loadNext]);
}

function take(): Kept | null {
  try {
    const text = sessionStorage.getItem(KEPT_AS);
    sessionStorage.removeItem(KEPT_AS);
    const kept: Kept | null = text === null ? null : JSON.parse(text);
    return kept?.address === window.location.href ? kept : null;
  } catch {
    return null;
  }
}
