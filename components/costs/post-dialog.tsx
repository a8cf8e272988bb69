"use client";
import { Send } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Icon } from "@/components/ui/icon";
import { QueryStates } from "@/components/ui/query-states";
import { useToast } from "@/components/ui/toast";
import type { Review } from "./review-type";

/** Shows what would be posted, and posts exactly that. */
export function PostButton({ review }: { review: Review }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Icon icon={Send} />
        Post to Slack…
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        title="Post to Slack"
        description="This text, and nothing else, goes to the webhook."
        className="max-w-180"
      >
        {open ? <Preview review={review} onDone={() => setOpen(false)} /> : null}
      </Dialog>
    </>
  );
}

function Preview({ review, onDone }: { review: Review; onDone: () => void }) {
  const { environment, week, timeZone } = review;
  const toast = useToast();
  const preview = trpc.digests.preview.useQuery({ environment, week, timeZone }, { gcTime: 0 });
  const post = trpc.digests.post.useMutation({
    onSuccess: (result) => {
      if (result.outcome !== "sent") return;
      toast(`${week} is posted`);
      onDone();
    },
  });
  const failed = post.error?.message ?? (post.data && post.data.outcome !== "sent" ? post.data.problem : null);
  return (
    <QueryStates query={preview} what="The preview">
      {({ text, missing }) => (
        <div className="flex flex-col gap-4">
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
            tabIndex={0}
            className="m-0 max-h-96 overflow-auto rounded-control border border-line bg-sunken p-3 font-mono text-code"
          >
            {text}
          </pre>
          {missing ? <p className="m-0 text-body text-ink-2">{missing}.</p> : null}
          {failed ? (
            <p role="alert" className="m-0 text-body text-breach-text">
              Not posted: {failed}
            </p>
          ) : null}
          <div className="flex justify-end">
            <Button
              variant="primary"
              busy={post.isPending}
              disabled={missing !== null}
              onClick={() => post.mutate({ environment, week, timeZone, seenText: text })}
            >
              Post
            </Button>
          </div>
        </div>
      )}
    </QueryStates>
  );
}
