"use client";
import { useEnvironment } from "@/components/frame/environment";
import { useRolloutStatus } from "@/components/rollout/use-rollout-status";
import { trpc } from "@/components/trpc/client";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { DeliveryList } from "./delivery-list";
import { DigestForm } from "./digest-form";

/** When the weekly digest goes out and to whom, a test of each way, and what became of the newest ones. */
export function NotificationsPanel() {
  const { name: environment } = useEnvironment();
  const settings = trpc.digests.settings.useQuery({ environment });
  const mayOperate = useRolloutStatus().data?.mayOperate ?? false;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Panel title="Weekly digest" note="the review of the week that is over, once a week and channel">
        <QueryStates query={settings} what="The notifications">
          {(data) => <DigestForm key={environment} environment={environment} settings={data} mayOperate={mayOperate} />}
        </QueryStates>
      </Panel>
      {settings.data && settings.data.deliveries.length > 0 ? (
        <Panel title="Deliveries" note="the newest first">
          <DeliveryList environment={environment} deliveries={settings.data.deliveries} mayOperate={mayOperate} />
        </Panel>
      ) : null}
    </div>
  );
}
