"use client";
import { BadgeCheck } from "lucide-react";
import dynamic from "next/dynamic";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { CHECKLIST_ITEM_INFO } from "@/server/domain/checklist";
import type { GenerationDetail } from "@/server/domain/generation-view";
import { CANDIDATE } from "@/server/domain/vocabulary";

const PassDialog = dynamic(() => import("@/components/checklist/pass-dialog").then((module) => module.PassDialog), {
  ssr: false,
});

/** What somebody saw in a picture of the candidate, kept for the testing checklist. */
export function SaveAsEvidence({ detail }: { detail: GenerationDetail }) {
  const [open, setOpen] = useState(false);
  if (detail.provider !== CANDIDATE) return null;
  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        <Icon icon={BadgeCheck} />
        Save as evidence
      </Button>
      {open ? (
        <PassDialog
          entry={{ item: detail.operation, title: CHECKLIST_ITEM_INFO[detail.operation].title }}
          environment={detail.environment}
          generationId={detail.id}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}
