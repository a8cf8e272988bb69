import { TRPCError } from "@trpc/server";
import { getAuth } from "@/server/auth/get-auth";
import { type Session, sessionFromHeaders } from "@/server/auth/session-principal";
import { databaseUnavailable } from "@/server/database-unavailable";
import { newId } from "@/server/domain/ids";
import { AppError } from "@/server/errors";
import { getRuntime, type Runtime } from "@/server/runtime";
import { TRPC_CODES } from "./errors";

export interface TrpcContext {
  runtime: Runtime;
  session: Session | null;
  requestId: string;
}

/**
 * One a request: who asks is found once for all procedures of a batch. The request id is the one that our server in
 * front gave, since clients cannot set it there.
 */
export async function createTrpcContext(headers: Headers): Promise<TrpcContext> {
  try {
    return {
      runtime: getRuntime(),
      session: await sessionFromHeaders(getAuth(), headers, Date.now()),
      requestId: headers.get("x-request-id") ?? newId(),
    };
  } catch (error) {
    const known = AppError.is(error) ? error : databaseUnavailable(error);
    if (known) throw new TRPCError({ code: TRPC_CODES[known.code], message: known.message, cause: known });
    throw error;
  }
}
