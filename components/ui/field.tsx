"use client";
import { type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes, useId } from "react";
import { cn } from "./cn";

export interface ControlProps {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong and how to mend it; linked to the control and announced when it appears. */
  error?: string | null;
  /** Stands at the right of the label, such as a count of characters. */
  aside?: ReactNode;
  className?: string;
  children: (control: ControlProps) => ReactNode;
}

export function Field({ label, hint, error, aside, className, children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const described = [error ? errorId : null, hint ? hintId : null].filter(Boolean).join(" ");
  return (
    <div className={cn("flex min-w-0 flex-col gap-1.5", className)}>
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="text-small text-ink-2">
          {label}
        </label>
        {aside ? <span className="text-small text-ink-3">{aside}</span> : null}
      </div>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error ? true : undefined })}
      {hint ? (
        <p id={hintId} className="m-0 text-small text-ink-3">
          {hint}
        </p>
      ) : null}
      <p id={errorId} role="alert" className={cn("m-0 text-small text-breach-text", !error && "hidden")}>
        {error}
      </p>
    </div>
  );
}

const CONTROL =
  "w-full min-w-0 rounded-control border border-edge bg-surface px-3 text-ink-1 text-field transition-colors hover:border-ink-3 aria-invalid:border-breach disabled:bg-sunken disabled:text-ink-3 read-only:bg-canvas";

export function Input({ className, ...rest }: InputHTMLAttributes<HTMLInputElement>) {
  return <input {...rest} className={cn(CONTROL, "h-11 md:h-9 md:text-body", className)} />;
}

/** Set in the monospaced face: prompts are read letter by letter. */
export function PromptArea(props: Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className">) {
  return <textarea {...props} className={cn(CONTROL, "min-h-11 resize-y py-2 font-mono md:min-h-9 md:text-code")} />;
}

/** For what people write to each other. */
export function TextArea(props: Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className">) {
  return <textarea {...props} className={cn(CONTROL, "min-h-11 resize-y py-2 md:text-body")} />;
}
