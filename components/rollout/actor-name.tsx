"use client";
import Link from "next/link";
import { useEnvironment } from "@/components/frame/environment";
import { actorWords, isOfChecklist } from "@/server/domain/actor-words";

/** Who made a change; a checklist's own leads to its evidence. */
export function ActorName({ actor }: { actor: string }) {
  const { hrefIn } = useEnvironment();
  if (!isOfChecklist(actor)) return actor;
  return (
    <Link href={hrefIn("/playground/checklist")} prefetch={false} className="text-ink-2 underline underline-offset-2">
      {actorWords(actor)}
    </Link>
  );
}
