import { StatusBadge } from "@/components/ui/status";
import type { Finding } from "@/server/domain/endpoint/guardian";

/** What does harm or will, each with its numbers and what to do about it. */
export function FindingList({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return <p className="m-0 text-body text-ink-2">Nothing is wrong with the endpoint.</p>;
  return (
    <ul aria-label="Findings" className="m-0 flex list-none flex-col gap-3 p-0">
      {findings.map(({ key, level, title, says, todo }) => (
        <li key={key} className="flex flex-col gap-1 rounded-control border border-line p-3">
          <div className="flex flex-wrap items-center justify-between gap-2">
            <span className="text-body font-medium text-ink-1">{title}</span>
            <StatusBadge state={level} />
          </div>
          <p className="m-0 break-words text-small text-ink-2">{says}</p>
          <p className="m-0 break-words text-small text-ink-1">{todo}</p>
        </li>
      ))}
    </ul>
  );
}
