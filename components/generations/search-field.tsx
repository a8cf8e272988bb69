"use client";
import { Search } from "lucide-react";
import { type RefObject, useEffect, useState } from "react";
import { Icon } from "@/components/ui/icon";

const PAUSE_MS = 250;

interface SearchFieldProps {
  inputRef: RefObject<HTMLInputElement | null>;
  value: string;
  onChange: (value: string) => void;
}

/** Search by id or prompt. Asks when typing pauses, and at once on Enter. */
export function SearchField({ inputRef, value, onChange }: SearchFieldProps) {
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  if (shown !== value) {
    // The address changed without typing: back, forward or "clear".
    setShown(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);

  return (
    <search className="w-full md:w-72">
      <form
        className="relative"
        onSubmit={(event) => {
          event.preventDefault();
          onChange(typed);
        }}
      >
        <Icon icon={Search} className="pointer-events-none absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
        <input
          ref={inputRef}
          type="search"
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.target.value)}
          aria-label="Search by id or prompt"
          placeholder="Search by id or prompt"
          className="h-11 w-full rounded-control border border-edge bg-surface pr-3 pl-9 text-field text-ink-1 md:h-9 md:text-body"
        />
      </form>
    </search>
  );
}
