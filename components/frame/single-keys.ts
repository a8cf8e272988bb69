"use client";
import { useEffect, useRef, useSyncExternalStore } from "react";

const STORED_AS = "switchyard:single-keys";
const CHANGED = "switchyard:single-keys";

function areOn(): boolean {
  try {
    return localStorage.getItem(STORED_AS) !== "off";
  } catch {
    return true; // storage may be closed; the keys still work
  }
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener(CHANGED, onChange);
  return () => window.removeEventListener(CHANGED, onChange);
}

/** Whether keys without a modifier act at all: people who speak to their computer need them off (WCAG 2.1.4). */
export function useSingleKeys(): [boolean, (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, areOn, () => true);
  return [
    on,
    (next) => {
      try {
        localStorage.setItem(STORED_AS, next ? "on" : "off");
      } catch {
        // Not stored: the choice then lasts for nothing, and the switch shows that it did not take.
      }
      window.dispatchEvent(new Event(CHANGED));
    },
  ];
}

/** True where a key is text or belongs to a widget, so that it must not act as a shortcut. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing) return true;
  const target = event.target instanceof HTMLElement ? event.target : null;
  return (
    target?.closest(
      "input:not([type=radio]):not([type=checkbox]):not([type=range]), textarea, select, [contenteditable=true]",
    ) != null
  );
}

const OVERLAYS = "[role=dialog]:not([data-toast]), [role=alertdialog], [role=menu], [role=listbox]";

/**
 * An overlay is open: what lies under it must not react to keys. A toast has a dialog's role and covers nothing, and a
 * list that was closed stays in the page, hidden.
 */
export function hasOverlay(): boolean {
  return [...document.querySelectorAll(OVERLAYS)].some((overlay) => overlay.checkVisibility());
}

/** Calls the handler of a single key pressed outside fields. Handlers may change from render to render. */
export function useKeys(
  handlers: Record<string, (event: KeyboardEvent) => void>,
  options?: { overOverlays?: boolean },
) {
  const [on] = useSingleKeys();
  const latest = useRef(handlers);
  useEffect(() => {
    latest.current = handlers;
  });
  const overOverlays = options?.overOverlays ?? false;
  useEffect(() => {
    if (!on) return;
    function onKeyDown(event: KeyboardEvent) {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event)) return;
      if (!overOverlays && hasOverlay()) return;
      latest.current[event.key]?.(event);
    }
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [on, overOverlays]);
}
