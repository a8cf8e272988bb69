import type { EndpointChange, EndpointSettings, FlashBoot } from "@/server/domain/endpoint/settings";

/** The endpoint's settings as they are typed. */
export interface ChangeForm {
  workersMin: string;
  workersMax: string;
  idleTimeoutS: string;
  scalingType: "QUEUE_DELAY" | "REQUEST_COUNT";
  scalingValue: string;
  executionTimeoutS: string;
  flashboot: FlashBoot;
  gpuPools: string[];
}

export function formOf(settings: EndpointSettings): ChangeForm {
  const { scaling, idleTimeoutS, executionTimeoutMs } = settings;
  return {
    workersMin: String(settings.workersMin),
    workersMax: String(settings.workersMax),
    idleTimeoutS: idleTimeoutS === null ? "" : String(idleTimeoutS),
    scalingType: scaling?.type ?? "QUEUE_DELAY",
    scalingValue:
      scaling === null ? "" : String(scaling.type === "QUEUE_DELAY" ? scaling.queueDelayS : scaling.requestCount),
    executionTimeoutS: executionTimeoutMs === null ? "" : String(executionTimeoutMs / 1_000),
    flashboot: settings.flashboot,
    gpuPools: settings.gpuPools,
  };
}

/** The change from what is set to what is typed; only fields that differ. What is no number becomes NaN, which is refused by the rule of its field. */
export function changeOf(settings: EndpointSettings, form: ChangeForm): EndpointChange {
  const was = formOf(settings);
  const change: EndpointChange = {};
  const number = (text: string) => (text.trim() === "" ? Number.NaN : Number(text));
  if (form.workersMin !== was.workersMin) change.workersMin = number(form.workersMin);
  if (form.workersMax !== was.workersMax) change.workersMax = number(form.workersMax);
  const hasIdleTimeout = form.scalingType !== "REQUEST_COUNT";
  if (hasIdleTimeout && form.idleTimeoutS !== was.idleTimeoutS) change.idleTimeoutS = number(form.idleTimeoutS);
  if (form.scalingType !== was.scalingType || form.scalingValue !== was.scalingValue) {
    const value = number(form.scalingValue);
    change.scaling =
      form.scalingType === "QUEUE_DELAY"
        ? { type: "QUEUE_DELAY", queueDelayS: value }
        : { type: "REQUEST_COUNT", requestCount: value };
  }
  if (form.executionTimeoutS !== was.executionTimeoutS)
    change.executionTimeoutMs = form.executionTimeoutS.trim() === "" ? 0 : number(form.executionTimeoutS) * 1_000;
  if (form.flashboot !== was.flashboot) change.flashboot = form.flashboot;
  if ([...form.gpuPools].sort().join() !== [...was.gpuPools].sort().join()) change.gpuPools = form.gpuPools;
  return change;
}
