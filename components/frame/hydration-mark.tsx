"use client";
import { useEffect } from "react";

const NONE: readonly (() => Promise<unknown>)[] = [];

/**
 * Says on the document that this page answers: what is typed or pressed before that, nobody hears. For programs that
 * drive a browser; people are not so quick. Stands last, since effects run from the first to the last. `parts` loads
 * what the page shows before its script has come: the same modules as in the components that wait for them.
 */
export function HydrationMark({ parts = NONE }: { parts?: readonly (() => Promise<unknown>)[] }) {
  useEffect(() => {
    const mark = () => {
      document.documentElement.dataset.hydrated = "";
    };
    Promise.all(parts.map((load) => load())).then(mark, mark);
  }, [parts]);
  return null;
}
