/** A handle on something that will happen. Cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Sandbox time: everything the sandbox reports or waits for is measured by it, never by the machine's clock. */
export interface Clock {
  /** Sandbox seconds that pass in one second of the machine's time. */
  readonly factor: number;
  /** Milliseconds since 1970, a whole number. */
  now(): number;
  after(delayMs: number, run: () => void): Timer;
}

interface Entry extends Timer {
  at: number;
  order: number;
  run: (() => void) | null;
}

/** A binary heap: a sandbox holds thousands of waits, and one Node timer each would cost more than the jobs. */
class Agenda {
  private heap: Entry[] = [];
  private order = 0;
  private cancelled = 0;

  get size(): number {
    return this.heap.length - this.cancelled;
  }

  add(at: number, run: () => void): Entry {
    const entry: Entry = {
      at,
      order: this.order++,
      run,
      cancel: () => {
        if (entry.run === null) return;
        entry.run = null;
        this.cancelled += 1;
        if (this.cancelled > 1_000 && this.cancelled > this.heap.length / 2) this.compact();
      },
    };
    this.heap.push(entry);
    this.up(this.heap.length - 1);
    return entry;
  }

  peek(): Entry | null {
    for (;;) {
      const head = this.heap[0];
      if (head === undefined) return null;
      if (head.run !== null) return head;
      this.pop();
      this.cancelled -= 1;
    }
  }

  /** Takes the earliest entry that is due at `now`, or null. */
  take(now: number): (() => void) | null {
    const head = this.peek();
    if (head === null || head.at > now) return null;
    this.pop();
    const run = head.run;
    head.run = null;
    return run;
  }

  private compact(): void {
    const live = this.heap.filter((entry) => entry.run !== null);
    live.sort((a, b) => a.at - b.at || a.order - b.order);
    this.heap = live;
    this.cancelled = 0;
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.down(0);
  }

  private before(a: Entry, b: Entry): boolean {
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private up(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.swapIfBefore(index, parent)) return;
      index = parent;
    }
  }

  private down(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      const leftEntry = this.heap[left];
      if (leftEntry === undefined) return;
      const rightEntry = this.heap[left + 1];
      const child = rightEntry !== undefined && this.before(rightEntry, leftEntry) ? left + 1 : left;
      if (!this.swapIfBefore(child, index)) return;
      index = child;
    }
  }

  private swapIfBefore(lower: number, upper: number): boolean {
    const a = this.heap[lower];
    const b = this.heap[upper];
    if (a === undefined || b === undefined || !this.before(a, b)) return false;
    this.heap[lower] = b;
    this.heap[upper] = a;
    return true;
  }
}

/** Runs with the machine, `factor` times as fast. Its waits do not keep the process alive; its servers do. */
export class ScaledClock implements Clock {
  private readonly agenda = new Agenda();
  /** When it left the machine's time. */
  readonly wallStart = Date.now();
  private readonly monotonicStart = performance.now();
  private alarm: NodeJS.Timeout | null = null;
  private alarmAt = Number.POSITIVE_INFINITY;
  private stopped = false;

  constructor(readonly factor: number) {
    if (!(factor > 0) || factor > 10_000) throw new Error("clockFactor must be above 0 and at most 10000");
  }

  now(): number {
    return this.wallStart + Math.floor((performance.now() - this.monotonicStart) * this.factor);
  }

  after(delayMs: number, run: () => void): Timer {
    const entry = this.agenda.add(this.now() + Math.max(0, delayMs), run);
    this.setAlarm();
    return entry;
  }

  stop(): void {
    this.stopped = true;
    if (this.alarm !== null) clearTimeout(this.alarm);
  }

  private setAlarm(): void {
    const head = this.agenda.peek();
    if (head === null || this.stopped || (this.alarm !== null && this.alarmAt <= head.at)) return;
    if (this.alarm !== null) clearTimeout(this.alarm);
    this.alarmAt = head.at;
    const wallMs = Math.min(Math.max(0, Math.ceil((head.at - this.now()) / this.factor)), 1_000_000_000);
    this.alarm = setTimeout(() => this.ring(), wallMs);
    this.alarm.unref();
  }

  private ring(): void {
    this.alarm = null;
    this.alarmAt = Number.POSITIVE_INFINITY;
    for (let run = this.agenda.take(this.now()); run !== null && !this.stopped; run = this.agenda.take(this.now()))
      run();
    this.setAlarm();
  }
}

/** Time that jumps from one event to the next: the same scheduler code, fifty thousand jobs in a second or two. */
export class VirtualClock implements Clock {
  readonly factor = 1;
  private readonly agenda = new Agenda();

  constructor(private time = Date.UTC(2026, 0, 5)) {}

  now(): number {
    return this.time;
  }

  after(delayMs: number, run: () => void): Timer {
    return this.agenda.add(this.time + Math.max(0, Math.round(delayMs)), run);
  }

  /** Runs everything due within the next `durationMs`, in order, and ends exactly there. */
  advance(durationMs: number): void {
    const end = this.time + durationMs;
    while (this.step(end));
    this.time = end;
  }

  /** Runs until nothing is planned any more. */
  runAll(): void {
    while (this.step(Number.POSITIVE_INFINITY));
  }

  private step(end: number): boolean {
    const head = this.agenda.peek();
    if (head === null || head.at > end) return false;
    this.time = Math.max(this.time, head.at);
    this.agenda.take(this.time)?.();
    return true;
  }
}
