import type { ReactElement } from "react";

export interface TooltipProps {
  label: string;
  shortcut?: string;
  side?: "top" | "right" | "bottom" | "left";
  /** Rendered as the trigger; must be focusable and have its own accessible name. */
  trigger: ReactElement;
}
