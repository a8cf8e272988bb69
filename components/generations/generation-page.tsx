"use client";
import { ArrowLeft } from "lucide-react";
import Link from "next/link";
import { shortId } from "@/components/format";
import { useEnvironment } from "@/components/frame/environment";
import { PageHeader } from "@/components/frame/page-header";
import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";
import { QueryStates } from "@/components/ui/query-states";
import { DetailActions } from "./detail-actions";
import { GenerationDetail } from "./generation-detail";
import { useGeneration } from "./use-generation";

/** The drawer's content with an address of its own. */
export function GenerationPage({ id }: { id: string }) {
  const { hrefIn } = useEnvironment();
  const query = useGeneration(id);
  return (
    <>
      <PageHeader
        title={`Generation ${shortId(id)}`}
        actions={
          <Link href={hrefIn("/generations")} className={buttonClass()}>
            <Icon icon={ArrowLeft} />
            All generations
          </Link>
        }
      />
      <div className="max-w-180 rounded-card border border-line bg-surface p-4 md:p-6">
        <QueryStates query={query} what="The generation">
          {(detail) => (
            <>
              <DetailActions detail={detail} onOwnPage />
              <GenerationDetail detail={detail} />
            </>
          )}
        </QueryStates>
      </div>
    </>
  );
}
