import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { completeSetup, completeSetupInput } from "@/server/auth/complete-setup";
import { CLIENT_ADDRESS_HEADER } from "@/server/auth/create-auth";
import { getAuth } from "@/server/auth/get-auth";
import { isSameOrigin } from "@/server/auth/same-origin";
import { takeSignInTry } from "@/server/auth/sign-in-limit";
import { zodProblems } from "@/server/domain/zod-problems";
import { AppError, type ErrorCode } from "@/server/errors";
import { sendJson } from "./answer";
import { type Call, header, type Route } from "./call";
import { parseJson } from "./json-body";
import { readBody } from "./read-body";

const BODY_MAX_BYTES = 16_384;
const PUBLIC = {
  access: "public",
  why: "people sign in and out here; each of them checks cookie and origin itself",
} as const;

const signInInput = z.strictObject({
  email: z.email({ error: "must be an e-mail address" }).max(254),
  password: z.string({ error: "must be a text" }).min(1, { error: "must not be empty" }).max(1_000),
});
const nothing = z.strictObject({});

/** The only doors of better-auth that are open; everything else under /api/auth is not found. */
export const authRoutes: Route[] = [
  { method: "POST", path: "/api/auth/setup", ...PUBLIC, handle: setUp },
  { method: "POST", path: "/api/auth/sign-in/email", ...PUBLIC, handle: signIn },
  { method: "POST", path: "/api/auth/sign-out", ...PUBLIC, handle: signOut },
];

async function setUp(call: Call): Promise<void> {
  const input = await readInput(call, completeSetupInput);
  const user = await completeSetup({ db: call.runtime.db, auth: getAuth(), requestId: call.requestId }, input);
  call.runtime.log.info("the first administrator was made", { userId: user.id, requestId: call.requestId });
  await passOn(call, "sign-in/email", { email: input.email, password: input.password });
}

async function signIn(call: Call): Promise<void> {
  const input = await readInput(call, signInInput);
  const address = addressOf(call.incoming);
  const giveBack = await takeSignInTry(call.runtime.db, { email: input.email, address });
  const { log } = call.runtime;
  try {
    await passOn(call, "sign-in/email", input);
  } catch (error) {
    log.warn("sign-in refused", { address, requestId: call.requestId });
    throw error;
  }
  log.info("signed in", { address, requestId: call.requestId });
  await giveBack();
}

async function signOut(call: Call): Promise<void> {
  await readInput(call, nothing);
  await passOn(call, "sign-out", {});
}

/** Only JSON, and only from our own pages: no form of another site can send that. */
async function readInput<Output>(call: Call, schema: z.ZodType<Output>): Promise<Output> {
  const { incoming } = call;
  const headers = { get: (name: string) => header(incoming, name) };
  if (!isSameOrigin(headers, incoming.method ?? "POST"))
    throw new AppError("FORBIDDEN", "the request comes from another site");
  if (!/^application\/json\s*(;|$)/i.test(header(incoming, "content-type") ?? ""))
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", "the body must be application/json");
  const body = await readBody(incoming, BODY_MAX_BYTES);
  const parsed = schema.safeParse(body.length === 0 ? {} : parseJson(body));
  if (parsed.success) return parsed.data;
  const problems = zodProblems(parsed.error);
  throw new AppError("BAD_REQUEST", problems.map(({ field, rule }) => `${field} ${rule}`).join("; "), { problems });
}

const CODES: Record<number, ErrorCode> = {
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  429: "TOO_MANY_REQUESTS",
};

/** Hands the request to better-auth, and its cookies to the browser. Throws when it refuses. */
async function passOn(call: Call, path: string, body: unknown): Promise<void> {
  const { incoming, outgoing } = call;
  const headers = new Headers({ "content-type": "application/json", [CLIENT_ADDRESS_HEADER]: addressOf(incoming) });
  for (const name of ["cookie", "host", "origin", "user-agent"]) {
    const value = header(incoming, name);
    if (value !== null) headers.set(name, value);
  }
  const base = call.runtime.config.publicUrl ?? `http://${header(incoming, "host") ?? "localhost"}`;
  const request = new Request(new URL(`/api/auth/${path}`, base), {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const response = await getAuth().handler(request);
  const cookies = response.headers.getSetCookie();
  if (!response.ok) {
    const answer = (await response.json().catch(() => null)) as { message?: unknown } | null;
    const message = typeof answer?.message === "string" ? answer.message : "the request was refused";
    throw new AppError(CODES[response.status] ?? (response.status < 500 ? "BAD_REQUEST" : "INTERNAL"), message);
  }
  sendJson(outgoing, 200, { ok: true }, cookies.length > 0 ? { "set-cookie": cookies } : {});
}

/** The peer's own address: a forwarding header could be anybody's invention. */
export function addressOf(incoming: IncomingMessage): string {
  return incoming.socket.remoteAddress ?? "unknown";
}
