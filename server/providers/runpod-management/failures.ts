import { AppError, type FieldProblem, type ProviderError } from "@/server/errors";
import { asProviderError } from "../provider-failure";
import { problemSchema } from "./schemas";

const KEY_NEEDED =
  "RUNPOD_API_KEY must be a key with the permission All, or a restricted one that may read and write this endpoint (RunPod console, Settings, API keys)";

/**
 * A management call's failure in words for whoever made it. What RunPod refuses is never taken for a refusal of
 * our own: a wrong key at RunPod does not end anybody's session here.
 */
export function toManagementError(thrown: unknown, endpointId: string): AppError {
  if (AppError.is(thrown)) return thrown;
  const error = asProviderError("comfyui", thrown);
  const said = saidBy(error);
  const fail = (code: AppError["code"], message: string, problems: FieldProblem[] = []) =>
    new AppError(code, message, {
      cause: error,
      problems,
      ...(error.retryAfterMs === null ? {} : { retryAfterS: Math.ceil(error.retryAfterMs / 1_000) }),
    });
  switch (error.httpStatus) {
    case 401:
      return fail("NOT_CONFIGURED", `RunPod does not know the key (401: ${said.detail}): ${KEY_NEEDED}`);
    case 403:
      return fail("NOT_CONFIGURED", `RunPod's management does not let this key in (403): ${KEY_NEEDED}`);
    case 404:
      return fail("NOT_FOUND", `RunPod has no endpoint ${endpointId}: check RUNPOD_COMFYUI_ENDPOINT_ID`);
    case 400:
    case 422:
      return fail(
        "UNPROCESSABLE",
        `RunPod refused the change: ${said.errors.join("; ") || said.detail}`,
        said.problems,
      );
    case 429: {
      const waitS = Math.ceil((error.retryAfterMs ?? 60_000) / 1_000);
      return fail("TOO_MANY_REQUESTS", `RunPod's management takes no more calls just now: try again in ${waitS} s`);
    }
    default:
      return fail("UNAVAILABLE", `RunPod's management did not answer as it should: ${said.detail}`);
  }
}

function saidBy(error: ProviderError): { detail: string; errors: string[]; problems: FieldProblem[] } {
  const parsed = problemSchema.safeParse(tryJson(error.raw));
  const { detail, title, errors } = parsed.success ? parsed.data : {};
  const list = errors ?? [];
  const problems = list.map((text) => {
    const [, field, rule] = /^([\w.[\]]+):\s*(.+)$/.exec(text) ?? [];
    return { field: field ?? "endpoint", rule: rule ?? text };
  });
  return { detail: detail || title || error.message.replace(/^ComfyUI: /, ""), errors: list, problems };
}

function tryJson(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return null;
  }
}
