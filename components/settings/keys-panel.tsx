"use client";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useEnvironment } from "@/components/frame/environment";
import { trpc } from "@/components/trpc/client";
import { AlertDialog } from "@/components/ui/alert-dialog";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { Icon } from "@/components/ui/icon";
import { Panel } from "@/components/ui/panel";
import { QueryStates } from "@/components/ui/query-states";
import { useToast } from "@/components/ui/toast";
import { environmentWord } from "@/components/words";
import type { ApiKey } from "./api-key-type";
import { CreateKeyDialog } from "./create-key-dialog";
import { KeyRow } from "./key-row";

export function KeysPanel() {
  const { name } = useEnvironment();
  const keys = trpc.keys.list.useQuery({ environment: name });
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const utils = trpc.useUtils();
  const toast = useToast();
  const revoke = trpc.keys.revoke.useMutation({
    onSuccess: async () => {
      await utils.keys.list.invalidate();
      toast(`Revoked “${revoking?.name ?? ""}”`, "Requests with it are refused from now on.");
      setRevoking(null);
    },
  });
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <Icon icon={Plus} />
      Create key
    </Button>
  );
  return (
    <Panel
      title="API keys"
      note={`For apps and the command line, in ${environmentWord(name)} only.`}
      aside={create}
      refreshing={keys.isRefetching}
    >
      <QueryStates
        query={keys}
        what="The keys"
        isEmpty={(all) => all.length === 0}
        empty={
          <EmptyState>
            <span className="inline-flex items-center gap-2">
              <Icon icon={KeyRound} />
              No key yet. An app needs one to ask for images.
            </span>
          </EmptyState>
        }
      >
        {(all) => (
          <ul className="m-0 list-none p-0">
            {all.map((key) => (
              <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
            ))}
          </ul>
        )}
      </QueryStates>
      <CreateKeyDialog open={creating} onOpenChange={setCreating} environment={name} />
      <AlertDialog
        open={revoking !== null}
        onOpenChange={(open) => {
          if (!open) setRevoking(null);
        }}
        title={`Revoke “${revoking?.name ?? ""}”`}
        action="Revoke key"
        busy={revoke.isPending}
        onAction={() => revoking && revoke.mutate({ id: revoking.id })}
      >
        <p className="m-0">
          Whatever uses the key that begins with{" "}
          <code className="font-mono text-code text-ink-1">{revoking?.prefix}</code> is refused at once. This cannot be
          undone.
        </p>
        {revoke.error ? (
          <p role="alert" className="m-0 text-breach-text">
            Revoking failed: {revoke.error.message}
          </p>
        ) : null}
      </AlertDialog>
    </Panel>
  );
}
