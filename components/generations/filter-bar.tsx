"use client";
import { ListFilter } from "lucide-react";
import { useState } from "react";
import { formatCount } from "@/components/format";
import { Button } from "@/components/ui/button";
import { FilterChip } from "@/components/ui/chip";
import { Dialog } from "@/components/ui/dialog";
import { Icon } from "@/components/ui/icon";
import { type FacetCounts, type FilterGroup, filterGroups } from "./filter-groups";
import { activeCount, type FilterKey, type Filters } from "./filters";

interface FilterBarProps {
  filters: Filters;
  facets: FacetCounts | undefined;
  onToggle: (key: FilterKey, value: string) => void;
  onClear: () => void;
}

/** Filters as chips with their counts, from 768 on. */
export function FilterBar({ filters, facets, onToggle, onClear }: FilterBarProps) {
  return (
    <div className="mb-4 hidden flex-wrap items-center gap-x-4 gap-y-2 md:flex">
      {filterGroups(filters, facets).map((group) => (
        <ChipGroup key={group.key} group={group} onToggle={onToggle} />
      ))}
      {activeCount(filters) > 0 ? (
        <Button variant="ghost" size="small" onClick={onClear}>
          Clear
        </Button>
      ) : null}
    </div>
  );
}

/** The same on a phone: behind one button that counts those in force. */
export function FilterSheet({ filters, facets, onToggle, onClear }: FilterBarProps) {
  const [sheetOpen, setSheetOpen] = useState(false);
  const groups = filterGroups(filters, facets);
  const active = activeCount(filters);
  return (
    <>
      <Button className="md:hidden" onClick={() => setSheetOpen(true)}>
        <Icon icon={ListFilter} />
        Filters{active > 0 ? ` (${active})` : ""}
      </Button>
      <Dialog open={sheetOpen} onOpenChange={setSheetOpen} title="Filters" asSheet>
        <div className="flex flex-col gap-5">
          {groups.map((group) => (
            <div key={group.key}>
              <p className="m-0 mb-2 text-small text-ink-3">{group.label}</p>
              <ChipGroup group={group} onToggle={onToggle} />
            </div>
          ))}
          <div className="sticky -bottom-6 -mx-6 -mb-6 flex gap-2 border-t border-line bg-surface px-6 py-4">
            <Button onClick={onClear}>Clear</Button>
            <Button variant="primary" onClick={() => setSheetOpen(false)}>
              Show {facets && !facets.more ? formatCount(facets.total) : "rows"}
            </Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

function ChipGroup({ group, onToggle }: { group: FilterGroup; onToggle: FilterBarProps["onToggle"] }) {
  if (group.chips.length === 0) return null;
  return (
    <fieldset className="m-0 flex min-w-0 flex-wrap gap-1.5 border-0 p-0">
      <legend className="sr-only">{group.label}</legend>
      {group.chips.map((chip) => (
        <FilterChip
          key={chip.value}
          pressed={chip.pressed}
          count={chip.count === null ? undefined : formatCount(chip.count)}
          onClick={() => onToggle(group.key, chip.value)}
        >
          {chip.label}
        </FilterChip>
      ))}
    </fieldset>
  );
}
