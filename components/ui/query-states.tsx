"use client";
import type { ReactNode } from "react";
import { EmptyState } from "./empty-state";
import { ErrorState } from "./error-state";
import { SkeletonRows } from "./skeleton";

/** What the states need of a query: the shape that every tRPC query hook returns. */
export interface QueryLike<Data> {
  data: Data | undefined;
  error: { message: string; data?: unknown } | null;
  isPending: boolean;
  refetch: () => unknown;
}

interface QueryStatesProps<Data> {
  query: QueryLike<Data>;
  /** What could not be loaded, as the start of a sentence: "The generations". */
  what: string;
  /** Null data or `isEmpty` shows this. */
  empty?: ReactNode;
  isEmpty?: (data: Data) => boolean;
  skeleton?: ReactNode;
  children: (data: Data) => ReactNode;
}

/** The request id that the error formatter attaches; null where the answer never came. */
export function requestIdOf(error: { data?: unknown } | null): string | null {
  const data = error?.data;
  if (typeof data !== "object" || data === null || !("requestId" in data)) return null;
  return typeof data.requestId === "string" ? data.requestId : null;
}

/** Loading, error and empty look the same in every panel. Old data stays in sight while a refetch fails. */
export function QueryStates<Data>({ query, what, empty, isEmpty, skeleton, children }: QueryStatesProps<Data>) {
  if (query.data === undefined) {
    if (query.error) {
      return (
        <ErrorState
          title={`${what} could not be loaded`}
          cause={query.error.message}
          requestId={requestIdOf(query.error)}
          onRetry={() => query.refetch()}
        />
      );
    }
    return skeleton ?? <SkeletonRows />;
  }
  if (empty !== undefined && isEmpty?.(query.data))
    return typeof empty === "string" ? <EmptyState>{empty}</EmptyState> : empty;
  return children(query.data);
}
