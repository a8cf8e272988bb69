import type { ReactNode } from "react";
import { listEnvironments } from "@/app/_environment/environment-of";
import { requireUser } from "@/app/_trpc/server";
import { ConsoleProviders } from "@/components/frame/providers";
import { Shell } from "@/components/frame/shell";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const user = await requireUser();
  const environments = await listEnvironments();
  const first = environments[0];
  const defaultName = environments.find((environment) => environment.isDefault)?.name ?? first?.name ?? "production";
  return (
    <ConsoleProviders environments={{ names: environments.map((environment) => environment.name), defaultName }}>
      <Shell userName={user.name || user.email}>{children}</Shell>
    </ConsoleProviders>
  );
}
