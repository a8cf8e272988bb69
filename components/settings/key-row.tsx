"use client";
import { Button } from "@/components/ui/button";
import { Tag } from "@/components/ui/chip";
import { cn } from "@/components/ui/cn";
import { LiveAge } from "@/components/ui/live-age";
import { LocalTime } from "@/components/ui/local-time";
import { useNow } from "@/components/ui/use-now";
import { SCOPE_WORDS } from "@/components/words";
import type { ApiKey } from "./api-key-type";

export function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const nowMs = useNow(30_000);
  const expired = nowMs !== null && apiKey.expiresAtMs !== null && apiKey.expiresAtMs <= nowMs;
  const ended = apiKey.revokedAtMs !== null || expired;
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 border-t border-line py-3 first:border-t-0">
      <div className="min-w-0 flex-1">
        <p className="m-0 flex flex-wrap items-center gap-2">
          <span className={cn("font-medium", ended ? "text-ink-3 line-through" : "text-ink-1")}>{apiKey.name}</span>
          <code className="font-mono text-code text-ink-2">{apiKey.prefix}</code>
          {apiKey.scopes.map((scope) => (
            <Tag key={scope}>{SCOPE_WORDS[scope].title}</Tag>
          ))}
        </p>
        <p className="m-0 mt-1 text-small text-ink-3">
          Created <LocalTime atMs={apiKey.createdAtMs} /> by {apiKey.createdBy} ·{" "}
          {apiKey.lastUsedAtMs === null ? (
            "never used"
          ) : (
            <>
              last used <LiveAge atMs={apiKey.lastUsedAtMs} />
            </>
          )}
          {apiKey.expiresAtMs === null ? null : (
            <>
              {" "}
              · {expired ? "expired" : "expires"} <LocalTime atMs={apiKey.expiresAtMs} />
            </>
          )}
        </p>
      </div>
      {apiKey.revokedAtMs === null ? (
        <Button size="small" onClick={onRevoke} aria-label={`Revoke ${apiKey.name}`}>
          Revoke
        </Button>
      ) : (
        <span className="text-small text-ink-3">
          Revoked <LocalTime atMs={apiKey.revokedAtMs} />
        </span>
      )}
    </li>
  );
}
