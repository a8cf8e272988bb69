"use client";
import { lazy, type ReactElement, Suspense } from "react";

export interface TooltipProps {
  label: string;
  shortcut?: string;
  side?: "top" | "right" | "bottom" | "left";
  /** Rendered as the trigger; must be focusable and have its own accessible name. */
  trigger: ReactElement;
}

const TooltipBox = lazy(() => import("./tooltip-box"));

/** Says what a thing is called when one rests on it. Until its script is there, the thing itself works without it. */
export function Tooltip(props: TooltipProps) {
  return (
    <Suspense fallback={props.trigger}>
      <TooltipBox {...props} />
    </Suspense>
  );
}
