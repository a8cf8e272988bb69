"use client";
import { Ban, ExternalLink, RotateCw } from "lucide-react";
import Link from "next/link";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { Button, buttonClass } from "@/components/ui/button";
import { CopyButton } from "@/components/ui/copy-button";
import { Icon } from "@/components/ui/icon";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { isTerminal } from "@/server/domain/vocabulary";

interface DetailActionsProps {
  detail: GenerationDetail;
  /** On its own page a link to that page would lead nowhere. */
  onOwnPage?: boolean;
}

export function DetailActions({ detail, onOwnPage = false }: DetailActionsProps) {
  const { hrefIn } = useEnvironment();
  const utils = trpc.useUtils();
  const cancel = trpc.generations.cancel.useMutation({
    onSuccess: (after) => utils.generations.get.setData({ id: detail.id }, after),
  });
  const path = hrefIn(`/generations/${detail.id}`);
  return (
    <div className="mb-5 flex flex-wrap items-center gap-2">
      {isTerminal(detail.state) ? null : (
        <Button
          variant="primary"
          size="small"
          busy={cancel.isPending || detail.cancelRequested}
          onClick={() => cancel.mutate({ id: detail.id })}
        >
          <Icon icon={Ban} />
          {detail.cancelRequested ? "Cancelling…" : "Cancel"}
        </Button>
      )}
      <Link href={hrefIn(`/playground?from=${detail.id}`)} className={buttonClass("secondary", "small")}>
        <Icon icon={RotateCw} />
        Run again
      </Link>
      <CopyButton size="small" text={() => new URL(path, window.location.origin).href}>
        Copy link
      </CopyButton>
      {onOwnPage ? null : (
        <Link href={path} className={buttonClass("ghost", "small")}>
          <Icon icon={ExternalLink} />
          Open as page
        </Link>
      )}
      {cancel.error ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          Cancelling failed: {cancel.error.message}
        </p>
      ) : null}
    </div>
  );
}
