import { inflateSync } from "node:zlib";

/** Glyphs of a font by their code, and how many hex digits a code has: two in drawn fonts (Type 3), else four. */
interface Font {
  digits: number;
  glyphs: Map<number, string>;
}

/**
 * The text of a PDF as Chromium writes it, in the order of drawing and without spaces: glyphs are read back by each
 * font's own table to Unicode, so what is not drawn is not found.
 */
export function pdfText(bytes: Buffer): string {
  const source = bytes.toString("latin1");
  const objects = new Map<string, string>();
  for (const [, id = "", body = ""] of source.matchAll(/(?:^|\n)(\d+) 0 obj\b([\s\S]*?)\nendobj/g))
    objects.set(id, body);
  const fonts = new Map<string, Font>();
  for (const [, name = "", id = ""] of source.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
    const table = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? "")?.[1];
    const stream = table === undefined ? null : streamOf(objects.get(table) ?? "");
    if (stream !== null) fonts.set(name, fontOf(stream));
  }
  return [...objects.values()].map((body) => drawn(streamOf(body) ?? "", fonts)).join("");
}

function streamOf(body: string): string | null {
  const start = /stream\r?\n/.exec(body);
  if (start === null) return null;
  const data = Buffer.from(body.slice(start.index + start[0].length, body.lastIndexOf("endstream")), "latin1");
  if (!body.slice(0, start.index).includes("/FlateDecode")) return data.toString("latin1");
  try {
    return inflateSync(data).toString("latin1");
  } catch {
    return null; // a picture or a font program of another kind
  }
}

function fontOf(table: string): Font {
  const glyphs = new Map<number, string>();
  const codeOf = (hex: string) => Number.parseInt(hex, 16);
  for (const [, block = ""] of table.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, glyph = "", hex = ""] of block.matchAll(/<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>/g))
      glyphs.set(codeOf(glyph), Buffer.from(hex, "hex").swap16().toString("utf16le"));
  for (const [, block = ""] of table.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, from = "", to = "", hex = ""] of block.matchAll(
      /<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]{4})>/g,
    ))
      for (let glyph = codeOf(from); glyph <= codeOf(to); glyph += 1)
        glyphs.set(glyph, String.fromCharCode(codeOf(hex) + glyph - codeOf(from)));
  return { digits: /begincodespacerange\s*<00>/.test(table) ? 2 : 4, glyphs };
}

function drawn(stream: string, fonts: Map<string, Font>): string {
  let font: Font | undefined;
  let found = "";
  for (const [, name, hex] of stream.matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9A-Fa-f]+)>/g)) {
    if (name !== undefined) font = fonts.get(name);
    else if (font !== undefined)
      for (let at = 0; at < (hex ?? "").length; at += font.digits)
        found += font.glyphs.get(Number.parseInt((hex ?? "").slice(at, at + font.digits), 16)) ?? "";
  }
  return found.replace(/\s/g, "");
}
