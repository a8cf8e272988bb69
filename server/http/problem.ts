import { databaseUnavailable } from "@/server/database-unavailable";
import { AppError, type ErrorCode, type FieldProblem } from "@/server/errors";

/** RFC 9457, with our code, the broken rules and the request's id. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors: FieldProblem[];
  requestId: string;
}

const KINDS: Record<ErrorCode, { status: number; title: string }> = {
  BAD_REQUEST: { status: 400, title: "The request is not valid" },
  UNAUTHORIZED: { status: 401, title: "Not signed in" },
  FORBIDDEN: { status: 403, title: "Not allowed" },
  NOT_FOUND: { status: 404, title: "Not found" },
  CONFLICT: { status: 409, title: "Conflict" },
  PAYLOAD_TOO_LARGE: { status: 413, title: "Too large" },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: "Unsupported content type" },
  UNPROCESSABLE: { status: 422, title: "Cannot be processed" },
  TOO_MANY_REQUESTS: { status: 429, title: "Too many requests" },
  NOT_CONFIGURED: { status: 503, title: "Provider not configured" },
  OVERLOADED: { status: 503, title: "Overloaded" },
  UNAVAILABLE: { status: 503, title: "Not available just now" },
  INTERNAL: { status: 500, title: "Internal error" },
};

export interface ProblemAnswer {
  problem: Problem;
  headers: Record<string, string>;
  /** The error to log: ours to mend, and not fit to be shown. Null where the caller was told everything. */
  hidden: unknown;
}

/** What a caller may know of an error. Anything that we did not name may hold SQL, a path or a secret. */
export function toProblem(error: unknown, requestId: string): ProblemAnswer {
  const known = AppError.is(error) ? error : databaseUnavailable(error);
  const shown = known ?? new AppError("INTERNAL", `Something went wrong here. Request ${requestId} is in the log.`);
  const { status, title } = KINDS[shown.code];
  const headers: Record<string, string> = {};
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="Switchyard"';
  if (shown.retryAfterS !== null) headers["retry-after"] = String(Math.max(1, Math.ceil(shown.retryAfterS)));
  else if (status === 503 || status === 429) headers["retry-after"] = "5";
  return {
    problem: {
      type: `urn:switchyard:problem:${shown.code.toLowerCase().replaceAll("_", "-")}`,
      title,
      status,
      detail: shown.message,
      code: shown.code,
      errors: shown.problems,
      requestId,
    },
    headers,
    hidden: AppError.is(error) ? null : error,
  };
}
