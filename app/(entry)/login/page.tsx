import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { currentUser, trpc } from "@/app/_trpc/server";
import { EntryCard } from "@/components/auth/entry-card";
import { LoginForm } from "@/components/auth/login-form";

export const metadata: Metadata = { title: "Sign in · Switchyard" };

export default async function LoginPage() {
  if (await currentUser()) redirect("/");
  if (await trpc.session.setupNeeded()) {
    return (
      <EntryCard title="No administrator yet">
        <p className="m-0 text-body text-ink-2">
          Open the one-time link that Switchyard printed when it started. Used or older than 15 minutes? Start it again
          for a new one.
        </p>
      </EntryCard>
    );
  }
  return (
    <EntryCard title="Sign in">
      <LoginForm />
    </EntryCard>
  );
}
