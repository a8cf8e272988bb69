"use client";

export interface AuthAnswer {
  ok: boolean;
  /** Fit for people; empty when ok. */
  message: string;
  /** What is wrong by field, as whole sentences. */
  fields: Record<string, string>;
}

const LABELS: Record<string, string> = { name: "The name", email: "The e-mail address", password: "The password" };

/** Sends a form to one of the sign-in doors. Never throws: a lost connection is an answer too. */
export async function postAuth(path: "setup" | "sign-in/email", body: Record<string, string>): Promise<AuthAnswer> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, message: "Switchyard does not answer. Check that it runs, then try again.", fields: {} };
  }
  if (response.ok) return { ok: true, message: "", fields: {} };
  const problem: unknown = await response.json().catch(() => null);
  return { ok: false, ...readProblem(problem, response) };
}

function readProblem(problem: unknown, response: Response): Pick<AuthAnswer, "message" | "fields"> {
  const fields: Record<string, string> = {};
  let message = `The request failed (${response.status}).`;
  if (typeof problem === "object" && problem !== null) {
    if ("detail" in problem && typeof problem.detail === "string") message = sentence(problem.detail);
    const rules = "errors" in problem && Array.isArray(problem.errors) ? problem.errors : [];
    for (const rule of rules) {
      if (typeof rule?.field === "string" && typeof rule.rule === "string")
        fields[rule.field] ??= `${LABELS[rule.field] ?? rule.field} ${rule.rule}.`;
    }
  }
  if (response.status === 401) message = "E-mail address or password is wrong.";
  if (response.status === 429) message = `Too many tries. ${waitWords(response.headers.get("retry-after"))}`;
  return { message, fields };
}

function waitWords(retryAfter: string | null): string {
  const seconds = Number(retryAfter);
  if (!Number.isFinite(seconds) || seconds <= 0) return "Try again later.";
  const minutes = Math.ceil(seconds / 60);
  return `Try again in ${minutes} ${minutes === 1 ? "minute" : "minutes"}.`;
}

function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
