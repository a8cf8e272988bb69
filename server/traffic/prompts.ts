const SUBJECTS = [
  "a red fox",
  "an old lighthouse",
  "a glass potion bottle",
  "a yellow tram",
  "a sleeping tabby cat",
  "a brass telescope",
  "a stone bridge",
  "a paper boat",
  "a market stall with oranges",
  "a rusty robot gardener",
  "a wooden treasure chest",
  "a snow leopard",
  "a hot air balloon",
  "a potted fern",
  "a knight's helmet",
  "a bowl of ramen",
  "a row of beach huts",
  "a violin",
  "two herons",
  "a cactus in bloom",
] as const;
const PLACES = [
  "in fresh snow",
  "on a basalt cliff",
  "in a narrow street",
  "at the edge of a birch forest",
  "under a railway bridge",
  "on a kitchen table",
  "in a walled garden",
  "on the deck of a ship",
  "against a plain background",
  "in a flooded quarry",
] as const;
const STYLES = [
  "35 mm photograph",
  "watercolour",
  "game icon, clean outline",
  "isometric pixel art",
  "charcoal drawing",
  "oil painting",
  "long exposure",
  "flat vector illustration",
] as const;
const LIGHTS = [
  "morning light",
  "heavy rain",
  "golden hour",
  "overcast",
  "candlelight",
  "neon signs",
  "moonlight",
] as const;
const CHANGES = [
  "as a watercolour",
  "at night, lamps lit",
  "in winter, under snow",
  "as a woodcut print",
  "with autumn colours",
  "as a clay model",
  "in the rain, with reflections",
] as const;

export type Pick = <Item>(from: readonly Item[]) => Item;

export function makePrompt(pick: Pick): string {
  return `${pick(SUBJECTS)} ${pick(PLACES)}, ${pick(LIGHTS)}, ${pick(STYLES)}`;
}

/** What to make of a picture. */
export function makeChange(pick: Pick): string {
  return pick(CHANGES);
}
