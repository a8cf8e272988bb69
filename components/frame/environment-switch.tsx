"use client";
import { Select } from "@/components/ui/select";
import { environmentWord } from "@/components/words";
import { useEnvironment } from "./environment";
import { SandboxBadge } from "./sandbox-badge";

/** Which environment all numbers of the page are about. With only one there is nothing to switch. */
export function EnvironmentSwitch() {
  const environment = useEnvironment();
  return (
    <div className="flex flex-wrap items-center gap-3">
      {environment.names.length > 1 ? (
        <Select
          label="Environment"
          labelHidden
          value={environment.name}
          onChange={environment.choose}
          options={environment.names.map((name) => ({ value: name, label: environmentWord(name) }))}
          className="min-w-36"
        />
      ) : environment.isSandbox ? null : (
        <span className="text-body text-ink-2">{environmentWord(environment.name)}</span>
      )}
      {environment.isSandbox ? <SandboxBadge /> : null}
    </div>
  );
}
