"use client";
import { Minus, Plus } from "lucide-react";
import { type PointerEvent, useRef, useState } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import type { Compared } from "./compare-modes";

const ZOOMS = [25, 50, 100, 200, 400] as const;

/** Both pictures pixel for pixel; moving or zooming one does the same to the other. */
export function ActualSize({ left, right }: { left: Compared; right: Compared }) {
  const [zoom, setZoom] = useState<number>(100);
  const frames = useRef<(HTMLElement | null)[]>([]);
  const at = ZOOMS.findIndex((step) => step >= zoom);

  /** Where one looks, as a share of the way, so that pictures of two sizes still show the same place. */
  function follow(from: number) {
    const moved = frames.current[from];
    const other = frames.current[1 - from];
    if (!moved || !other) return;
    const share = (position: number, range: number) => (range > 0 ? position / range : 0);
    const x = share(moved.scrollLeft, moved.scrollWidth - moved.clientWidth) * (other.scrollWidth - other.clientWidth);
    const y =
      share(moved.scrollTop, moved.scrollHeight - moved.clientHeight) * (other.scrollHeight - other.clientHeight);
    // Less than a pixel is the answer to its own question: without this the two would chase each other.
    if (Math.abs(other.scrollLeft - x) >= 1) other.scrollLeft = x;
    if (Math.abs(other.scrollTop - y) >= 1) other.scrollTop = y;
  }

  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <IconButton icon={Minus} label="Zoom out" disabled={at <= 0} onClick={() => setZoom(ZOOMS[at - 1] ?? zoom)} />
        <output className="min-w-12 text-center text-small text-ink-1">{zoom}%</output>
        <IconButton
          icon={Plus}
          label="Zoom in"
          disabled={at >= ZOOMS.length - 1}
          onClick={() => setZoom(ZOOMS[at + 1] ?? zoom)}
        />
        {zoom === 100 ? null : (
          <Button size="small" onClick={() => setZoom(100)}>
            1:1
          </Button>
        )}
        <span className="text-small text-ink-3">Drag, or use the arrow keys in a picture.</span>
      </div>
      <div className="flex flex-col gap-3 md:flex-row">
        {[left, right].map((of, index) => (
          <Frame
            key={of.name}
            of={of}
            zoom={zoom}
            onMoved={() => follow(index)}
            take={(frame) => {
              frames.current[index] = frame;
            }}
          />
        ))}
      </div>
    </div>
  );
}

interface FrameProps {
  of: Compared;
  zoom: number;
  onMoved: () => void;
  take: (frame: HTMLElement | null) => void;
}

function Frame({ of, zoom, onMoved, take }: FrameProps) {
  function drag(event: PointerEvent<HTMLElement>) {
    // Fingers scroll by themselves.
    if (event.pointerType !== "mouse" || event.buttons !== 1) return;
    event.currentTarget.scrollBy(-event.movementX, -event.movementY);
  }
  return (
    <figure className="m-0 flex min-w-0 flex-1 flex-col gap-1">
      <section
        ref={take}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        aria-label={`${of.name} at ${zoom}%`}
        onScroll={onMoved}
        onPointerDown={(event) => {
          if (event.pointerType === "mouse") event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        className="checkerboard h-[min(56vh,560px)] cursor-grab overflow-auto rounded-button border border-line active:cursor-grabbing"
      >
        {/* biome-ignore lint/performance/noImgElement: the optimizer is off, and these addresses are signed */}
        <img
          src={of.image.url}
          alt={`${of.name}: ${of.alt}`}
          draggable={false}
          style={{ width: (of.image.width * zoom) / 100, imageRendering: zoom > 100 ? "pixelated" : "auto" }}
          className="block h-auto max-w-none"
        />
      </section>
      <figcaption className="text-small text-ink-2">{of.name}</figcaption>
    </figure>
  );
}
