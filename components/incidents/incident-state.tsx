import { CircleCheck, OctagonAlert } from "lucide-react";
import { Icon } from "@/components/ui/icon";

/** Open or resolved, as icon and word. */
export function IncidentState({ resolved }: { resolved: boolean }) {
  return (
    <span
      data-state={resolved ? "ok" : "breach"}
      className={
        resolved
          ? "inline-flex h-6 shrink-0 justify-self-start items-center gap-1.5 text-small text-ink-2"
          : "inline-flex h-6 shrink-0 justify-self-start items-center gap-1.5 rounded-full bg-breach-bg px-2 text-small text-breach-text"
      }
    >
      <Icon icon={resolved ? CircleCheck : OctagonAlert} size={14} />
      {resolved ? "Resolved" : "Open"}
    </span>
  );
}
