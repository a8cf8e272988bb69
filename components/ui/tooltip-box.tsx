"use client";
import { Tooltip as BaseTooltip } from "@base-ui/react/tooltip";
import { Kbd } from "./kbd";
import type { TooltipProps } from "./tooltip-props";

const DELAY_MS = 400;

/** The working half of `Tooltip`, loaded after the page has been drawn. */
export default function TooltipBox({ label, shortcut, side = "top", trigger }: TooltipProps) {
  return (
    <BaseTooltip.Root>
      <BaseTooltip.Trigger delay={DELAY_MS} render={trigger} />
      <BaseTooltip.Portal>
        <BaseTooltip.Positioner side={side} sideOffset={8} className="z-50">
          <BaseTooltip.Popup className="flex max-w-70 items-center gap-2 rounded-control bg-ink-1 px-2 py-1 text-small text-surface transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            {label}
            {shortcut ? <Kbd inverse>{shortcut}</Kbd> : null}
          </BaseTooltip.Popup>
        </BaseTooltip.Positioner>
      </BaseTooltip.Portal>
    </BaseTooltip.Root>
  );
}
