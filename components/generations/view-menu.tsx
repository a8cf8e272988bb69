"use client";
import { Menu } from "@base-ui/react/menu";
import { Check, Columns3 } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { COLUMN_KEYS, COLUMN_WORDS, DENSITIES, type Density, inOrder, type ViewOptions } from "./view-options";

const ITEM =
  "flex min-h-11 cursor-default items-center gap-3 rounded-control px-2 text-body text-ink-1 outline-none select-none data-[highlighted]:bg-sunken md:min-h-8";
const LABEL = "px-2 py-1.5 text-small text-ink-3";
const DENSITY_WORDS: Record<Density, string> = { comfortable: "Comfortable", compact: "Compact" };

interface ViewMenuProps {
  options: ViewOptions;
  onChange: (options: ViewOptions) => void;
}

/** Which columns, and how close the rows stand. */
export function ViewMenu({ options, onChange }: ViewMenuProps) {
  const { columns, density } = options;
  return (
    <Menu.Root>
      <Menu.Trigger className={buttonClass()}>
        <Icon icon={Columns3} />
        Columns
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} collisionPadding={8} className="z-50 outline-none">
          <Menu.Popup className="w-52 rounded-card border border-line bg-surface p-1.5 shadow-overlay outline-none transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            <Menu.Group>
              <Menu.GroupLabel className={LABEL}>Columns beside the time</Menu.GroupLabel>
              {COLUMN_KEYS.map((key) => (
                <Menu.CheckboxItem
                  key={key}
                  closeOnClick={false}
                  checked={columns.includes(key)}
                  onCheckedChange={(checked) =>
                    onChange({
                      density,
                      columns: inOrder(checked ? [...columns, key] : columns.filter((one) => one !== key)),
                    })
                  }
                  className={ITEM}
                >
                  <span className="flex-1">{COLUMN_WORDS[key]}</span>
                  <Menu.CheckboxItemIndicator>
                    <Icon icon={Check} />
                  </Menu.CheckboxItemIndicator>
                </Menu.CheckboxItem>
              ))}
            </Menu.Group>
            <Menu.Separator className="my-1.5 h-px bg-line" />
            <Menu.RadioGroup value={density} onValueChange={(next: Density) => onChange({ columns, density: next })}>
              <Menu.Group>
                <Menu.GroupLabel className={LABEL}>Rows</Menu.GroupLabel>
                {DENSITIES.map((key) => (
                  <Menu.RadioItem key={key} value={key} closeOnClick={false} className={ITEM}>
                    <span className="flex-1">{DENSITY_WORDS[key]}</span>
                    <Menu.RadioItemIndicator>
                      <Icon icon={Check} />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.Group>
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
