"use client";
import { formatCount, formatShareBp } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { CANDIDATE, PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { measuredWords } from "./measured-words";
import type { RolloutStatus } from "./use-rollout-status";

const REFRESH_MS = 10_000;

/** The share that was really served, beside the one that was set, and what lies between them. */
export function MeasuredLine({ revision }: { revision: RolloutStatus["revision"] }) {
  const { name: environment } = useEnvironment();
  const measured = trpc.rollout.measured.useQuery(
    { environment, revision: revision.number },
    { refetchInterval: REFRESH_MS, placeholderData: (previous) => previous },
  );
  const found = measured.data;
  return (
    <div>
      <dl className="m-0 grid grid-cols-2 gap-x-6 text-body">
        <div>
          <dt className="text-small text-ink-2">Configured</dt>
          <dd className="m-0 text-title">{formatShareBp(revision.candidateShareBp)}</dd>
        </div>
        <div>
          <dt className="text-small text-ink-2">Measured</dt>
          <dd className="m-0 text-title">
            {found?.measuredBp == null ? "–" : formatShareBp(Math.round(found.measuredBp / 10) * 10)}
          </dd>
        </div>
      </dl>
      <p className="m-0 mt-1 text-small text-ink-2">
        {found === undefined
          ? `Share of ${PROVIDER_NAMES[CANDIDATE]}.`
          : measuredWords(found, revision.candidateShareBp, formatCount(found.n))}
      </p>
    </div>
  );
}
