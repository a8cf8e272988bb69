"use client";
import { useQueryStates } from "nuqs";
import { useEffect, useMemo, useState } from "react";
import { inAddress, inOrder, OPTIONS_COOKIE, type ViewOptions, viewOptionParsers, writeOptions } from "./view-options";

const YEAR_S = 31_536_000;

/**
 * Columns and density: the address's, else this browser's own (`saved`). What is shown is put into the address, so that
 * a copied one shows a colleague the same; only what a person chooses here is kept for the next time.
 */
export function useViewOptions(saved: ViewOptions) {
  const [address, setAddress] = useQueryStates(viewOptionParsers, { history: "replace" });
  const [own, setOwn] = useState(saved);
  const { cols, density } = address;
  // The same list as long as the choice is the same: rows are drawn anew only when it changes.
  const columns = useMemo(() => (cols === null ? own.columns : inOrder(cols)), [cols, own.columns]);
  const options: ViewOptions = {
    columns,
    density: density ?? own.density,
  };
  useEffect(() => {
    if (cols === null && density === null) void setAddress(inAddress(own));
  }, [cols, density, own, setAddress]);

  function choose(next: ViewOptions) {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain HTTP, where consoles live
    document.cookie = `${OPTIONS_COOKIE}=${encodeURIComponent(writeOptions(next))}; path=/; max-age=${YEAR_S}; samesite=lax`;
    setOwn(next);
    void setAddress(inAddress(next));
  }
  return [options, choose] as const;
}
