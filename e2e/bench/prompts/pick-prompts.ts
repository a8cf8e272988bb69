export interface PickedPrompt {
  text: string;
  why: "longest" | "not ASCII" | "one word" | "sample";
}

/** The column `Prompt` of a tab-separated file with a head line. Throws when there is no such column. */
export function readPrompts(tsv: string): string[] {
  const [head = "", ...lines] = tsv.split(/\r?\n/);
  const column = head.split("\t").indexOf("Prompt");
  if (column === -1) throw new Error("the file of prompts has no column Prompt");
  const texts = lines.map((line) => (line.split("\t")[column] ?? "").trim()).filter((text) => text !== "");
  return [...new Set(texts)];
}

/** The odd ones first (longest, not ASCII, one word), then the rest of `count` at even distances through the list. */
export function pickPrompts(prompts: string[], count: number): PickedPrompt[] {
  const picked = new Map<string, PickedPrompt["why"]>();
  const take = (texts: string[], why: PickedPrompt["why"], most: number) => {
    for (const text of texts.filter((candidate) => !picked.has(candidate)).slice(0, most)) picked.set(text, why);
  };
  take(
    [...prompts].sort((a, b) => b.length - a.length),
    "longest",
    8,
  );
  take(
    prompts.filter((text) => /[^\p{ASCII}]/u.test(text)),
    "not ASCII",
    12,
  );
  take(
    prompts.filter((text) => !/\s/.test(text)),
    "one word",
    8,
  );
  const rest = prompts.filter((text) => !picked.has(text));
  const wanted = Math.max(0, count - picked.size);
  const every = Math.max(1, rest.length / Math.max(1, wanted));
  take(
    Array.from({ length: wanted }, (_, index) => rest[Math.floor(index * every)] ?? ""),
    "sample",
    wanted,
  );
  return [...picked].slice(0, count).map(([text, why]) => ({ text, why }));
}
