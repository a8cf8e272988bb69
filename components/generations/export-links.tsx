import { Download } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { exportHref } from "./export-href";
import type { toQuery } from "./filters";

/** The view as a file, all of it and not only the rows that were loaded. */
export function ExportLinks({ filter }: { filter: ReturnType<typeof toQuery> }) {
  return (
    <div className="flex gap-2">
      <a href={exportHref(filter, "csv")} download className={buttonClass()}>
        <Icon icon={Download} />
        Export CSV
      </a>
      <a href={exportHref(filter, "ndjson")} download aria-label="Export NDJSON" className={buttonClass("ghost")}>
        NDJSON
      </a>
    </div>
  );
}
