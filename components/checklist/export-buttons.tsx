"use client";
import { Download } from "lucide-react";
import { useState } from "react";
import { trpc } from "@/components/trpc/client";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { saveFile } from "@/components/ui/save-file";

const FORMATS = [
  ["md", "Export Markdown"],
  ["json", "Export JSON"],
] as const;

/** The evidence as a file to keep. */
export function ExportButtons({ environment }: { environment: string }) {
  const utils = trpc.useUtils();
  const [problem, setProblem] = useState<string | null>(null);
  async function save(format: "md" | "json") {
    try {
      saveFile(await utils.checklist.export.fetch({ environment, format }, { staleTime: 0 }));
      setProblem(null);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "unknown");
    }
  }
  return (
    <>
      {FORMATS.map(([format, label]) => (
        <Button key={format} onClick={() => void save(format)}>
          <Icon icon={Download} />
          {label}
        </Button>
      ))}
      {problem ? (
        <p role="alert" className="m-0 text-small text-breach-text">
          Not exported: {problem}
        </p>
      ) : null}
    </>
  );
}
