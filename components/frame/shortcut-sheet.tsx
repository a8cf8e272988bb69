"use client";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { Switch } from "@/components/ui/switch";
import { NAV_ITEMS } from "./nav-items";
import { useSingleKeys } from "./single-keys";

const GROUPS: { title: string; keys: [string[], string][] }[] = [
  {
    title: "Anywhere",
    keys: [
      [["Ctrl or ⌘", "K"], "Command palette"],
      [["?"], "This sheet"],
      ...NAV_ITEMS.map((item): [string[], string] => [["g", item.key], item.label]),
    ],
  },
  {
    title: "Overview",
    keys: [
      [["["], "Earlier"],
      [["]"], "Later"],
      [["-"], "Zoom out"],
      [["r"], "Refresh"],
      [["←", "→"], "Walk the points of a chart"],
      [["Enter"], "Open the generations behind a point"],
    ],
  },
  {
    title: "Generations",
    keys: [
      [["/"], "Search"],
      [["j"], "Next row"],
      [["k"], "Previous row"],
      [["Enter"], "Open the row"],
      [["Esc"], "Close"],
      [["r"], "Refresh"],
    ],
  },
  {
    title: "Playground",
    keys: [
      [["Ctrl or ⌘", "Enter"], "Run"],
      [["Esc"], "Cancel what runs"],
    ],
  },
];

export function ShortcutSheet({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [on, setOn] = useSingleKeys();
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <div className="flex flex-col gap-5">
        {GROUPS.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3 className="m-0 mb-2 text-small text-ink-3">{group.title}</h3>
            <dl className="m-0 grid grid-cols-[1fr_auto] items-center gap-y-1.5">
              {group.keys.map(([keys, meaning]) => (
                <div key={meaning} className="contents">
                  <dt className="text-body text-ink-1">{meaning}</dt>
                  <dd className="m-0 flex justify-end gap-1">
                    {keys.map((key) => (
                      <Kbd key={key}>{key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <Switch checked={on} onChange={setOn} label="Single-key shortcuts" hint="Off: only keys with Ctrl or ⌘ act." />
      </div>
    </Dialog>
  );
}
