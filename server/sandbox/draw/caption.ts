/** A 5×7 dot font, five column bytes per character from space to tilde: a machine without fonts draws the same picture. */
const COLUMNS =
  "000000000000005f00000007000700147f147f14242a7f2a12231308646236495620500008070300001c22410000" +
  "41221c002a1c7f1c2a08083e080800807030000808080808000060600020100804023e5149453e00427f400072494949462141494d33" +
  "1814127f1027454545393c4a49493141211109073649494936464949291e0000140000004034000000081422411414141414004122140802" +
  "015909063e415d594e7c1211127c7f494949363e414141227f4141413e7f494949417f090909013e414151737f0808087f00417f41002040" +
  "413f017f081422417f404040407f021c027f7f0408107f3e4141413e7f090909063e4151215e7f09192946264949493203017f01033f4040" +
  "403f1f2040201f3f4038403f631408146303047804036159494d43007f414141020408102000414141" +
  "7f0402010204404040404000030708002054547840" +
  "7f2844443838444444283844" +
  "44287f385454541800087e090218a4a49c787f0804047800447d40002040403d007f1028440000417f40007c047804787c08040478384444" +
  "4438fc18242418182424" +
  "18fc7c0804040848545454240404" +
  "3f44243c4040207c1c2040201c3c4030403c44281028444c9090907c4464544c44000836410000007700000041360800" +
  "0201020402";

/** SVG path of one line of text at (0, 0), one unit per dot, and its width in units. Unknown letters become a dot. */
export function captionPath(text: string, maxCharacters: number): { path: string; width: number } {
  const plain = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const letters = [...plain];
  const shown =
    letters.length > maxCharacters ? [...letters.slice(0, Math.max(1, maxCharacters - 2)), ".", "."] : letters;
  let path = "";
  shown.forEach((letter, position) => {
    const code = letter.charCodeAt(0);
    if (code < 0x20 || code > 0x7e || letter.length > 1) {
      path += `M${position * 6 + 1} 3h3v3h-3z`;
      return;
    }
    for (let column = 0; column < 5; column += 1) {
      const at = ((code - 0x20) * 5 + column) * 2;
      const bits = Number.parseInt(COLUMNS.slice(at, at + 2), 16);
      for (let row = 0; row < 8; row += 1) {
        if ((bits >> row) & 1) path += `M${position * 6 + column} ${row}h1v1h-1z`;
      }
    }
  });
  return { path, width: Math.max(1, shown.length * 6 - 1) };
}
