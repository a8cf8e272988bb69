const HALF_LOG_2PI = Math.log(2 * Math.PI) / 2;
/** From here on the series below is exact to 1e-14; smaller arguments are carried up by Γ(x + 1) = x Γ(x). */
const SERIES_FROM = 20;

/** Natural logarithm of the gamma function, for arguments above 0: Stirling's series (NIST DLMF §5.11.1). */
export function logGamma(x: number): number {
  let product = 1;
  let argument = x;
  while (argument < SERIES_FROM) {
    product *= argument;
    argument += 1;
  }
  const inverse = 1 / argument;
  const square = inverse * inverse;
  const series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))));
  const log = (argument - 0.5) * Math.log(argument) - argument + HALF_LOG_2PI + series;
  return product === 1 ? log : log - Math.log(product);
}

export function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
