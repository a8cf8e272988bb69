import type { EndpointSettings, GpuOffer } from "@/server/domain/endpoint/settings";
import type { WorkerPrice } from "@/server/domain/endpoint/standing-price";
import { gpuSpeed, type TimedJob } from "@/server/domain/keep-warm/gpu-speeds";
import type { WarmGpu } from "@/server/domain/keep-warm/settings";

/** What the endpoint runs on now, at the dearest price that it may get. */
export function presentGpu(settings: EndpointSettings, price: WorkerPrice | null): WarmGpu {
  const name = settings.gpuPools.join(", ") || "present GPU";
  return { pool: settings.gpuPools[0] ?? null, name, price: price?.high ?? null, speedFactor: 1 };
}

/**
 * Pools that the endpoint does not name, each at its dearest price, with how fast they are where jobs of these days ran on
 * them too: before the endpoint was put on other GPUs, or where its workers are of several.
 */
export function otherGpus(
  { gpuPools, gpuCount }: EndpointSettings,
  offers: readonly GpuOffer[],
  jobs: readonly TimedJob[],
): WarmGpu[] {
  const perSecond = ({ price }: GpuOffer) => (price === null ? 0 : price.micros / price.per);
  const typesOf = (isIn: (pool: string) => boolean) =>
    new Set(offers.flatMap(({ id, pool }) => (pool !== null && isIn(pool) ? [id] : [])));
  const here = typesOf((pool) => gpuPools.includes(pool));
  const pools = [...new Set(offers.flatMap(({ pool }) => pool ?? []))].filter((pool) => !gpuPools.includes(pool));
  return pools.sort().flatMap((pool) => {
    const offered = offers.filter((offer) => offer.pool === pool && offer.price !== null);
    const dearest = offered.sort((one, other) => perSecond(other) - perSecond(one))[0];
    if (!dearest?.price) return [];
    const price = { micros: dearest.price.micros * gpuCount, per: dearest.price.per };
    const speed = gpuSpeed(
      jobs,
      here,
      typesOf((other) => other === pool),
    );
    return [{ pool, name: pool, price, speedFactor: speed?.factor ?? null }];
  });
}
