import "server-only";

import { cache } from "react";
import { trpc } from "@/app/_trpc/server";
import { environmentWord } from "@/components/words";

/** Once a request, for the layout, the title and the page. */
export const listEnvironments = cache(() => trpc.environments.list());

export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** The environment that a page is asked for; an unknown one is the default, as in the browser (components/frame). */
export async function environmentOf(searchParams: SearchParams): Promise<string> {
  const environments = await listEnvironments();
  const wanted = (await searchParams).env;
  const found = environments.find((environment) => environment.name === wanted);
  return (found ?? environments.find((environment) => environment.isDefault) ?? environments[0])?.name ?? "production";
}

/** `Overview · Sandbox`: a tab says which environment it is about. */
export async function titleIn(searchParams: SearchParams, page: string): Promise<string> {
  return `${page} · ${environmentWord(await environmentOf(searchParams))}`;
}
