"use client";
import { useKeys } from "@/components/frame/single-keys";
import { type RouterOutputs, trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Kbd } from "@/components/ui/kbd";
import { QueryStates } from "@/components/ui/query-states";
import type { BlindAnswer } from "@/server/domain/batch";
import { BlindResultView } from "./blind-result";

type Blind = RouterOutputs["batch"]["blind"];

/** Two pictures of one prompt, shuffled; which provider made which is not even in the page. */
export function BlindPanel({ batchId }: { batchId: string }) {
  const blind = trpc.batch.blind.useQuery({ batchId });
  const utils = trpc.useUtils();
  const vote = trpc.batch.vote.useMutation({ onSettled: () => utils.batch.blind.invalidate({ batchId }) });
  const next = blind.data?.next ?? null;
  const isBusy = vote.isPending || blind.isFetching;
  const answer = (choice: BlindAnswer) => {
    if (next && !isBusy) vote.mutate({ batchId, position: next.position, answer: choice });
  };
  useKeys({ "1": () => answer("left"), "2": () => answer("right"), "0": () => answer("none") });
  return (
    <QueryStates query={blind} what="The comparison">
      {(data) => (
        <div className="flex flex-col gap-4">
          {data.total === 0 ? (
            <EmptyState>No prompt has both of its pictures yet.</EmptyState>
          ) : data.next ? (
            <Pair next={data.next} voted={data.voted} total={data.total} busy={isBusy} onAnswer={answer} />
          ) : (
            <p role="status" className="m-0 text-body">
              You have compared all {data.total} pairs.
            </p>
          )}
          {vote.error ? (
            <p role="alert" className="m-0 text-small text-breach-text">
              Not kept: {vote.error.message}
            </p>
          ) : null}
          <BlindResultView result={data.result} />
        </div>
      )}
    </QueryStates>
  );
}

interface PairProps {
  next: NonNullable<Blind["next"]>;
  voted: number;
  total: number;
  busy: boolean;
  onAnswer: (answer: BlindAnswer) => void;
}

function Pair({ next, voted, total, busy, onAnswer }: PairProps) {
  return (
    <div data-blind={next.position}>
      <p role="status" className="m-0 mb-2 text-body break-words">
        <span className="text-ink-2">
          Pair {voted + 1} of {total}.
        </span>{" "}
        {next.prompt}
      </p>
      <div className="grid grid-cols-2 gap-3 md:gap-4">
        {(["left", "right"] as const).map((side) => (
          <div key={side} className="flex min-w-0 flex-col gap-2">
            {/* biome-ignore lint/performance/noImgElement: the optimizer is off, and these addresses are signed */}
            <img
              src={next[side].url}
              alt={side === "left" ? "The left picture" : "The right picture"}
              width={next[side].width}
              height={next[side].height}
              className="block h-auto w-full rounded-button border border-line"
            />
            <Button busy={busy} onClick={() => onAnswer(side)}>
              {side === "left" ? "Left is better" : "Right is better"}
              <span className="max-md:hidden">
                <Kbd>{side === "left" ? "1" : "2"}</Kbd>
              </span>
            </Button>
          </div>
        ))}
      </div>
      <div className="mt-3 flex justify-center">
        <Button busy={busy} onClick={() => onAnswer("none")}>
          No difference
          <span className="max-md:hidden">
            <Kbd>0</Kbd>
          </span>
        </Button>
      </div>
    </div>
  );
}
