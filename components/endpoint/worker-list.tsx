import { formatDuration, UNKNOWN } from "@/components/format";
import { type LiveWorkers, WORKER_STATES } from "@/server/domain/endpoint/settings";

/** Who is up at RunPod: counts as RunPod gives them, and each worker that it names. */
export function WorkerList({ workers }: { workers: LiveWorkers | null }) {
  if (workers === null) return <p className="m-0 text-small text-ink-3">Workers were not read yet.</p>;
  const counts = WORKER_STATES.map((state) => `${workers.counts[state]} ${state}`).join(" · ");
  return (
    <section aria-label="Workers" className="min-w-0">
      <h3 className="m-0 mb-1 text-body font-medium">Workers</h3>
      <p className="m-0 text-small text-ink-2">{counts}</p>
      {workers.workers.length === 0 ? null : (
        <ul className="m-0 mt-2 list-none p-0 text-small text-ink-2">
          {workers.workers.map((worker) => (
            <li key={worker.id} className="flex flex-wrap gap-x-2 border-t border-line py-1.5">
              <span className="font-mono text-code break-all text-ink-1">{worker.id}</span>
              <span>{worker.state}</span>
              <span>{worker.gpuType ?? "GPU unknown"}</span>
              <span>{worker.dataCenterId ?? UNKNOWN}</span>
              {worker.uptimeS === null ? null : <span>up {formatDuration(worker.uptimeS * 1_000)}</span>}
              {worker.isStale ? <span className="text-watch-text">older release</span> : null}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
