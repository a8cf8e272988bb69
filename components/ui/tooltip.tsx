"use client";
import { lazy, Suspense } from "react";
import type { TooltipProps } from "./tooltip-props";

const TooltipBox = lazy(() => import("./tooltip-box"));

/** Says what a thing is called when one rests on it. Until its script is there, the thing itself works without it. */
export function Tooltip(props: TooltipProps) {
  return (
    <Suspense fallback={props.trigger}>
      <TooltipBox {...props} />
    </Suspense>
  );
}
