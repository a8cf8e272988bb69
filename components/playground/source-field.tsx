"use client";
import { ImageUp, X } from "lucide-react";
import { type DragEvent, useEffect, useEffectEvent, useId, useRef, useState } from "react";
import { formatBytes, formatPixels } from "@/components/format";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { Icon } from "@/components/ui/icon";
import { IconButton } from "@/components/ui/icon-button";
import { SourceAddress } from "./source-address";
import { readSourceImage, SOURCE_RULE, SOURCE_TYPES, type SourceImage } from "./source-image";

interface SourceFieldProps {
  image: SourceImage | null;
  error: string | null;
  onChange: (image: SourceImage | null) => void;
  onProblem: (problem: string) => void;
  /** Takes the newest picture; null while there is none. */
  onLastResult: (() => void) | null;
}

/** A picture by choosing, dropping or pasting, from an address, or the newest result. What will not do is refused here, before anything is sent. */
export function SourceField({ image, error, onChange, onProblem, onLastResult }: SourceFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  async function take(file: File | null | undefined) {
    if (!file) return;
    const read = await readSourceImage(file);
    if ("problem" in read) onProblem(read.problem);
    else onChange(read);
  }

  // Chosen on the server's page, before this ran: the browser's event came too early for anybody to hear.
  const takeEarlyChoice = useEffectEvent(() => void take(input.current?.files?.[0]));
  useEffect(() => takeEarlyChoice(), []);

  const onPaste = useEffectEvent((event: ClipboardEvent) => {
    const file = [...(event.clipboardData?.files ?? [])][0];
    if (!file) return;
    event.preventDefault();
    void take(file);
  });
  useEffect(() => {
    window.addEventListener("paste", onPaste);
    return () => window.removeEventListener("paste", onPaste);
  }, []);

  function onDrop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-small text-ink-2">
        Source picture
      </label>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra way; the button inside is the way for all */}
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
        className={cn(
          "rounded-control border border-dashed p-3",
          over ? "border-ink-1 bg-sunken" : error ? "border-breach" : "border-edge bg-canvas",
        )}
      >
        {image ? (
          <div className="flex items-center gap-3">
            {/* biome-ignore lint/performance/noImgElement: a picture in the page's memory has nothing to optimize */}
            <img src={image.dataUrl} alt="" className="checkerboard size-16 shrink-0 rounded-control object-cover" />
            <div className="min-w-0 flex-1 text-small">
              <p className="m-0 truncate text-ink-1">{image.name}</p>
              <p className="m-0 text-ink-3">
                {formatPixels(image.width, image.height)}, {formatBytes(image.sizeBytes)}
              </p>
            </div>
            <IconButton icon={X} label="Remove the source picture" onClick={() => onChange(null)} />
          </div>
        ) : (
          <div className="flex flex-col items-start gap-2">
            <div className="flex flex-wrap gap-2">
              <Button
                onClick={() => input.current?.click()}
                data-invalid={error ? true : undefined}
                aria-describedby={error ? `${id}-error` : undefined}
              >
                <Icon icon={ImageUp} />
                Choose a picture
              </Button>
              {onLastResult ? <Button onClick={onLastResult}>Use last result</Button> : null}
            </div>
            <p className="m-0 text-small text-ink-3">or drop or paste it here. {SOURCE_RULE}.</p>
            <SourceAddress onPicture={onChange} onProblem={onProblem} />
          </div>
        )}
        <input
          ref={input}
          id={id}
          type="file"
          tabIndex={-1}
          accept={SOURCE_TYPES.join(",")}
          aria-describedby={`${id}-error`}
          onChange={(event) => {
            void take(event.target.files?.[0]);
            // The same file chosen again must be read again.
            event.target.value = "";
          }}
          className="sr-only"
        />
      </div>
      <p id={`${id}-error`} role="alert" className={cn("m-0 text-small text-breach-text", !error && "hidden")}>
        {error}
      </p>
    </div>
  );
}
