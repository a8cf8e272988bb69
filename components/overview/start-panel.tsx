"use client";
import { CircleCheck, CircleDashed } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Button, buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { Panel } from "@/components/ui/panel";
import { useSampleTraffic } from "./use-sample-traffic";

/** Where nothing has run yet: what to do, in order. */
export function StartPanel() {
  const { name, hrefIn, isSandbox } = useEnvironment();
  const status = trpc.providers.status.useQuery({ environment: name });
  const missing = status.data?.filter((provider) => !provider.configured) ?? [];
  const connected = status.data !== undefined && missing.length === 0;
  return (
    <Panel title="Start here" note="Nothing has run in this environment in the chosen time.">
      <ol className="m-0 flex list-none flex-col p-0">
        <Step
          done={connected}
          title="Connect the providers"
          action={
            <Link href={hrefIn("/settings/providers")} className={buttonClass()}>
              Open providers
            </Link>
          }
        >
          {isSandbox
            ? "The sandbox speaks both providers' protocols; nothing real is called and nothing is charged."
            : connected
              ? "Both are configured."
              : missing
                  .map((provider) => `${provider.name}: set ${provider.missingVariables.join(" and ")}.`)
                  .join(" ")}
        </Step>
        <Step
          done={false}
          title="Make a first picture"
          action={
            <Link href={hrefIn("/playground")} className={buttonClass("primary")}>
              Open the playground
            </Link>
          }
        >
          One prompt on both providers, side by side.
        </Step>
        {isSandbox ? <SampleTrafficStep /> : null}
        <Step
          done={false}
          title="Connect your app"
          action={
            <Link href={hrefIn("/settings/keys")} className={buttonClass()}>
              Create an API key
            </Link>
          }
        >
          One call returns images, whichever provider serves.
        </Step>
      </ol>
    </Panel>
  );
}

function SampleTrafficStep() {
  const { name } = useEnvironment();
  const traffic = useSampleTraffic(name, true);
  return (
    <Step
      done={traffic.run !== null}
      title="See it with traffic"
      action={
        <Button busy={traffic.isBusy} disabled={traffic.run !== null} onClick={traffic.start}>
          {traffic.run ? "On its way" : "Send sample traffic"}
        </Button>
      }
    >
      Five minutes of many users' requests, as a real service has them. At the command line:{" "}
      <code>switchyard sandbox traffic</code>
    </Step>
  );
}

function Step({
  done,
  title,
  action,
  children,
}: {
  done: boolean;
  title: string;
  action: ReactNode;
  children: ReactNode;
}) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-line py-4 first:border-t-0 last:pb-1">
      <div className="flex min-w-0 flex-1 basis-64 gap-3">
        <Icon icon={done ? CircleCheck : CircleDashed} className="mt-0.5 shrink-0 text-ink-2" />
        <div className="min-w-0">
          <p className="m-0 font-medium">
            {title}
            <span className="sr-only">{done ? ", done" : ", to do"}</span>
          </p>
          <p className="m-0 text-small text-ink-2">{children}</p>
        </div>
      </div>
      {action}
    </li>
  );
}
