"use client";

import { httpBatchStreamLink, httpSubscriptionLink, splitLink } from "@trpc/client";
import { createTRPCNext } from "@trpc/next";
import type { ComponentType, ReactNode } from "react";
import type { AppRouter } from "@/server/trpc/root";
import { currentQueryClient } from "./query-client";

export type { RouterOutputs } from "@/server/trpc/root";

const url = "/api/trpc";

/** The one seam to @trpc/next. */
export const trpc = createTRPCNext<AppRouter>({
  ssr: false, // pages are rendered from the server's own prefetch, not by replaying the tree
  config: () => ({
    queryClient: currentQueryClient(),
    links: [
      splitLink({
        condition: (operation) => operation.type === "subscription",
        true: httpSubscriptionLink({ url }),
        false: httpBatchStreamLink({ url, maxURLLength: 4_000 }),
      }),
    ],
  }),
});

const Shell = ({ children }: { children: ReactNode }) => <>{children}</>;
// withTRPC types its result as a page, which takes no children; a provider does.
export const TrpcProvider = trpc.withTRPC(Shell) as ComponentType<{ children: ReactNode }>;
