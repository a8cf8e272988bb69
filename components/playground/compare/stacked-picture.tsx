import type { Compared } from "./compare-modes";

interface StackedPictureProps {
  of: Compared;
  clipPath?: string;
  className?: string;
}

/** A picture that fills its frame, over whatever is there. */
export function StackedPicture({ of, clipPath, className = "" }: StackedPictureProps) {
  return (
    // biome-ignore lint/performance/noImgElement: the optimizer is off, and these addresses are signed
    <img
      src={of.image.url}
      alt={`${of.name}: ${of.alt}`}
      draggable={false}
      style={{ clipPath }}
      className={`absolute inset-0 size-full object-contain ${className}`}
    />
  );
}
