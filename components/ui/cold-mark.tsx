import { Snowflake } from "lucide-react";
import { COLD_EXPLANATIONS, COLD_WORDS } from "@/components/words";
import type { ColdClass } from "@/server/domain/vocabulary";
import { cn } from "./cn";
import { Icon } from "./icon";

/** Cold has its own mark (snowflake) and colour; every other class is plain text. */
export function ColdMark({ coldClass, className }: { coldClass: ColdClass | null; className?: string }) {
  if (coldClass === null) return <span className="text-ink-3">–</span>;
  return (
    <span
      title={COLD_EXPLANATIONS[coldClass]}
      className={cn(
        "inline-flex items-center gap-1.5 whitespace-nowrap",
        coldClass === "cold" ? "text-cold" : "text-ink-2",
        className,
      )}
    >
      {coldClass === "cold" ? <Icon icon={Snowflake} size={14} /> : null}
      {COLD_WORDS[coldClass]}
    </span>
  );
}
