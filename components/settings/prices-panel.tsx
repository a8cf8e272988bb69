"use client";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { RouterOutputs } from "@/components/trpc/client";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Disclosure } from "@/components/ui/disclosure";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { AddPriceDialog } from "./add-price-dialog";
import type { BookedPrice } from "./booked-price-type";
import { PriceRow } from "./price-row";

type Book = RouterOutputs["prices"]["list"];

/** The price book: what is in force and used first, the rest behind a line each. */
export function PricesPanel() {
  const book = trpc.prices.list.useQuery();
  const [adding, setAdding] = useState(false);
  const add = (
    <Button variant="primary" onClick={() => setAdding(true)}>
      <Icon icon={Plus} />
      Add price
    </Button>
  );
  return (
    <Panel
      title="Prices"
      note="What costs are computed from. A price ends where the next one begins; no cost of before changes."
      aside={add}
      refreshing={book.isRefetching}
    >
      <QueryStates
        query={book}
        what="The prices"
        isEmpty={({ prices }) => prices.length === 0}
        empty={<EmptyState>No price yet: every cost is unknown.</EmptyState>}
      >
        {(all) => <Groups book={all} />}
      </QueryStates>
      <AddPriceDialog open={adding} onOpenChange={setAdding} />
    </Panel>
  );
}

function Groups({ book }: { book: Book }) {
  const { atMs, usageDays, prices } = book;
  const isEnded = (price: BookedPrice) => price.effectiveToMs !== null && price.effectiveToMs <= atMs;
  const current = prices.filter((price) => !isEnded(price));
  // Somebody's own prices stand in sight even before anything has been computed from them.
  const isShown = (price: BookedPrice) => price.costLines > 0 || price.effectiveFromMs > atMs - usageDays * 86_400_000;
  const hidden = [
    { name: "Other prices in force", rows: current.filter((price) => !isShown(price)) },
    { name: "Ended", rows: prices.filter(isEnded) },
  ];
  const list = (rows: BookedPrice[]) => (
    <ul className="m-0 list-none p-0">
      {rows.map((price) => (
        <PriceRow key={price.id} price={price} usageDays={usageDays} atMs={atMs} />
      ))}
    </ul>
  );
  const shown = current.filter(isShown);
  return (
    <>
      {shown.length === 0 ? (
        <EmptyState>Nothing was computed from a price in the last {usageDays} days.</EmptyState>
      ) : (
        list(shown)
      )}
      {hidden.map(({ name, rows }) =>
        rows.length === 0 ? null : (
          <Disclosure key={name} summary={`${name} (${rows.length})`} className="mt-2 border-t border-line pt-2">
            {list(rows)}
          </Disclosure>
        ),
      )}
    </>
  );
}
