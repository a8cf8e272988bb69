import type { Review } from "./review-type";

type Step = NonNullable<Review["costs"]["bridge"]>[number];

export interface BridgeBar {
  key: Step["key"];
  name: string;
  micros: number;
  afterMicros: number;
  /** Where the bar lies, in hundredths of the width. */
  leftPercent: number;
  widthPercent: number;
  kind: "end" | "less" | "more";
}

/** A bar for each step that changes something; the ends always. Below 0 the drawing begins further left. */
export function bridgeBars(steps: readonly Step[]): BridgeBar[] {
  const last = steps.length - 1;
  const shown = steps.filter(({ micros }, index) => index === 0 || index === last || micros !== 0);
  const low = Math.min(0, ...shown.map(({ afterMicros }) => afterMicros));
  const high = Math.max(1, ...shown.map(({ afterMicros, micros }) => Math.max(afterMicros, afterMicros - micros)));
  const percent = (micros: number) => (micros / (high - low)) * 100;
  return shown.map((step, index) => {
    const isEnd = index === 0 || index === shown.length - 1;
    const from = isEnd ? Math.min(0, step.micros) : Math.min(step.afterMicros, step.afterMicros - step.micros);
    return {
      key: step.key,
      name: step.name,
      micros: step.micros,
      afterMicros: step.afterMicros,
      leftPercent: percent(from - low),
      widthPercent: percent(Math.abs(step.micros)),
      kind: isEnd ? "end" : step.micros < 0 ? "less" : "more",
    };
  });
}
