"use client";
import { Menu } from "@base-ui/react/menu";
import { Check, Keyboard, LogOut } from "lucide-react";
import Link from "next/link";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { AccountMenuFace, type AccountMenuProps } from "./account-menu-face";
import { useEnvironment } from "./environment";
import { signOut } from "./sign-out";
import { THEME_WORDS, THEMES, useTheme } from "./theme";

const ITEM =
  "flex min-h-11 cursor-default items-center gap-3 rounded-control px-2 text-body text-ink-1 outline-none select-none data-[highlighted]:bg-sunken md:min-h-8";

/** The working half of `AccountMenu`, loaded after the page has been drawn. */
export default function AccountMenuBox(props: AccountMenuProps) {
  const { name, onShowShortcuts, triggerClassName, pages = [] } = props;
  const { hrefIn } = useEnvironment();
  const more = pages.length > 0;
  const [theme, setTheme] = useTheme();
  return (
    <Menu.Root>
      <Menu.Trigger
        aria-label={more ? "More pages, account and theme" : `Account and theme, ${name}`}
        className={triggerClassName}
      >
        <AccountMenuFace {...props} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" align="start" sideOffset={8} collisionPadding={8} className="z-50 outline-none">
          <Menu.Popup className="w-60 rounded-card border border-line bg-surface p-1.5 shadow-overlay outline-none transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            {pages.map((page) => (
              <Menu.LinkItem
                key={page.href}
                closeOnClick
                render={<Link href={hrefIn(page.href)} />}
                className={cn(ITEM, "no-underline")}
              >
                <Icon icon={page.icon} />
                {page.label}
              </Menu.LinkItem>
            ))}
            {more ? <Menu.Separator className="my-1.5 h-px bg-line" /> : null}
            <p className="m-0 truncate px-2 py-1.5 text-small text-ink-3">{name}</p>
            <Menu.RadioGroup value={theme} onValueChange={setTheme}>
              <Menu.Group>
                <Menu.GroupLabel className="px-2 py-1.5 text-small text-ink-3">Theme</Menu.GroupLabel>
                {THEMES.map((choice) => (
                  <Menu.RadioItem key={choice} value={choice} closeOnClick={false} className={ITEM}>
                    <span className="flex-1">{THEME_WORDS[choice]}</span>
                    <Menu.RadioItemIndicator>
                      <Icon icon={Check} />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                ))}
              </Menu.Group>
            </Menu.RadioGroup>
            <Menu.Separator className="my-1.5 h-px bg-line" />
            <Menu.Item onClick={onShowShortcuts} className={ITEM}>
              <Icon icon={Keyboard} />
              Keyboard shortcuts
            </Menu.Item>
            <Menu.Item onClick={signOut} className={ITEM}>
              <Icon icon={LogOut} />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
