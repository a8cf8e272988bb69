import type { Clock } from "./clock";
import {
  allFaultNames,
  type FaultKind,
  faultNamed,
  type HttpFault,
  isHttpFault,
  isJobFault,
  isStoreFault,
  type JobFault,
  type StoreFault,
  type WorldFault,
} from "./fault-kinds";
import { isObject } from "./http";
import { unit } from "./random";

export type FaultProvider = "runpod" | "scenario" | "s3";

export interface FaultRule {
  /** Given by the plan when absent. */
  id?: string;
  fault: FaultKind;
  /** Absent: every provider. */
  provider?: FaultProvider;
  /** For faults of a call its name (`run`, `status`, `generate`, `put`, …), for faults of a job `txt2img` and so on. */
  operation?: string;
  /** Only where the prompt holds this text, without regard to case. */
  promptIncludes?: string;
  /** 0 to 1, default 1. */
  probability?: number;
  /** Strikes at most so often. Absent: without end. */
  count?: number;
  /** Lets so many matching chances pass first. */
  after?: number;
  /** In force from and until so many sandbox seconds after it was added. */
  fromS?: number;
  untilS?: number;
  /** What the fault measures: seconds of Retry-After, of delay, an HTTP status, a factor. Per fault, see README. */
  value?: number;
  /** Answer as an edge does: an HTML page. For `server_error`. */
  html?: boolean;
}

export interface Strike<K extends FaultKind = FaultKind> {
  kind: K;
  value: number | null;
  html: boolean;
}

interface LiveRule {
  rule: FaultRule & { id: string };
  addedAt: number;
  seen: number;
  struck: number;
}

interface Chance {
  provider: FaultProvider;
  operation: string;
  prompt?: string;
}

const PROMPT_TAG = /\[fault:([a-z0-9_]+)(?:=([\d.]+))?(?:\*(\d+))?\]/gi;
const FIELDS = new Set(
  "id fault provider operation promptIncludes probability count after fromS untilS value html comment".split(" "),
);

/** Checks one rule read from a file or a request; throws with the field and what is allowed there. */
export function parseFaultRule(value: unknown): FaultRule {
  if (!isObject(value)) throw new Error("a fault rule must be an object");
  for (const field of Object.keys(value)) {
    if (!FIELDS.has(field))
      throw new Error(`fault rule: unknown field "${field}" (allowed: ${[...FIELDS].join(", ")})`);
  }
  const fault = typeof value.fault === "string" ? faultNamed(value.fault) : null;
  if (fault === null) {
    throw new Error(`fault rule: "fault" is ${JSON.stringify(value.fault)}; allowed: ${allFaultNames().join(", ")}`);
  }
  const rule: FaultRule = { fault };
  const provider = value.provider;
  if (provider !== undefined) {
    if (provider !== "runpod" && provider !== "scenario" && provider !== "s3") {
      throw new Error('fault rule: "provider" must be runpod, scenario or s3');
    }
    rule.provider = provider;
  }
  for (const field of ["id", "operation", "promptIncludes"] as const) {
    const text = value[field];
    if (text === undefined) continue;
    if (typeof text !== "string" || text === "") throw new Error(`fault rule: "${field}" must be a non-empty string`);
    rule[field] = text;
  }
  for (const field of ["probability", "count", "after", "fromS", "untilS", "value"] as const) {
    const number = value[field];
    if (number === undefined) continue;
    if (typeof number !== "number" || !(number >= 0)) throw new Error(`fault rule: "${field}" must be a number from 0`);
    rule[field] = number;
  }
  if (rule.probability !== undefined && rule.probability > 1)
    throw new Error('fault rule: "probability" must be 0 to 1');
  if (value.html !== undefined) rule.html = value.html === true;
  return rule;
}

/** Decides, by seed, which fault strikes where. Rules are tried in the order in which they were added. */
export class FaultPlan {
  private rules: LiveRule[] = [];
  private serial = 0;
  private readonly promptStrikes = new Map<string, number>();

  constructor(
    private readonly clock: Clock,
    private readonly seed: number,
  ) {}

  add(rule: FaultRule): string {
    const id = rule.id ?? `fault-${++this.serial}`;
    // A long test adds thousands of rules that strike once; each call looks at all that are left.
    if (this.rules.length >= 100)
      this.rules = this.rules.filter(({ struck, rule: { count } }) => count === undefined || struck < count);
    this.rules.push({ rule: { ...rule, id }, addedAt: this.clock.now(), seen: 0, struck: 0 });
    return id;
  }

  /** Without an id: all rules. Gives back how many went. */
  remove(id?: string): number {
    const before = this.rules.length;
    this.rules = id === undefined ? [] : this.rules.filter((live) => live.rule.id !== id);
    return before - this.rules.length;
  }

  list(): { rule: FaultRule; struck: number }[] {
    return this.rules.map(({ rule, struck }) => ({ rule, struck }));
  }

  /** The fault of this HTTP call, if one strikes. A prompt's own fault comes first. */
  forCall(chance: Chance): Strike<HttpFault> | null {
    for (const strike of this.promptFaults(chance)) {
      if (isHttpFault(strike.kind) && this.mayStrikeAgain(chance, strike)) return { ...strike, kind: strike.kind };
    }
    return this.firstMatch(chance, isHttpFault);
  }

  forStore(chance: Chance): Strike<StoreFault> | null {
    return this.firstMatch(chance, isStoreFault);
  }

  /** Every fault of this job. Asked once per job. */
  forJob(chance: Chance): Strike<JobFault>[] {
    const strikes: Strike<JobFault>[] = [];
    for (const strike of this.promptFaults(chance)) {
      if (isJobFault(strike.kind) && this.mayStrikeAgain(chance, strike))
        strikes.push({ ...strike, kind: strike.kind });
    }
    for (const live of this.rules) {
      const kind = live.rule.fault;
      if (isJobFault(kind) && this.strikes(live, chance)) strikes.push(toStrike(live.rule, kind));
    }
    return strikes;
  }

  /** True while a rule of this fault is in force: nothing is counted. */
  isWorld(kind: WorldFault, provider: FaultProvider): boolean {
    return this.rules.some(
      (live) =>
        live.rule.fault === kind &&
        this.inForce(live) &&
        (live.rule.provider === undefined || live.rule.provider === provider),
    );
  }

  private firstMatch<K extends FaultKind>(chance: Chance, is: (kind: FaultKind) => kind is K): Strike<K> | null {
    for (const live of this.rules) {
      const kind = live.rule.fault;
      if (is(kind) && this.strikes(live, chance)) return toStrike(live.rule, kind);
    }
    return null;
  }

  private strikes(live: LiveRule, chance: Chance): boolean {
    const { rule } = live;
    if (rule.provider !== undefined && rule.provider !== chance.provider) return false;
    if (rule.operation !== undefined && rule.operation !== chance.operation) return false;
    if (rule.promptIncludes !== undefined) {
      if (!chance.prompt?.toLowerCase().includes(rule.promptIncludes.toLowerCase())) return false;
    }
    if (!this.inForce(live)) return false;
    live.seen += 1;
    if (live.seen <= (rule.after ?? 0) || live.struck >= (rule.count ?? Number.POSITIVE_INFINITY)) return false;
    if (unit(this.seed, "fault", rule.id, live.seen) >= (rule.probability ?? 1)) return false;
    live.struck += 1;
    return true;
  }

  private inForce(live: LiveRule): boolean {
    const ageS = (this.clock.now() - live.addedAt) / 1000;
    return ageS >= (live.rule.fromS ?? 0) && ageS < (live.rule.untilS ?? Number.POSITIVE_INFINITY);
  }

  private *promptFaults(chance: Chance): Iterable<Strike & { limit: number }> {
    if (chance.prompt === undefined || !chance.prompt.includes("[fault:")) return;
    for (const [, name, value, limit] of chance.prompt.matchAll(PROMPT_TAG)) {
      const kind = faultNamed((name ?? "").toLowerCase());
      if (kind === null) continue;
      yield {
        kind,
        value: value === undefined ? null : Number(value),
        html: false,
        limit: limit === undefined ? Number.POSITIVE_INFINITY : Number(limit),
      };
    }
  }

  private mayStrikeAgain(chance: Chance, strike: Strike & { limit: number }): boolean {
    if (strike.limit === Number.POSITIVE_INFINITY) return true;
    const key = `${chance.provider} ${strike.kind} ${chance.prompt}`;
    const struck = this.promptStrikes.get(key) ?? 0;
    if (struck >= strike.limit) return false;
    if (this.promptStrikes.size > 10_000) this.promptStrikes.clear();
    this.promptStrikes.set(key, struck + 1);
    return true;
  }
}

function toStrike<K extends FaultKind>(rule: FaultRule, kind: K): Strike<K> {
  return { kind, value: rule.value ?? null, html: rule.html ?? false };
}

/** The strike of this kind among a job's, or null. */
export function strikeOf(strikes: readonly Strike<JobFault>[], ...kinds: JobFault[]): Strike<JobFault> | null {
  return strikes.find((strike) => kinds.includes(strike.kind)) ?? null;
}
