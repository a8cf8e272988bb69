import type { RouterOutputs } from "@/components/trpc/client";
import { EmptyState } from "@/components/ui/empty-state";
import { LiveAge } from "@/components/ui/live-age";
import { Panel } from "@/components/ui/panel";
import { actorWords } from "@/server/domain/actor-words";

/** `api_key.created` as `Api key created`. */
function actionWords(action: string): string {
  const words = action.replaceAll(/[._]/g, " ").replace(/\bapi\b/, "API");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

type Overview = RouterOutputs["overview"]["get"];

export function ChangesPanel({ overview }: { overview: Overview }) {
  return (
    <Panel title="Recent changes" note="from the audit trail">
      {overview.audit.length === 0 ? (
        <EmptyState>Nobody has changed anything yet.</EmptyState>
      ) : (
        <ol className="m-0 list-none p-0">
          {overview.audit.map((entry) => (
            <li
              key={entry.seq}
              className="grid grid-cols-[1fr_auto] gap-x-4 border-t border-line py-2.5 first:border-t-0"
            >
              <span className="text-ink-1">{actionWords(entry.action)}</span>
              <span className="text-right text-small whitespace-nowrap text-ink-3">
                <LiveAge atMs={entry.atMs} />
              </span>
              <span className="col-span-2 min-w-0 text-small break-words text-ink-2">
                {actorWords(entry.actor)} via {entry.via}
                {entry.reason ? `: ${entry.reason}` : ""}
              </span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
