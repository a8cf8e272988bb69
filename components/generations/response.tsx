import { formatBytes, formatPart, formatPixels } from "@/components/format";
import { type Fact, Facts } from "@/components/ui/facts";
import { ATTEMPT_STATE_WORDS } from "@/components/words";
import type { AttemptView, GenerationDetail } from "@/server/domain/generation-view";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";

/** What the providers answered, as far as it is kept: never a secret, and no address that carries one. */
export function Response({ detail }: { detail: GenerationDetail }) {
  const sent = detail.attempts.filter((attempt) => attempt.jobId !== null);
  return (
    <div className="flex flex-col gap-4">
      {sent.map((attempt) => (
        <div key={attempt.id}>
          {sent.length > 1 ? (
            <p className="m-0 mb-1 text-small text-ink-3">
              Attempt {attempt.number}, {PROVIDER_NAMES[attempt.provider]}
            </p>
          ) : null}
          <Facts facts={attemptFacts(attempt)} />
        </div>
      ))}
      {detail.images.length > 0 ? (
        <Facts
          facts={detail.images.flatMap((image): Fact[] => {
            const which = detail.images.length > 1 ? ` ${image.position + 1}` : "";
            const value = `${image.mimeType}, ${formatPixels(image.width, image.height)}, ${formatBytes(image.sizeBytes)}`;
            return [
              { name: `Image${which}`, value },
              { name: `SHA-256${which}`, value: image.sha256, mono: true },
            ];
          })}
        />
      ) : null}
    </div>
  );
}

function attemptFacts(attempt: AttemptView): (Fact | null)[] {
  const reported = (name: string, ms: number | null) => (ms === null ? null : { name, value: formatPart(ms) });
  return [
    { name: "End", value: ATTEMPT_STATE_WORDS[attempt.state] },
    { name: "Job", value: attempt.jobId, mono: true },
    attempt.workerId === null ? null : { name: "Worker", value: attempt.workerId, mono: true },
    attempt.httpStatus === null ? null : { name: "HTTP status", value: attempt.httpStatus.toString() },
    reported("Delay", attempt.delayMs),
    reported("Execution", attempt.executionMs),
  ];
}
