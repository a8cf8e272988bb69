import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { createTrpcContext } from "./context";
import { appRouter } from "./root";
import { refuseForeignRequest } from "./same-origin";

/** Answers `/api/trpc/*`. Our server in front has limited the body; who asks is found here, from the request alone. */
export function handleTrpc(request: Request): Promise<Response> {
  const refusal = refuseForeignRequest(request);
  if (refusal) return Promise.resolve(refusal);
  return fetchRequestHandler({
    endpoint: "/api/trpc",
    req: request,
    router: appRouter,
    createContext: () => createTrpcContext(request.headers),
    allowMethodOverride: false,
    responseMeta: () => ({ headers: new Headers([["cache-control", "no-store"]]) }),
  });
}
