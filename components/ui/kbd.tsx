import { cn } from "./cn";

export function Kbd({ children, inverse = false }: { children: string; inverse?: boolean }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-5 min-w-5 items-center justify-center rounded-[4px] border px-1 font-sans text-axis",
        inverse ? "border-current" : "border-line bg-canvas text-ink-2",
      )}
    >
      {children}
    </kbd>
  );
}
