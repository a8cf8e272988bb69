import type { Metadata } from "next";
import Link from "next/link";
import { EntryCard } from "@/components/auth/entry-card";
import { buttonClass } from "@/components/ui/button";

export const metadata: Metadata = { title: "Not found · Switchyard" };

export default function NotFound() {
  return (
    <EntryCard title="There is nothing here">
      <p className="m-0 mb-4 text-body text-ink-2">The address is wrong, or what it named is gone.</p>
      <Link href="/" className={buttonClass("primary")}>
        Overview
      </Link>
    </EntryCard>
  );
}
