"use client";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import type { DeliveryState } from "@/server/domain/digest";

type Delivery = RouterOutputs["digests"]["settings"]["deliveries"][number];

const STATE_WORDS: Record<DeliveryState, string> = {
  waiting: "waits for the next try",
  sending: "is being sent",
  sent: "sent",
  failed: "failed, given up",
  unsure: "may have arrived",
};
const CHANNEL_WORDS = { email: "e-mail", slack: "Slack" };

interface DeliveryListProps {
  environment: string;
  deliveries: readonly Delivery[];
  mayOperate: boolean;
}

export function DeliveryList({ environment, deliveries, mayOperate }: DeliveryListProps) {
  const utils = trpc.useUtils();
  const again = trpc.digests.sendAgain.useMutation({ onSuccess: () => utils.digests.settings.invalidate() });
  return (
    <>
      <ul className="m-0 list-none p-0">
        {deliveries.map(({ week, channel, state, tries, problem, sentAtMs, nextAtMs }) => (
          <li
            key={`${week} ${channel}`}
            data-state={state === "failed" ? "breach" : state === "unsure" ? "watch" : "ok"}
            className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-t border-line py-2 text-body first:border-t-0"
          >
            <span className="min-w-0">
              {week} by {CHANNEL_WORDS[channel]}: {STATE_WORDS[state]}
              <span className="block text-small text-ink-2">
                {sentAtMs === null ? null : <LocalTime atMs={sentAtMs} />}
                {state === "waiting" ? <LocalTime atMs={nextAtMs} /> : null}
                {tries > 1 ? `, try ${tries}` : ""}
                {problem ? ` ${problem}` : ""}
              </span>
            </span>
            {mayOperate && (state === "failed" || state === "unsure") ? (
              <Button
                size="small"
                busy={again.isPending}
                onClick={() => again.mutate({ environment, week, channel })}
                aria-label={`Send ${week} again by ${CHANNEL_WORDS[channel]}`}
              >
                Send again
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      {again.error ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          Not put back in line: {again.error.message}
        </p>
      ) : null}
    </>
  );
}
