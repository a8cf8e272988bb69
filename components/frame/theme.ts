"use client";
import { useCallback, useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_WORDS: Record<Theme, string> = { system: "System", light: "Light", dark: "Dark" };

const YEAR_S = 31_536_000;
const CHANGED = "switchyard:theme";

function read(): Theme {
  const value = document.documentElement.dataset.theme;
  return value === "light" || value === "dark" ? value : "system";
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener(CHANGED, onChange);
  return () => window.removeEventListener(CHANGED, onChange);
}

/** The theme shown now, and a way to choose another: at once here, and by cookie for what the server renders next. */
export function useTheme(): [Theme, (theme: Theme) => void] {
  const theme = useSyncExternalStore(subscribe, read, () => "system" as const);
  const choose = useCallback((next: Theme) => {
    if (next === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = next;
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain HTTP, where consoles live
    document.cookie = `theme=${next}; path=/; max-age=${YEAR_S}; samesite=lax`;
    window.dispatchEvent(new Event(CHANGED));
  }, []);
  return [theme, choose];
}
