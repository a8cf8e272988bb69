import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { trpc } from "@/app/_trpc/server";
import { EntryCard } from "@/components/auth/entry-card";
import { SetupForm } from "@/components/auth/setup-form";

export const metadata: Metadata = { title: "Set up · Switchyard" };

interface Props {
  searchParams: Promise<{ token?: string | string[] }>;
}

export default async function SetupPage({ searchParams }: Props) {
  if (!(await trpc.session.setupNeeded())) redirect("/login");
  const { token } = await searchParams;
  if (typeof token !== "string" || token === "") {
    return (
      <EntryCard title="The link is incomplete">
        <p className="m-0 text-body text-ink-2">
          It ends with <code className="font-mono text-code">?token=…</code>. Copy the whole line that Switchyard
          printed when it started.
        </p>
      </EntryCard>
    );
  }
  return (
    <EntryCard title="Create the first administrator" intro="The link works once. It belongs to whoever uses it first.">
      <SetupForm token={token} />
    </EntryCard>
  );
}
