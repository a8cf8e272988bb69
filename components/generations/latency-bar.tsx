import { formatPart } from "@/components/format";
import { cn } from "@/components/ui/cn";
import type { ProviderId } from "@/server/domain/vocabulary";
import { partClass } from "./part-colour";
import { PART_WORDS, type SplitPart } from "./timeline";

interface LatencyBarProps {
  parts: readonly SplitPart[];
  provider: ProviderId;
  className?: string;
}

export function describeParts(parts: readonly SplitPart[]): string {
  return parts.map((part) => `${PART_WORDS[part.kind]} ${formatPart(part.ms)}`).join(", ");
}

/** Where the time went, in proportion. Its name says the same in words. */
export function LatencyBar({ parts, provider, className }: LatencyBarProps) {
  const words = describeParts(parts);
  return (
    <div
      role="img"
      aria-label={words}
      title={words}
      className={cn("flex h-1.5 gap-px overflow-hidden rounded-full", className)}
    >
      {parts.map((part) => (
        <span
          key={part.kind}
          className={cn("bar-part min-w-px", partClass(part.kind, provider))}
          style={{ flexGrow: part.ms, flexBasis: 0 }}
        />
      ))}
    </div>
  );
}

/** The same parts as a legend with numbers, for where there is room. */
export function LatencyLegend({ parts, provider }: Omit<LatencyBarProps, "className">) {
  return (
    <ul className="m-0 flex list-none flex-wrap gap-x-4 gap-y-1 p-0 text-small text-ink-2">
      {parts.map((part) => (
        <li key={part.kind} className="inline-flex items-center gap-1.5">
          <span aria-hidden="true" className={cn("swatch size-2 rounded-[2px]", partClass(part.kind, provider))} />
          {PART_WORDS[part.kind]} <span className="text-ink-1">{formatPart(part.ms)}</span>
        </li>
      ))}
    </ul>
  );
}
