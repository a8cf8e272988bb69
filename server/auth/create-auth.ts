import { createHmac } from "node:crypto";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import type { Database } from "@/db/client";
import { accounts, sessions, users, verifications } from "@/db/schema";
import type { Log } from "@/server/log";

export interface AuthDeps {
  db: Database;
  /** The installation's secret; sessions are signed with a key made from it. */
  secret: Buffer;
  publicUrl: string | null;
  log: Log;
}

const HOUR_S = 3_600;
/** Idle limit; every use within it moves it on, up to SESSION_MAX_MS after sign-in. */
export const SESSION_IDLE_S = 8 * HOUR_S;
export const SESSION_MAX_MS = 7 * 24 * HOUR_S * 1000;
export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 128;

/** Set by our own server from the connection, never taken from a client: see server/http/guard-request.ts. */
export const CLIENT_ADDRESS_HEADER = "x-switchyard-client-address";

/** better-auth for people: e-mail and password, nobody signs up by themselves. Keys of apps are our own code. */
export function createAuth({ db, secret, publicUrl, log }: AuthDeps) {
  const secure = publicUrl?.startsWith("https://") ?? false;
  return betterAuth({
    appName: "Switchyard",
    basePath: "/api/auth",
    // Only absolute addresses in mails and callbacks are made from it, and there are none.
    baseURL: publicUrl ?? "http://localhost",
    secret: createHmac("sha256", secret).update("sessions").digest("hex"),
    database: drizzleAdapter(db, {
      provider: "pg",
      usePlural: true,
      schema: { users, sessions, accounts, verifications },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: PASSWORD_MIN,
      maxPasswordLength: PASSWORD_MAX,
      revokeSessionsOnPasswordReset: true,
    },
    user: { additionalFields: { role: { type: "string", required: true, input: false, defaultValue: "admin" } } },
    // No cookie cache: a session that was ended is refused at its next use.
    session: { expiresIn: SESSION_IDLE_S, updateAge: 300, cookieCache: { enabled: false } },
    // server/auth/sign-in-limit.ts counts instead: by account as well as by address, and failures only.
    rateLimit: { enabled: false },
    trustedOrigins: (request) => (request ? ownOrigins(request, publicUrl) : []),
    advanced: {
      cookiePrefix: "switchyard",
      useSecureCookies: false, // it would prepend __Secure-; our name carries the stricter prefix itself
      cookies: { session_token: { name: secure ? "__Host-switchyard.session" : "switchyard.session" } },
      defaultCookieAttributes: { httpOnly: true, sameSite: "lax", secure, path: "/" },
      ipAddress: { ipAddressHeaders: [CLIENT_ADDRESS_HEADER] },
    },
    telemetry: { enabled: false },
    logger: {
      level: "warn",
      // Its further arguments may hold what people typed.
      log: (level, message) => (level === "error" ? log.error(message) : log.warn(message)),
    },
  });
}
export type Auth = ReturnType<typeof createAuth>;

/** The origin that the request itself was sent to, and the public one: a page elsewhere is neither. */
function ownOrigins(request: Request, publicUrl: string | null): string[] {
  const host = request.headers.get("host");
  return [...(host ? [`http://${host}`, `https://${host}`] : []), ...(publicUrl ? [new URL(publicUrl).origin] : [])];
}
