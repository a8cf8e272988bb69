"use client";
import { useSearchParams } from "next/navigation";
import { type UseQueryStatesKeysMap, useQueryStates } from "nuqs";
import { Button } from "@/components/ui/button";
import { timeParsers } from "./time-view";
import { unreadInAddress } from "./unread-address";

type PageParsers = UseQueryStatesKeysMap & Readonly<Record<string, { parse(text: string): unknown }>>;

/** Says what the address asks for and the page does not show. `parsers`: the page's own keys and those of time. */
export function AddressNote({ parsers = timeParsers }: { parsers?: PageParsers }) {
  // By the page's own parsers: whoever else holds a key is handed the value that is set here.
  const [, setKeys] = useQueryStates(parsers);
  const unread = unreadInAddress(useSearchParams(), parsers);
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
