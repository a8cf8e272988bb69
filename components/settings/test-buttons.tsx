"use client";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { DIGEST_CHANNELS, type DigestChannel } from "@/server/domain/digest";

const WORDS: Record<DigestChannel, string> = { email: "Send test by e-mail", slack: "Send test to Slack" };
const SENT: Record<DigestChannel, string> = { email: "A test is mailed.", slack: "A test is posted." };

interface TestButtonsProps {
  environment: string;
  settings: RouterOutputs["digests"]["settings"];
}

/** A wrong address is found now, not on Monday. To the addresses that are saved. */
export function TestButtons({ environment, settings }: TestButtonsProps) {
  const test = trpc.digests.test.useMutation();
  const { data, error, variables } = test;
  const isClosed = (channel: DigestChannel) =>
    settings.missing[channel] !== null || (channel === "email" && settings.plan.emails.length === 0);
  const channel = variables?.channel ?? "email";
  const said = data === undefined ? null : data.outcome === "sent" ? (data.note ?? SENT[channel]) : data.problem;
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-line pt-4">
      {DIGEST_CHANNELS.map((each) => (
        <Button
          key={each}
          disabled={isClosed(each)}
          busy={test.isPending && channel === each}
          onClick={() => test.mutate({ environment, channel: each })}
        >
          {WORDS[each]}
        </Button>
      ))}
      <p role="status" className="m-0 text-small text-ink-2">
        {said}
      </p>
      {error ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          Not sent: {error.message}
        </p>
      ) : null}
    </div>
  );
}
