"use client";
import { CircleCheck, TriangleAlert } from "lucide-react";
import { EndpointCard } from "@/components/endpoint/endpoint-card";
import { formatLatency } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { Facts } from "@/components/ui/facts";
import { Icon } from "@/components/ui/icon";
import { ProviderName } from "@/components/ui/provider-mark";
import { QueryStates } from "@/components/ui/query-states";
import { OPERATION_WORDS } from "@/components/words";

type ProviderStatus = RouterOutputs["providers"]["status"][number];

/** What is set and what is missing, by variable name. A credential's value is never here. */
export function ProvidersPanel() {
  const { name } = useEnvironment();
  const status = trpc.providers.status.useQuery({ environment: name });
  return (
    <QueryStates query={status} what="The providers">
      {(providers) => (
        <div className="flex flex-col gap-4">
          {providers.map((provider) => (
            <ProviderCard key={provider.provider} status={provider} />
          ))}
          {providers.some(({ part, configured }) => part === "candidate" && configured) ? <EndpointCard /> : null}
        </div>
      )}
    </QueryStates>
  );
}

function ProviderCard({ status }: { status: ProviderStatus }) {
  return (
    <section
      aria-label={status.name}
      data-state={status.configured ? "ok" : "watch"}
      className="rounded-card border border-line bg-surface p-4 md:p-5"
    >
      <header className="mb-3 flex flex-wrap items-center justify-between gap-2">
        <h2 className="m-0 text-heading">
          <ProviderName provider={status.provider} />
        </h2>
        {status.configured ? (
          <span className="inline-flex items-center gap-1.5 text-small text-ink-2">
            <Icon icon={CircleCheck} />
            Configured
          </span>
        ) : (
          <span className="inline-flex items-center gap-1.5 rounded-full bg-watch-bg px-2 py-1 text-small text-watch-text">
            <Icon icon={TriangleAlert} />
            Missing
          </span>
        )}
      </header>
      {status.configured ? null : (
        <p className="m-0 mb-3 text-body text-ink-1">
          Set{" "}
          {status.missingVariables.map((variable, index) => (
            <span key={variable}>
              {index > 0 ? " and " : ""}
              <code className="rounded-[4px] bg-sunken px-1 font-mono text-code">{variable}</code>
            </span>
          ))}{" "}
          and start Switchyard again.
        </p>
      )}
      <Facts
        facts={[
          {
            name: "Part",
            value: status.part === "control" ? "Control: the provider we leave" : "Candidate: the provider we move to",
          },
          { name: "Deadline", value: formatLatency(status.deadlineMs) },
          ...status.operations.map((operation) => ({
            name: OPERATION_WORDS[operation.operation],
            value: operation.unavailable ?? operation.model ?? "available",
            mono: operation.unavailable === null && operation.model !== null,
          })),
          {
            name: "Sizes",
            value: `${status.limits.sizeMin} to ${status.limits.sizeMax}, in steps of ${status.limits.sizeStep}`,
          },
          { name: "Prompt", value: `up to ${status.limits.promptMaxChars} characters` },
        ]}
      />
    </section>
  );
}
