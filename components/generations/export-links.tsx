import { Download } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import type { GenerationSort } from "@/server/domain/generation-sort";
import { exportHref } from "./export-href";
import type { toQuery } from "./filters";

interface ExportLinksProps {
  filter: ReturnType<typeof toQuery>;
  sort: GenerationSort;
}

/** The view as a file, in its order, all of it and not only the rows that were loaded. */
export function ExportLinks({ filter, sort }: ExportLinksProps) {
  return (
    <div className="flex gap-2">
      <a href={exportHref(filter, sort, "csv")} download className={buttonClass()}>
        <Icon icon={Download} />
        Export CSV
      </a>
      <a href={exportHref(filter, sort, "ndjson")} download aria-label="Export NDJSON" className={buttonClass("ghost")}>
        NDJSON
      </a>
    </div>
  );
}
