"use client";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, Suspense } from "react";
import { TrpcProvider } from "@/components/trpc/client";
import { ToastProvider } from "@/components/ui/toast";
import { EnvironmentProvider } from "./environment";
import { HydrationMark } from "./hydration-mark";

const LATER_PARTS = [
  () => import("./account-menu-box"),
  () => import("@/components/ui/select-box"),
  () => import("@/components/ui/tooltip-box"),
];

interface ConsoleProvidersProps {
  environments: { names: readonly string[]; defaultName: string };
  children: ReactNode;
}

export function ConsoleProviders({ environments, children }: ConsoleProvidersProps) {
  return (
    // Base UI's own style elements would be refused by the content security policy; globals.css carries them.
    <CSPProvider disableStyleElements>
      <NuqsAdapter>
        <TrpcProvider>
          <EnvironmentProvider list={environments}>
            <ToastProvider>
              <Suspense>
                {children}
                <HydrationMark parts={LATER_PARTS} />
              </Suspense>
            </ToastProvider>
          </EnvironmentProvider>
        </TrpcProvider>
      </NuqsAdapter>
    </CSPProvider>
  );
}
