"use client";
import Link from "next/link";
import { formatLatency, formatMoney } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { ImageView } from "@/components/generations/image-view";
import { failureTitle } from "@/components/words";
import { PROVIDER_NAMES } from "@/server/domain/vocabulary";
import { CALL_STATE_WORDS } from "./batch-words";
import type { Batch, BatchCall } from "./use-batches";

/** Every prompt with both pictures side by side, also those that were not made, and why. */
export function ContactSheet({ batch }: { batch: Batch }) {
  return (
    <ol className="m-0 flex list-none flex-col p-0">
      {batch.pairs.map((pair) => (
        // What is far below is laid out when it is scrolled to: a sheet has up to 400 pictures.
        <li
          key={pair.position}
          data-pair={pair.position}
          className="border-t border-line py-4 [contain-intrinsic-size:auto_340px] [content-visibility:auto] first:border-t-0 first:pt-0"
        >
          <p className="m-0 mb-2 text-body break-words">
            <span className="text-ink-2">{pair.position}.</span> {pair.prompt}
          </p>
          <div className="grid grid-cols-2 gap-3 md:gap-4">
            {pair.calls.map((call) => (
              <Picture key={call.provider} call={call} prompt={pair.prompt} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Picture({ call, prompt }: { call: BatchCall; prompt: string }) {
  const { hrefIn } = useEnvironment();
  const name = PROVIDER_NAMES[call.provider];
  return (
    <figure data-state={call.state} className="m-0 min-w-0">
      {call.image ? (
        <ImageView image={{ ...call.image, position: 0, location: "disk" }} alt={`${name}: ${prompt}`} />
      ) : (
        <div className="flex aspect-square max-h-60 w-full items-center justify-center rounded-button border border-line bg-sunken p-3 text-center text-small text-ink-2">
          {CALL_STATE_WORDS[call.state]}
        </div>
      )}
      <figcaption className="mt-1.5 text-small break-words text-ink-2">
        <span className="text-ink-1">{name}</span>
        {call.failureMode ? `, ${failureTitle(call.failureMode)}` : null}
        {call.words ? `: ${call.words}` : null}
        {call.state === "succeeded" ? `, ${formatLatency(call.latencyMs)}, ${formatMoney(call.costMicros)}` : null}
        {call.generationId ? (
          <>
            {" "}
            <Link href={hrefIn(`/generations/${call.generationId}`)} className="text-ink-1">
              Open<span className="sr-only"> generation of {name}</span>
            </Link>
          </>
        ) : null}
      </figcaption>
    </figure>
  );
}
