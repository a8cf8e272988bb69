import "server-only";

import { createHydrationHelpers } from "@trpc/react-query/rsc";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { cache } from "react";
import { createQueryClient } from "@/components/trpc/query-client";
import { createTrpcContext } from "@/server/trpc/context";
import { type AppRouter, createCaller } from "@/server/trpc/root";

const context = cache(async () => createTrpcContext(new Headers(await headers())));
const queryClient = cache(createQueryClient);

/**
 * `trpc.x.y(input)` calls a procedure as the visitor; `trpc.x.y.prefetch(input)` fills the cache that `HydrateClient`
 * hands to the browser. Await the prefetch for a `useQuery`; leave it for a `useSuspenseQuery`; once per query.
 */
export const { trpc, HydrateClient } = createHydrationHelpers<AppRouter>(createCaller(context), queryClient);

/** The visitor. Sends to the sign-in page whoever has no session; every page behind it calls this itself. */
export async function requireUser() {
  const { session } = await context();
  if (!session) redirect("/login");
  return session.user;
}

/** Null: nobody is signed in. */
export async function currentUser() {
  const { session } = await context();
  return session?.user ?? null;
}
