import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes } from "react";
import { cn } from "./cn";
import { Icon } from "./icon";
import { Tooltip } from "./tooltip";

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  icon: LucideIcon;
  /** Accessible name, also shown as the tooltip. */
  label: string;
  shortcut?: string;
}

export function IconButton({ icon, label, shortcut, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip
      label={label}
      shortcut={shortcut}
      trigger={
        <button
          type="button"
          {...rest}
          aria-label={label}
          className={cn(
            "inline-flex size-9 shrink-0 items-center justify-center rounded-control border border-transparent bg-transparent text-ink-2 transition-colors hover:bg-sunken hover:text-ink-1 disabled:text-ink-3 disabled:opacity-60 max-md:size-11",
            className,
          )}
        >
          <Icon icon={icon} />
        </button>
      }
    />
  );
}
