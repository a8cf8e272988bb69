import type { RouterOutputs } from "@/components/trpc/client";

type Delivery = RouterOutputs["warnings"]["list"][number]["deliveries"][number];

const EVENT = { fired: "warning", worse: "that it is worse", resolved: "that it is over" };
const CHANNEL = { email: "by e-mail", slack: "to Slack" };
const STATE = {
  waiting: "waits to be sent",
  sending: "is being sent",
  sent: "sent",
  failed: "could not be sent",
  unsure: "may have arrived",
};

/** Such as "warning by e-mail: sent". */
export function deliveryWords({ event, channel, state, problem }: Delivery): string {
  return `${EVENT[event]} ${CHANNEL[channel]}: ${STATE[state]}${problem === null ? "" : ` (${problem})`}`;
}
