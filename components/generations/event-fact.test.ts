import { expect, it } from "vitest";
import { eventFact } from "./event-fact";

it.each([
  ["delayMs", 35_590, "delay 36\u202fs"],
  ["reservedMicros", 38_750, "reserved $0.039"],
  ["deadlineAtMs", 0, "deadline 1970-01-01T00:00:00.000Z"],
  ["workerId", "scstx4ljjy8xhg", "worker id scstx4ljjy8xhg"],
  ["images", 1, "images 1"],
])("reads %s %s as “%s”", (name, value, words) => expect(eventFact(name, value)).toBe(words));
