const EXAMPLES: readonly { label: string; prompt: string }[] = [
  { label: "Red fox", prompt: "a red fox in fresh snow, morning light, 35 mm photograph" },
  { label: "Lighthouse", prompt: "a lighthouse on a basalt cliff in a storm, long exposure" },
  { label: "Potion icon", prompt: "a glass potion bottle with glowing blue liquid, game icon, plain background" },
  { label: "Tram", prompt: "an old yellow tram climbing a narrow street in Lisbon, watercolour" },
];

export function ExamplePrompts({ onPick }: { onPick: (prompt: string) => void }) {
  return (
    <fieldset className="m-0 -mt-2 flex min-w-0 flex-wrap gap-1.5 border-0 p-0">
      <legend className="sr-only">Example prompts</legend>
      {EXAMPLES.map((example) => (
        <button
          key={example.label}
          type="button"
          title={example.prompt}
          onClick={() => onPick(example.prompt)}
          className="inline-flex h-11 items-center rounded-full border border-line bg-surface px-3 text-small text-ink-2 transition-colors hover:border-edge hover:text-ink-1 md:h-7 md:px-2.5"
        >
          {example.label}
        </button>
      ))}
    </fieldset>
  );
}
