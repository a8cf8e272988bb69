/** Two tracks from one: what comes in on the left leaves on two lines. */
export function BrandMark() {
  return (
    <svg aria-hidden="true" width="22" height="16" viewBox="0 0 22 16" className="shrink-0">
      <path d="M1 4h4c6 0 4 9 10 9h6" className="stroke-comfyui" strokeWidth="2.5" strokeLinecap="round" fill="none" />
      <path d="M1 4h20" className="stroke-scenario" strokeWidth="3" strokeLinecap="round" fill="none" />
    </svg>
  );
}
