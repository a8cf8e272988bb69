"use client";
import { createContext, type ReactNode, use, useMemo, useState } from "react";

interface Crosshair {
  atMs: number | null;
  point: (atMs: number | null) => void;
}

const CrosshairContext = createContext<Crosshair | null>(null);

/** One moment is pointed at on all time charts below. */
export function CrosshairProvider({ children }: { children: ReactNode }) {
  const [atMs, setAtMs] = useState<number | null>(null);
  const value = useMemo(() => ({ atMs, point: setAtMs }), [atMs]);
  return <CrosshairContext value={value}>{children}</CrosshairContext>;
}

export function useCrosshair(): Crosshair {
  const crosshair = use(CrosshairContext);
  if (crosshair === null) throw new Error("a time chart needs a CrosshairProvider above it");
  return crosshair;
}
