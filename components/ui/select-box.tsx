"use client";
import { Select as BaseSelect } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";
import { cn } from "./cn";
import { Icon } from "./icon";
import { SELECT_TRIGGER, type SelectProps } from "./select-props";

/** The working half of `Select`, loaded after the page has been drawn. */
export default function SelectBox(props: SelectProps<string>) {
  const { label, labelHidden = false, options, value, onChange, className } = props;
  return (
    <BaseSelect.Root
      items={options}
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
    >
      <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
        <BaseSelect.Label className={labelHidden ? "sr-only" : "text-small text-ink-2"}>{label}</BaseSelect.Label>
        <BaseSelect.Trigger className={SELECT_TRIGGER}>
          <BaseSelect.Value className="truncate" />
          <BaseSelect.Icon>
            <Icon icon={ChevronDown} />
          </BaseSelect.Icon>
        </BaseSelect.Trigger>
      </div>
      <BaseSelect.Portal>
        <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50 outline-none">
          <BaseSelect.Popup className="max-h-(--available-height) min-w-(--anchor-width) overflow-y-auto rounded-button border border-line bg-surface p-1 shadow-overlay transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            <BaseSelect.List>
              {options.map((option) => (
                <BaseSelect.Item
                  key={option.value}
                  value={option.value}
                  className="flex h-11 cursor-default items-center gap-2 rounded-control px-2 text-body text-ink-1 outline-none select-none data-[highlighted]:bg-sunken md:h-8"
                >
                  {option.mark}
                  <BaseSelect.ItemText className="flex-1">{option.label}</BaseSelect.ItemText>
                  <BaseSelect.ItemIndicator>
                    <Icon icon={Check} />
                  </BaseSelect.ItemIndicator>
                </BaseSelect.Item>
              ))}
            </BaseSelect.List>
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}
