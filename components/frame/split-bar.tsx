import { cn } from "@/components/ui/cn";
import { CANDIDATE, CONTROL, PROVIDER_NAMES } from "@/server/domain/vocabulary";

const ALL = 10_000;

interface SplitBarProps {
  candidateShareBp: number;
  className?: string;
}

/** Both shares as one bar. The words stand beside it wherever it is used, so it is a picture of them. */
export function SplitBar({ candidateShareBp, className }: SplitBarProps) {
  const controlShare = (ALL - candidateShareBp) / 100;
  const candidateShare = candidateShareBp / 100;
  return (
    <div
      role="img"
      aria-label={`${PROVIDER_NAMES[CONTROL]} ${controlShare}%, ${PROVIDER_NAMES[CANDIDATE]} ${candidateShare}%`}
      className={cn("flex gap-0.5 overflow-hidden", className)}
    >
      {controlShare > 0 ? (
        <span className="bar-part min-w-1 bg-scenario" style={{ flexGrow: controlShare, flexBasis: 0 }} />
      ) : null}
      {candidateShare > 0 ? (
        <span className="bar-part min-w-1 bg-comfyui" style={{ flexGrow: candidateShare, flexBasis: 0 }} />
      ) : null}
    </div>
  );
}
