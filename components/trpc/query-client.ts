import { defaultShouldDehydrateQuery, QueryClient } from "@tanstack/react-query";
import { TRPCClientError } from "@trpc/client";

const RETRIES = 2;

/** A 4xx says the same a second time; a 503 or a lost connection may not. */
function mayHelp(failures: number, error: unknown): boolean {
  if (failures >= RETRIES) return false;
  if (!(error instanceof TRPCClientError)) return true;
  const status = (error.data as { httpStatus?: number } | null | undefined)?.httpStatus;
  return status === undefined || status >= 500;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // Above zero, so that a page's prefetch is not asked again as soon as the browser has it.
      queries: { staleTime: 5_000, retry: mayHelp, refetchOnWindowFocus: true },
      mutations: { retry: false },
      dehydrate: {
        shouldDehydrateQuery: (query) => defaultShouldDehydrateQuery(query) || query.state.status === "pending",
      },
    },
  });
}

let browserClient: QueryClient | undefined;

/** A fresh cache for every render on the server, where people would share it; one for the whole tab in a browser. */
export function currentQueryClient(): QueryClient {
  if (typeof window === "undefined") return createQueryClient();
  browserClient ??= createQueryClient();
  return browserClient;
}
