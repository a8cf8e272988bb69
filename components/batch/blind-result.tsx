import { formatCount, formatRate } from "@/components/format";
import { Disclosure } from "@/components/ui/disclosure";
import { Facts } from "@/components/ui/facts";
import type { BlindResult } from "@/server/domain/batch";

/** What all voters have found; folded, so that nobody's next choice knows of it. */
export function BlindResultView({ result }: { result: BlindResult }) {
  if (result.votes === 0) return null;
  const { winRate, winRateInterval, atLeastAsGood, atLeastAsGoodInterval } = result;
  const interval = ({ low, high }: BlindResult["winRateInterval"]) => `95% ${formatRate(low)} to ${formatRate(high)}`;
  return (
    <Disclosure summary={`Result so far, votes: ${formatCount(result.votes)}, people: ${formatCount(result.voters)}`}>
      <Facts
        facts={[
          { name: "ComfyUI better", value: formatCount(result.candidateWins) },
          { name: "Scenario better", value: formatCount(result.controlWins) },
          { name: "No difference", value: formatCount(result.noDifference) },
          {
            name: "ComfyUI's win rate",
            value: `${formatRate(winRate)} where one was better (${interval(winRateInterval)})`,
          },
          {
            name: "At least as good",
            value: `${formatRate(atLeastAsGood)} of all pairs (${interval(atLeastAsGoodInterval)})`,
          },
        ]}
      />
    </Disclosure>
  );
}
