import { hash32, unit } from "../random";
import { captionPath } from "./caption";
import { subjectFor } from "./subjects";

const hsl = (hue: number, saturation: number, lightness: number) =>
  `hsl(${Math.round(((hue % 360) + 360) % 360)},${Math.round(saturation)}%,${Math.round(lightness)}%)`;

interface Mood {
  skyHue: number;
  skyLight: number;
  landHue: number;
  saturation: number;
  night: boolean;
}

const MOODS: { words: RegExp; mood: Mood }[] = [
  {
    words: /night|moon|dark|space|galaxy|star/i,
    mood: { skyHue: 235, skyLight: 18, landHue: 250, saturation: 45, night: true },
  },
  {
    words: /sunset|dusk|dawn|autumn|fire/i,
    mood: { skyHue: 18, skyLight: 58, landHue: 280, saturation: 75, night: false },
  },
  {
    words: /snow|ice|winter|arctic|frost/i,
    mood: { skyHue: 205, skyLight: 78, landHue: 205, saturation: 30, night: false },
  },
  {
    words: /sea|ocean|water|beach|river|lake/i,
    mood: { skyHue: 195, skyLight: 72, landHue: 190, saturation: 60, night: false },
  },
  {
    words: /forest|jungle|garden|grass|green/i,
    mood: { skyHue: 165, skyLight: 78, landHue: 125, saturation: 42, night: false },
  },
  { words: /desert|sand|canyon|egypt/i, mood: { skyHue: 40, skyLight: 78, landHue: 30, saturation: 60, night: false } },
];

const COLOUR_WORDS: [RegExp, number][] = [
  [/\bred\b|crimson|scarlet/i, 8],
  [/\borange\b|\bfox\b/i, 24],
  [/\byellow\b|\bgold/i, 46],
  [/\bgreen\b/i, 130],
  [/\bblue\b/i, 215],
  [/\bpurple\b|violet/i, 280],
  [/\bpink\b/i, 335],
];

/** An SVG landscape with a subject and a caption. The same prompt, seed and size give the same picture. */
export function sceneSvg(prompt: string, seed: string, width: number, height: number): string {
  const pick = (label: string) => unit(label, seed, prompt);
  const mood = MOODS.find(({ words }) => words.test(prompt))?.mood ?? {
    skyHue: 160 + 120 * pick("sky"),
    skyLight: 66 + 14 * pick("light"),
    landHue: 60 + 240 * pick("land"),
    saturation: 35 + 35 * pick("saturation"),
    night: false,
  };
  const skyHue = mood.skyHue + 24 * (pick("sky shift") - 0.5);
  const landHue = mood.landHue + 40 * (pick("land shift") - 0.5);
  const subjectHue = COLOUR_WORDS.find(([words]) => words.test(prompt))?.[1] ?? landHue + 120 + 120 * pick("subject");
  const horizon = 0.56 + 0.1 * pick("horizon");
  const sunX = (0.15 + 0.7 * pick("sun x")) * width;
  const sunY = (0.12 + 0.25 * pick("sun y")) * height;
  const short = Math.min(width, height);

  const stars = mood.night
    ? Array.from(
        { length: 40 },
        (_, index) =>
          `<circle cx="${(unit("sx", index, seed) * width).toFixed(1)}" cy="${(unit("sy", index, seed) * height * horizon).toFixed(1)}" r="${(short * (0.001 + 0.002 * unit("sr", index, seed))).toFixed(2)}" fill="#fff"/>`,
      ).join("")
    : "";
  const clouds = Array.from({ length: mood.night ? 1 : 3 }, (_, index) => {
    const x = unit("cx", index, seed, prompt) * width;
    const y = (0.08 + 0.3 * unit("cy", index, seed, prompt)) * height;
    const size = short * (0.05 + 0.05 * unit("cs", index, seed, prompt));
    return `<g fill="#fff" opacity="${mood.night ? 0.12 : 0.6}"><ellipse cx="${x}" cy="${y}" rx="${size * 2}" ry="${size * 0.6}"/><ellipse cx="${x - size * 0.5}" cy="${y - size * 0.4}" rx="${size}" ry="${size * 0.6}"/></g>`;
  }).join("");
  const hills = [0, 1, 2, 3]
    .map((layer) => hill(layer, { seed, prompt, width, height, horizon, hue: landHue, mood }))
    .join("");

  const box = short * (0.44 + 0.14 * pick("size"));
  const x = width * (0.5 + 0.16 * (pick("x") - 0.5)) - box / 2;
  const y = Math.min(height * (horizon + 0.24), height * 0.92) - box;
  const subject = subjectFor(
    prompt,
    hash32("subject", seed, prompt),
  )({
    main: hsl(subjectHue, 74, mood.night ? 62 : 52),
    dark: hsl(subjectHue - 14, 62, 30),
    light: hsl(subjectHue + 24, 78, 84),
  });
  const dot = Math.max(1, Math.round(short / 340));
  const label = captionPath(prompt, Math.max(4, Math.floor((width - dot * 8) / (dot * 6))));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="${hsl(skyHue, mood.saturation, mood.skyLight - 16)}"/><stop offset="1" stop-color="${hsl(skyHue + 30, mood.saturation, Math.min(92, mood.skyLight + 16))}"/></linearGradient>
<radialGradient id="g"><stop offset="0" stop-color="#fff7d6" stop-opacity=".9"/><stop offset="1" stop-color="#fff7d6" stop-opacity="0"/></radialGradient></defs>
<rect width="${width}" height="${height}" fill="url(#s)"/>${stars}
<circle cx="${sunX}" cy="${sunY}" r="${short * 0.24}" fill="url(#g)"/><circle cx="${sunX}" cy="${sunY}" r="${short * 0.075}" fill="${mood.night ? "#f1f0e2" : "#fff1b8"}"/>${clouds}${hills}
<ellipse cx="${x + box / 2}" cy="${y + box * 0.99}" rx="${box * 0.5}" ry="${box * 0.06}" fill="#000" opacity=".22"/>
<g transform="translate(${x} ${y}) scale(${box / 200})">${subject}</g>
<rect y="${height - dot * 12}" width="${width}" height="${dot * 12}" fill="#10131a" opacity=".62"/>
<path transform="translate(${dot * 4} ${height - dot * 10}) scale(${dot})" d="${label.path}" fill="#f6f4ee"/></svg>`;
}

interface HillPlace {
  seed: string;
  prompt: string;
  width: number;
  height: number;
  horizon: number;
  hue: number;
  mood: Mood;
}

function hill(layer: number, { seed, prompt, width, height, horizon, hue, mood }: HillPlace): string {
  const base = height * (horizon - 0.06 + layer * 0.1);
  const swing = height * (0.09 - layer * 0.015);
  const at = (index: number) => base - swing * (unit("hill", layer, index, seed, prompt) - 0.35);
  let path = `M0 ${height}L0 ${at(0).toFixed(1)}`;
  for (let index = 1; index <= 4; index += 1) {
    const middle = (width * (index - 0.5)) / 4;
    path += `Q${middle.toFixed(1)} ${(at(index + 10) - swing * 0.5).toFixed(1)} ${((width * index) / 4).toFixed(1)} ${at(index).toFixed(1)}`;
  }
  const lightness = (mood.night ? 30 : 66) - layer * (mood.night ? 6 : 11);
  return `<path d="${path}L${width} ${height}z" fill="${hsl(hue + layer * 9, mood.saturation * 0.9, lightness)}"/>`;
}
