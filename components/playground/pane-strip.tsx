"use client";
import { type ReactNode, useRef, useState } from "react";
import { cn } from "@/components/ui/cn";
import { Segmented } from "@/components/ui/segmented";

interface PaneStripProps {
  panes: readonly { key: string; name: string; content: ReactNode }[];
}

/** Panes beside each other; on a phone one at a time, by swiping or by the tabs above. */
export function PaneStrip({ panes }: PaneStripProps) {
  const strip = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState("0");
  const several = panes.length > 1;

  function show(index: string) {
    setShown(index);
    const target = strip.current?.children[Number(index)];
    target?.scrollIntoView({ block: "nearest", inline: "start" });
  }

  function onScroll() {
    const element = strip.current;
    if (!element || element.clientWidth === 0) return;
    const index = Math.round(element.scrollLeft / element.clientWidth);
    setShown(String(Math.min(panes.length - 1, index)));
  }

  return (
    <>
      {several ? (
        <Segmented
          label="Result shown"
          labelHidden
          value={shown}
          onChange={show}
          options={panes.map(({ name }, index) => ({ value: String(index), label: name }))}
          className="mb-3 md:hidden"
        />
      ) : null}
      <div
        ref={strip}
        onScroll={onScroll}
        className={cn(
          // What is only for readers is placed: inside the strip, or it would widen the page.
          "relative flex flex-row md:gap-6",
          several && "gap-3 max-md:snap-x max-md:snap-mandatory max-md:overflow-x-auto max-md:overscroll-x-contain",
        )}
      >
        {panes.map(({ key, content }) => (
          <div key={key} className="flex w-full min-w-0 shrink-0 snap-start flex-col md:flex-1 md:shrink">
            {content}
          </div>
        ))}
      </div>
    </>
  );
}
