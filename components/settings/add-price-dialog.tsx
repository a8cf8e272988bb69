"use client";
import { useState } from "react";
import { formatCountFull } from "@/components/format";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { useToast } from "@/components/ui/toast";
import { OPERATION_WORDS } from "@/components/words";
import { PRICE_UNIT_WORDS, UNITS_OF } from "@/server/domain/price-text";
import { OPERATIONS, type Operation, SELLER_NAMES, SELLERS, type Seller } from "@/server/domain/vocabulary";

const PROVIDERS = SELLERS.map((value) => ({ value, label: SELLER_NAMES[value] }));
const OPERATION_OPTIONS = [
  { value: "any", label: "Every operation" },
  ...OPERATIONS.map((value) => ({ value, label: OPERATION_WORDS[value] })),
] as const;

const HINTS = {
  image: "Dollars an image, such as 0.05.",
  creative_unit: "Dollars a unit, such as 0.009.",
  gpu_second: "Dollars a second, or by the hour: 1.10/hour.",
  gb_month: "Dollars a month for each GB, such as 0.07.",
  class_a_operation: "Dollars an operation, or by the million: 4.50/million.",
  class_b_operation: "Dollars an operation, or by the million: 0.36/million.",
} as const;

const ITEM_LABELS = { scenario: "Model", comfyui: "GPU type", r2: "Storage class" } as const;

const EMPTY = { item: "", price: "", from: "", source: "" };

export function AddPriceDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const [provider, setProvider] = useState<Seller>("scenario");
  const [unit, setUnit] = useState(UNITS_OF.scenario[0] ?? "image");
  const [operation, setOperation] = useState<Operation | "any">("any");
  const [typed, setTyped] = useState(EMPTY);
  const utils = trpc.useUtils();
  const toast = useToast();
  const set = trpc.prices.set.useMutation({
    onSuccess: async ({ pricedGenerations: priced }, { item }) => {
      await utils.prices.list.invalidate();
      const filled = priced > 0 ? ` ${formatCountFull(priced)} generations of unknown cost are priced now.` : "";
      toast(`Added a price for ${item}`, `The one before it ends there. No known cost changes.${filled}`);
      close(false);
    },
  });
  const problems = set.error?.data?.problems ?? [];
  const rule = (field: string, name: string) => {
    const found = problems.find((entry) => entry.field === field)?.rule;
    return found ? `${name} ${found}.` : null;
  };
  const isNamed = problems.some(({ field }) => ["item", "price", "effectiveFrom", "source"].includes(field));

  function close(next: boolean) {
    onOpenChange(next);
    if (next) return;
    set.reset();
    setTyped(EMPTY);
  }

  function submit() {
    // Nothing typed: from this moment on. A day begins with its first moment in UTC.
    const effectiveFromMs = typed.from === "" ? Date.now() : Date.parse(`${typed.from}T00:00:00Z`);
    const { item, price, source } = typed;
    set.mutate({
      provider,
      unit,
      item,
      operation: unit !== "image" || operation === "any" ? null : operation,
      price,
      effectiveFromMs,
      source,
    });
  }

  const input = (field: keyof typeof EMPTY, label: string, hint: string, error: string | null, type = "text") => (
    <Field label={label} hint={hint} error={error}>
      {(control) => (
        <Input
          {...control}
          type={type}
          value={typed[field]}
          maxLength={200}
          autoComplete="off"
          onChange={(event) => setTyped((before) => ({ ...before, [field]: event.target.value }))}
        />
      )}
    </Field>
  );

  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title="Add a price"
      description="It follows the last price of its kind. Weeks that are signed keep what they were computed from."
    >
      <form
        noValidate
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="grid gap-4 md:grid-cols-2">
          <Select
            label="Provider"
            options={PROVIDERS}
            value={provider}
            onChange={(next) => {
              setProvider(next);
              setUnit(UNITS_OF[next][0] ?? "image");
            }}
          />
          <Select
            label="For a"
            options={UNITS_OF[provider].map((value) => ({ value, label: PRICE_UNIT_WORDS[value] }))}
            value={unit}
            onChange={setUnit}
          />
        </div>
        {input(
          "item",
          ITEM_LABELS[provider],
          "As the provider names it; * for all that have no price of their own.",
          rule("item", "It"),
        )}
        {unit === "image" ? (
          <Select label="Operation" options={OPERATION_OPTIONS} value={operation} onChange={setOperation} />
        ) : null}
        <div className="grid gap-4 md:grid-cols-2">
          {input("price", "Price", HINTS[unit], rule("price", "The price"))}
          {input(
            "from",
            "From",
            "First moment of the day in UTC; empty: from now on.",
            rule("effectiveFrom", "The day"),
            "date",
          )}
        </div>
        {input("source", "Source", "Where it was read: an invoice, a page, a contract.", rule("source", "It"))}
        {set.error && !isNamed ? (
          <p role="alert" className="m-0 text-small text-breach-text">
            Adding failed: {set.error.message}
          </p>
        ) : null}
        <div className="flex justify-end gap-2">
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button variant="primary" type="submit" busy={set.isPending}>
            Add price
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
