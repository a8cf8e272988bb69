/** Classes that every overlay shares: the scrim, and how a surface comes and goes. */
export const SCRIM =
  "fixed inset-0 z-40 bg-scrim transition-opacity duration-200 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0";

export const DIALOG_POPUP =
  "rounded-sheet border border-line bg-surface text-ink-1 shadow-overlay outline-none transition-[opacity,transform] duration-200 data-[ending-style]:translate-y-2 data-[ending-style]:opacity-0 data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0";
