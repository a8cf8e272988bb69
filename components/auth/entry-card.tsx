import type { ReactNode } from "react";
import { BrandMark } from "@/components/frame/brand";
import { HydrationMark } from "@/components/frame/hydration-mark";

/** What stands before the console: one card, one task. */
export function EntryCard({ title, intro, children }: { title: string; intro?: ReactNode; children: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-100 flex-col justify-center gap-6 px-4 py-12">
      <div className="flex items-center gap-2.5 text-heading">
        <BrandMark />
        Switchyard
      </div>
      <div className="rounded-card border border-line bg-surface p-5 md:p-6">
        <h1 className="m-0 text-title">{title}</h1>
        {intro ? <div className="mt-1 text-body text-ink-2">{intro}</div> : null}
        <div className="mt-5">{children}</div>
      </div>
      <HydrationMark />
    </main>
  );
}
