import { Disclosure } from "@/components/ui/disclosure";

const TAGS: readonly { tag: string; effect: string }[] = [
  { tag: "[fault:cold]", effect: "a worker has to start" },
  { tag: "[fault:cold_too_long]", effect: "it starts for longer than the deadline" },
  { tag: "[fault:out_of_memory]", effect: "the GPU runs out of memory" },
  { tag: "[fault:missing_model]", effect: "the checkpoint is not on the worker" },
  { tag: "[fault:rate_limited*2]", effect: "429 twice, then served" },
  { tag: "[fault:blank_image]", effect: "a blank picture, refused by the result gate" },
  { tag: "[fault:slow=10]", effect: "ten times slower" },
  { tag: "[fault:never_finishes]", effect: "runs until the deadline, or until cancelled" },
];

/** In the sandbox a word in the prompt provokes what real providers do on bad days. */
export function FaultHints({ onAdd }: { onAdd: (tag: string) => void }) {
  return (
    <Disclosure summary="Provoke a failure (sandbox)">
      <ul className="m-0 flex list-none flex-col gap-1 p-0">
        {TAGS.map(({ tag, effect }) => (
          <li key={tag}>
            <button
              type="button"
              onClick={() => onAdd(tag)}
              className="flex min-h-11 w-full flex-wrap items-baseline gap-x-3 rounded-control border-0 bg-transparent px-2 py-1 text-left text-small hover:bg-sunken md:min-h-7"
            >
              <code className="font-mono text-code text-ink-1">{tag}</code>
              <span className="text-ink-2">{effect}</span>
            </button>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
