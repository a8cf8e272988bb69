"use client";
import { useSearchParams } from "next/navigation";
import { parseAsString, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { timeParsers } from "./time-view";
import { unreadInAddress } from "./unread-address";

type Parsers = Readonly<Record<string, { parse(text: string): unknown }>>;
const NONE: Parsers = {};

/** Says what the address asks for and the page does not show. `parsers` are the page's own keys, beside those of time. */
export function AddressNote({ parsers = NONE }: { parsers?: Parsers }) {
  const query = useSearchParams();
  const unread = unreadInAddress(query, { ...timeParsers, ...parsers });
  const [, setKeys] = useQueryStates(Object.fromEntries(unread.map(({ key }) => [key, parseAsString])));
  if (unread.length === 0) return null;
  return (
    <p role="status" className="m-0 mb-3 flex flex-wrap items-center gap-2 text-small text-watch-text">
      <span className="min-w-0 break-words">
        Left out of the view, since it cannot be shown: {unread.map(({ text }) => text).join(", ")}
      </span>
      <Button
        variant="ghost"
        size="small"
        onClick={() => void setKeys(Object.fromEntries(unread.map(({ key, kept }) => [key, kept])))}
      >
        Take it out of the address
      </Button>
    </p>
  );
}
