"use client";
import { ImageOff } from "lucide-react";
import { useState } from "react";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import type { GenerationImage } from "@/server/domain/generation-view";

interface ImageViewProps {
  image: GenerationImage;
  alt: string;
  /** When it was made, for what stands there when it is gone. */
  madeAtMs?: number | null;
  className?: string;
}

/** A stored picture on a checkerboard. When storage no longer has it, its place says so instead of breaking. */
export function ImageView({ image, alt, madeAtMs = null, className }: ImageViewProps) {
  const [missing, setMissing] = useState<string | null>(null);
  if (missing === image.url || image.expiredAtMs !== null) {
    return (
      <div
        className={cn(
          "flex aspect-square flex-col items-center justify-center gap-2 rounded-button border border-line bg-sunken p-4 text-center text-small text-ink-2",
          className,
        )}
      >
        <Icon icon={ImageOff} />
        <span>
          Image expired in storage
          {image.expiredAtMs === null ? null : (
            <>
              , removed <LocalTime atMs={image.expiredAtMs} /> by age
            </>
          )}
          {madeAtMs === null ? null : (
            <>
              . Made <LocalTime atMs={madeAtMs} />.
            </>
          )}
        </span>
        <code className="break-all text-ink-3">{image.sha256.slice(0, 16)}</code>
      </div>
    );
  }
  return (
    <a
      href={image.url}
      target="_blank"
      rel="noreferrer"
      className={cn("checkerboard block overflow-hidden rounded-button border border-line", className)}
    >
      {/* biome-ignore lint/performance/noImgElement: the optimizer is off, and these addresses are signed */}
      <img
        src={image.url}
        alt={alt}
        width={image.width}
        height={image.height}
        decoding="async"
        onError={() => setMissing(image.url)}
        className="block h-auto w-full"
      />
    </a>
  );
}

/** What a reader hears for a generated picture: what it was asked to show. */
export function imageAlt(prompt: string | null, position: number, count: number): string {
  const subject = prompt ? `Generated picture: ${prompt.slice(0, 160)}` : "Generated picture";
  return count > 1 ? `${subject} (${position + 1} of ${count})` : subject;
}
