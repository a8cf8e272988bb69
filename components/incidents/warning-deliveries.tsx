"use client";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";
import { type RouterOutputs, trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { deliveryWords } from "./delivery-words";

type Warning = RouterOutputs["warnings"]["list"][number];

interface WarningDeliveriesProps {
  environment: string;
  warning: Pick<Warning, "id" | "deliveries">;
}

/** Where a warning was sent; what may not have arrived can be sent again, by whoever may operate. */
export function WarningDeliveries({ environment, warning: { id, deliveries } }: WarningDeliveriesProps) {
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  const utils = trpc.useUtils();
  const again = trpc.warnings.sendAgain.useMutation({ onSettled: () => utils.warnings.list.invalidate() });
  if (deliveries.length === 0) return null;
  return (
    <>
      <div className="text-small text-ink-2">
        {deliveries.map((delivery) => {
          const { event, channel, state } = delivery;
          const words = deliveryWords(delivery);
          return (
            <div key={`${event} ${channel}`} className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <span className="min-w-0 break-words">{words}</span>
              {mayOperate && (state === "unsure" || state === "failed") ? (
                <Button
                  size="small"
                  busy={again.isPending}
                  onClick={() => again.mutate({ environment, warningId: id, event, channel })}
                  aria-label={`Send again: ${words}`}
                >
                  Send again
                </Button>
              ) : null}
            </div>
          );
        })}
      </div>
      {again.error ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          Not put back in line: {again.error.message}
        </p>
      ) : null}
    </>
  );
}
