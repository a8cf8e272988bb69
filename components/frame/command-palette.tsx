"use client";
import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { ArrowRight, Keyboard, LogOut, Moon, RotateCcw, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo, useState } from "react";
import { ROLL_BACK, useRollback } from "@/components/rollout/rollback-context";
import { Icon } from "@/components/ui/icon";
import { Kbd } from "@/components/ui/kbd";
import { DIALOG_POPUP, SCRIM } from "@/components/ui/overlay";
import { useEnvironment } from "./environment";
import { NAV_ITEMS } from "./nav-items";
import { signOut } from "./sign-out";
import { THEME_WORDS, THEMES, useTheme } from "./theme";

interface PaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onShowShortcuts: () => void;
}

interface Command {
  value: string;
  label: string;
  icon: typeof Search;
  keys?: string;
  /** Why it can do nothing now. */
  blocked?: string | null;
  run: () => void;
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

export function CommandPalette({ open, onOpenChange, onShowShortcuts }: PaletteProps) {
  const router = useRouter();
  const environment = useEnvironment();
  const [, setTheme] = useTheme();
  const rollback = useRollback();
  const [typed, setTyped] = useState("");

  const commands = useMemo<Command[]>(() => {
    const words = typed.trim();
    const fixed: Command[] = [
      { value: "roll-back", label: ROLL_BACK, icon: RotateCcw, blocked: rollback.blocked, run: rollback.run },
      ...NAV_ITEMS.map((item) => ({
        value: item.label,
        label: `Go to ${item.label}`,
        icon: item.icon,
        keys: `g ${item.key}`,
        run: () => router.push(environment.hrefIn(item.href)),
      })),
      ...THEMES.map((theme) => ({
        value: `theme-${theme}`,
        label: `Theme: ${THEME_WORDS[theme]}`,
        icon: Moon,
        run: () => setTheme(theme),
      })),
      { value: "shortcuts", label: "Show keyboard shortcuts", icon: Keyboard, keys: "?", run: onShowShortcuts },
      { value: "sign-out", label: "Sign out", icon: LogOut, run: signOut },
    ];
    if (words.length === 0) return fixed;
    if (ID.test(words)) {
      const run = () => router.push(environment.hrefIn(`/generations/${words.toLowerCase()}`));
      return [{ value: words, label: `Open generation ${words}`, icon: ArrowRight, run }];
    }
    const matching = fixed.filter((command) => command.label.toLowerCase().includes(words.toLowerCase()));
    const run = () => router.push(environment.hrefIn(`/generations?range=30d&q=${encodeURIComponent(words)}`));
    return [...matching, { value: `search-${words}`, label: `Search generations for “${words}”`, icon: Search, run }];
  }, [typed, router, environment, rollback, setTheme, onShowShortcuts]);

  function choose(command: Command) {
    if (command.blocked) return;
    onOpenChange(false);
    setTyped("");
    command.run();
  }

  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className={SCRIM} />
        <Dialog.Viewport className="fixed inset-0 z-50 flex items-start justify-center p-4 md:pt-[12vh]">
          <Dialog.Popup
            aria-label="Command palette"
            className={`${DIALOG_POPUP} flex w-full max-w-140 flex-col overflow-hidden`}
          >
            <Autocomplete.Root
              open
              inline
              items={commands}
              value={typed}
              onValueChange={setTyped}
              mode="none"
              autoHighlight="always"
              itemToStringValue={(command: Command) => command.label}
            >
              <div className="flex items-center gap-3 border-b border-line px-4">
                <Icon icon={Search} className="text-ink-3" />
                <Autocomplete.Input
                  aria-label="Page, action or generation id"
                  placeholder="Page, action or generation id"
                  className="h-13 w-full border-0 bg-transparent text-field text-ink-1 outline-none md:text-body"
                />
                <Dialog.Close aria-label="Close" className="rounded-control border-0 bg-transparent p-1">
                  <Kbd>Esc</Kbd>
                </Dialog.Close>
              </div>
              <Autocomplete.List className="max-h-[50dvh] overflow-y-auto p-2">
                {(command: Command) => (
                  <Autocomplete.Item
                    key={command.value}
                    value={command}
                    disabled={command.blocked != null}
                    onClick={() => choose(command)}
                    className="flex min-h-11 cursor-default items-center gap-3 rounded-control px-2 text-body text-ink-1 outline-none select-none data-[highlighted]:bg-sunken md:min-h-9"
                  >
                    <Icon icon={command.icon} className="shrink-0 text-ink-2" />
                    <span className="min-w-0 flex-1 truncate">{command.label}</span>
                    {command.blocked ? <span className="text-small text-ink-2">{command.blocked}</span> : null}
                    {command.keys ? <span className="text-small text-ink-3 max-md:hidden">{command.keys}</span> : null}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
