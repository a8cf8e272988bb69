"use client";
import { Download, Printer } from "lucide-react";
import { Button, buttonClass } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Icon } from "@/components/ui/icon";
import type { Review } from "./review-type";

const FORMATS = [
  { format: "csv", label: "CSV" },
  { format: "json", label: "JSON" },
  { format: "md", label: "Markdown" },
] as const;

/** The week as a file, on paper, and its address. */
export function ExportBar({ review }: { review: Review }) {
  const { environment, week, timeZone } = review;
  return (
    <fieldset aria-label="Export" className="no-print m-0 flex flex-wrap gap-2 border-0 p-0">
      {FORMATS.map(({ format, label }) => (
        <a
          key={format}
          href={`/api/v1/reviews/${week}?${new URLSearchParams({ format, environment, timeZone })}`}
          download
          className={buttonClass("secondary", "control")}
        >
          <Icon icon={Download} />
          {label}
        </a>
      ))}
      <Button onClick={() => window.print()}>
        <Icon icon={Printer} />
        Print
      </Button>
      <CopyButton text={() => linkTo(week)}>Copy link</CopyButton>
    </fieldset>
  );
}

/** The week by name, also where the address leaves it out for being the present one. */
function linkTo(week: string): string {
  const address = new URL(window.location.href);
  address.searchParams.set("week", week);
  return address.href;
}
