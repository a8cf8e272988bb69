import sharp from "sharp";
import { PICTURES } from "./plan";

const SIDE = 512;
/** A thing before a background, so that there is something to cut out and to change. */
const SCENES = [
  ["#dfe7ef", "#b3552f", `<ellipse cx="256" cy="300" rx="120" ry="150"/><circle cx="256" cy="140" r="70"/>`],
  ["#f1e3c6", "#2f6b57", `<path d="M256 70 L400 430 L112 430 Z"/><rect x="236" y="420" width="40" height="60"/>`],
  ["#cfe3d4", "#38407a", `<rect x="140" y="180" width="232" height="240" rx="28"/><circle cx="256" cy="150" r="60"/>`],
] as const;

/** The pictures that sample requests begin from. */
export async function drawPictures(): Promise<Buffer[]> {
  return Promise.all(
    SCENES.slice(0, PICTURES).map(([ground, ink, shape]) => {
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}"><defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="${ground}"/><stop offset="1" stop-color="#8a8f98"/></linearGradient></defs><rect width="100%" height="100%" fill="url(#g)"/><g fill="${ink}">${shape}</g></svg>`;
      return sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer();
    }),
  );
}
