import { Field, Input } from "@/components/ui/field";
import { Select } from "@/components/ui/select";
import { type EndpointChange, FLASHBOOTS, type GpuOffer } from "@/server/domain/endpoint/settings";
import { formatMicros } from "@/server/domain/money";
import type { ChangeForm } from "./change-form";

const SCALINGS = [
  { value: "QUEUE_DELAY", label: "Jobs wait too long" },
  { value: "REQUEST_COUNT", label: "There are many jobs" },
] as const;
const FLASHBOOT_OPTIONS = FLASHBOOTS.map((value) => ({
  value,
  label: { OFF: "Off", FLASHBOOT: "On", PRIORITY_FLASHBOOT: "Priority" }[value],
}));

interface ChangeFieldsProps {
  form: ChangeForm;
  onChange: (form: ChangeForm) => void;
  offers: readonly GpuOffer[];
  /** What is wrong with a field, as the end of a sentence. */
  problemOf: (field: keyof EndpointChange) => string | null;
}

export function ChangeFields({ form, onChange, offers, problemOf }: ChangeFieldsProps) {
  const text = (label: string, key: keyof ChangeForm & TextKey, field: keyof EndpointChange, hint?: string) => {
    const problem = problemOf(field);
    return (
      <Field label={label} hint={hint} error={problem && `${label} ${problem}.`}>
        {(control) => (
          <Input
            {...control}
            value={form[key]}
            inputMode="numeric"
            autoComplete="off"
            onChange={(event) => onChange({ ...form, [key]: event.target.value })}
          />
        )}
      </Field>
    );
  };
  const byDelay = form.scalingType === "QUEUE_DELAY";
  return (
    <div className="grid grid-cols-2 items-start gap-3">
      {text("Workers min", "workersMin", "workersMin", "Paid all the time")}
      {text("Workers max", "workersMax", "workersMax")}
      {byDelay ? text("Idle time-out, s", "idleTimeoutS", "idleTimeoutS", "Up after the last job") : null}
      {text("Execution time-out, s", "executionTimeoutS", "executionTimeoutMs", "Empty: RunPod's 600 s")}
      <Select
        label="Add a worker when"
        options={SCALINGS}
        value={form.scalingType}
        onChange={(scalingType) => onChange({ ...form, scalingType })}
      />
      {text(byDelay ? "Wait in the queue, s" : "Jobs a worker", "scalingValue", "scaling")}
      <Select
        label="FlashBoot"
        options={FLASHBOOT_OPTIONS}
        value={form.flashboot}
        onChange={(flashboot) => onChange({ ...form, flashboot })}
      />
      <PoolField form={form} onChange={onChange} offers={offers} problem={problemOf("gpuPools")} />
    </div>
  );
}

type TextKey = "workersMin" | "workersMax" | "idleTimeoutS" | "scalingValue" | "executionTimeoutS";

function PoolField({
  form,
  onChange,
  offers,
  problem,
}: Pick<ChangeFieldsProps, "form" | "onChange" | "offers"> & { problem: string | null }) {
  const pools = [...new Set([...form.gpuPools, ...offers.flatMap(({ pool }) => pool ?? [])])].sort();
  return (
    <fieldset className="col-span-2 m-0 min-w-0 border-0 p-0">
      <legend className="mb-1 p-0 text-small text-ink-2">GPU pools</legend>
      <div className="grid grid-cols-1 gap-x-3 md:grid-cols-2">
        {pools.map((pool) => (
          <label key={pool} className="flex min-h-11 items-center gap-2 md:min-h-7">
            <input
              type="checkbox"
              checked={form.gpuPools.includes(pool)}
              onChange={(event) =>
                onChange({
                  ...form,
                  gpuPools: event.target.checked
                    ? [...form.gpuPools, pool]
                    : form.gpuPools.filter((other) => other !== pool),
                })
              }
              className="size-4 shrink-0 accent-(--ink-1)"
            />
            <span className="min-w-0 truncate text-small">
              {pool} <span className="text-ink-3">{priceOf(offers.filter((offer) => offer.pool === pool))}</span>
            </span>
          </label>
        ))}
      </div>
      <p role="alert" className={problem ? "m-0 text-small text-breach-text" : "hidden"}>
        {problem && `GPU pools ${problem}.`}
      </p>
    </fieldset>
  );
}

/** By the hour, as RunPod's list has it. */
function priceOf(offers: readonly GpuOffer[]): string {
  const hours = offers.flatMap(({ price }) => (price === null ? [] : [(price.micros * 3_600) / price.per]));
  if (hours.length === 0) return "";
  const [low, high] = [Math.min(...hours), Math.max(...hours)];
  return low === high ? `${formatMicros(low)}/h` : `${formatMicros(low)}–${formatMicros(high)}/h`;
}
