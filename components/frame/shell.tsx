"use client";
import dynamic from "next/dynamic";
import { useRouter } from "next/navigation";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { RollbackProvider } from "@/components/rollout/rollback-context";
import { RollbackFailure } from "@/components/rollout/rollback-failure";
import { BottomBar } from "./bottom-bar";
import { useEnvironment } from "./environment";
import { NAV_ITEMS } from "./nav-items";
import { OfflineBanner } from "./offline-banner";
import { SideNav } from "./side-nav";
import { useKeys } from "./single-keys";
import { TopBar } from "./top-bar";

const SEQUENCE_MS = 1_200;

const loadPalette = () => import("./command-palette").then((module) => module.CommandPalette);
const loadSheet = () => import("./shortcut-sheet").then((module) => module.ShortcutSheet);
// Neither is needed to read a page: their scripts come after it has been drawn.
const CommandPalette = dynamic(loadPalette, { ssr: false });
const ShortcutSheet = dynamic(loadSheet, { ssr: false });

/** What stands around every page: navigation, palette, shortcuts, landmarks. */
export function Shell({ userName, children }: { userName: string; children: ReactNode }) {
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [sheetOpen, setSheetOpen] = useState(false);
  const openPalette = useCallback(() => setPaletteOpen(true), []);
  const showShortcuts = useCallback(() => setSheetOpen(true), []);
  useGlobalKeys(setPaletteOpen, showShortcuts);

  return (
    <RollbackProvider>
      <a
        href="#main"
        className="fixed top-2 left-2 z-60 -translate-y-20 rounded-control bg-ink-1 px-4 py-3 text-body text-surface focus:translate-y-0"
      >
        Skip to content
      </a>
      <SideNav userName={userName} onOpenPalette={openPalette} onShowShortcuts={showShortcuts} />
      <div className="page-frame">
        <TopBar onOpenPalette={openPalette} />
        <RollbackFailure />
        <OfflineBanner />
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-[1424px] px-4 pt-4 pb-[calc(var(--bottom-height)+48px)] outline-none md:px-6 md:pt-6 xl:px-8"
        >
          {children}
        </main>
      </div>
      <BottomBar userName={userName} onShowShortcuts={showShortcuts} />
      <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} onShowShortcuts={showShortcuts} />
      <ShortcutSheet open={sheetOpen} onOpenChange={setSheetOpen} />
    </RollbackProvider>
  );
}

function useGlobalKeys(setPaletteOpen: (change: (open: boolean) => boolean) => void, showShortcuts: () => void) {
  const router = useRouter();
  const { hrefIn } = useEnvironment();
  const startedAtMs = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    function onKeyDown(event: KeyboardEvent) {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setPaletteOpen((open) => !open);
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [setPaletteOpen]);

  const second = (key: string) => (event: KeyboardEvent) => {
    if (event.timeStamp - startedAtMs.current > SEQUENCE_MS) {
      if (key === "g") startedAtMs.current = event.timeStamp;
      return;
    }
    startedAtMs.current = Number.NEGATIVE_INFINITY;
    const item = NAV_ITEMS.find((candidate) => candidate.key === key);
    if (!item) return;
    // The page that opens may have its own use for the key.
    event.preventDefault();
    router.push(hrefIn(item.href));
  };
  useKeys({
    "?": showShortcuts,
    g: second("g"),
    ...Object.fromEntries(NAV_ITEMS.filter((item) => item.key !== "g").map((item) => [item.key, second(item.key)])),
  });
}
