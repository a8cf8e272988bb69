import { LocalTime } from "@/components/ui/local-time";
import { EVENT_WORDS } from "@/components/words";
import type { GenerationEventView } from "@/server/domain/generation-view";
import { eventFact } from "./event-fact";

function dataWords(data: Record<string, unknown> | null): string | null {
  if (data === null) return null;
  const words = Object.entries(data)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value))
    .map(([name, value]) => eventFact(name, value));
  return words.length === 0 ? null : words.join(", ");
}

export function EventList({ events }: { events: GenerationEventView[] }) {
  return (
    <ol className="m-0 list-none p-0 text-small">
      {events.map((event) => (
        <li key={event.id} className="grid grid-cols-[auto_1fr] gap-x-4 border-b border-line py-1.5 last:border-b-0">
          <span className="text-ink-3">
            <LocalTime atMs={event.atMs} />
          </span>
          <span className="min-w-0 text-ink-1">
            {EVENT_WORDS[event.kind]}
            {dataWords(event.data) ? (
              <span className="block break-words text-ink-3">{dataWords(event.data)}</span>
            ) : null}
          </span>
        </li>
      ))}
    </ol>
  );
}
