import { randomBytes } from "node:crypto";

export function makeNonce(): string {
  return randomBytes(18).toString("base64");
}

export interface PageOptions {
  dev: boolean;
  secure: boolean;
  /** The bucket's own domain, from which pictures are shown; null: they come from here alone. */
  picturesFrom: string | null;
}

/**
 * The policy of a page. Scripts run only with this request's nonce and what those load (Next's chunks): a script that
 * somebody smuggles into the page does not. Styles may be inline, since React writes `style` attributes.
 */
export function pagePolicy(nonce: string, options: PageOptions): string {
  return [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'${options.dev ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    ["img-src 'self' data: blob:", options.picturesFrom].filter(Boolean).join(" "),
    "font-src 'self' data:",
    `connect-src 'self'${options.dev ? " ws:" : ""}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(options.secure ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** Beside the policy, on every page and asset. */
export function pageHeaders(secure: boolean): [string, string][] {
  return [
    ["x-content-type-options", "nosniff"],
    ["referrer-policy", "same-origin"],
    ["cross-origin-opener-policy", "same-origin"],
    ["cross-origin-resource-policy", "same-origin"],
    ["permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"],
    ["x-frame-options", "DENY"],
    ...(secure ? ([["strict-transport-security", "max-age=31536000; includeSubDomains"]] as [string, string][]) : []),
  ];
}
