import { formatPixels } from "@/components/format";
import type { Compared } from "./compare-modes";
import { StackedPicture } from "./stacked-picture";

/** Each pixel's distance between the two: black where they agree. */
export function Difference({ left, right }: { left: Compared; right: Compared }) {
  const sameSize = left.image.width === right.image.width && left.image.height === right.image.height;
  return (
    <figure className="m-0 flex flex-col gap-2">
      <div
        className="relative isolate mx-auto w-full max-w-[720px] overflow-hidden rounded-button border border-line bg-black"
        style={{ aspectRatio: `${left.image.width} / ${left.image.height}` }}
      >
        <StackedPicture of={left} />
        <StackedPicture of={right} className="mix-blend-difference" />
      </div>
      <figcaption className="text-small text-ink-2">
        Black where {left.name} and {right.name} agree; the brighter, the further apart.
        {sameSize
          ? null
          : ` The sizes differ (${formatPixels(left.image.width, left.image.height)} and ${formatPixels(right.image.width, right.image.height)}), so both are scaled.`}
      </figcaption>
    </figure>
  );
}
