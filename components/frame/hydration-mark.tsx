"use client";
import { useEffect } from "react";

/**
 * Says on the document that this page answers: what is typed or pressed before that, nobody hears. For programs that
 * drive a browser; people are not so quick. Stands last, since effects run from the first to the last.
 */
export function HydrationMark() {
  useEffect(() => {
    document.documentElement.dataset.hydrated = "";
  }, []);
  return null;
}
