/** On every page of the sandbox, in print too: these numbers are never production's. */
export function SandboxBadge() {
  return (
    <span
      title="No real provider is called here"
      className="stripes inline-flex h-7 items-center rounded-control border border-edge px-2 text-small font-medium text-ink-1"
    >
      <span className="rounded-[3px] bg-canvas px-1.5">Sandbox</span>
    </span>
  );
}
