/** Fills for paper: stripes are Scenario, dots ComfyUI, a hatch what is saved, so that grey tells them apart. */
export function PrintPatterns() {
  return (
    <svg aria-hidden="true" width="0" height="0" className="absolute">
      <defs>
        <pattern id="print-scenario" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="6" height="6" fill="var(--provider-scenario)" />
          <line x1="0" y1="0" x2="0" y2="6" stroke="#ffffff" strokeWidth="2" />
        </pattern>
        <pattern id="print-comfyui" width="6" height="6" patternUnits="userSpaceOnUse">
          <rect width="6" height="6" fill="var(--provider-comfyui)" />
          <circle cx="3" cy="3" r="1.2" fill="#ffffff" />
        </pattern>
        <pattern id="hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0" y1="0" x2="0" y2="6" stroke="var(--ink-3)" strokeWidth="1.5" />
        </pattern>
      </defs>
    </svg>
  );
}
