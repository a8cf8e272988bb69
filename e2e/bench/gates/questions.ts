import {
  findsNotWorse,
  findsWorse,
  gatePasses,
  type Method,
  plainFindsNotWorse,
  plainFindsWorse,
  plainPasses,
  plainRollsBack,
  rollsBack,
} from "./methods";
import type { World } from "./simulate";

export interface Question {
  title: string;
  /** `at_most_5`: ours must act falsely in at most 5 % of runs. `finds`: how soon a true difference is found. */
  kind: "at_most_5" | "finds";
  world: World;
  /** Ours first; the others are shown beside it. */
  methods: Record<string, Method>;
}

const OURS = "ours";
const HORIZON = 3_000;
const alone = (candidate: number, horizon = HORIZON): World => ({ candidate, control: 0.99, share: 1, horizon });
const beside = (candidate: number, control: number, share: number, horizon = HORIZON): World => ({
  candidate,
  control,
  share,
  horizon,
});

const passing = {
  [OURS]: gatePasses,
  "above 98 % from 20 on": plainPasses(20),
  "above 98 % from 200 on": plainPasses(200),
};
const rolling = {
  [OURS]: rollsBack,
  "below 98 % from 30 on": plainRollsBack(30, 0.98),
  "below 95 % from 30 on": plainRollsBack(30, 0.95),
};
const worse = { [OURS]: findsWorse, "2 pp worse from 30 on": plainFindsWorse(30), "from 200 on": plainFindsWorse(200) };
const notWorse = {
  [OURS]: findsNotWorse,
  "within 2 pp from 30 on": plainFindsNotWorse(30),
  "from 200 on": plainFindsNotWorse(200),
};

export const QUESTIONS: Question[] = [
  { title: "false pass, true success 96 %", kind: "at_most_5", world: alone(0.96), methods: passing },
  { title: "false pass, true success 97 % (the tolerance)", kind: "at_most_5", world: alone(0.97), methods: passing },
  {
    title: "false rollback, true success 99.5 %",
    kind: "at_most_5",
    world: beside(0.995, 0.995, 0.5),
    methods: rolling,
  },
  {
    title: "false rollback, true success 98 % (the bound)",
    kind: "at_most_5",
    world: beside(0.98, 0.995, 0.5),
    methods: rolling,
  },
  { title: "A/A false alarm, both 99 %, 50 %", kind: "at_most_5", world: beside(0.99, 0.99, 0.5), methods: worse },
  {
    title: "A/A false alarm, both 95 %, 10 %",
    kind: "at_most_5",
    world: beside(0.95, 0.95, 0.1, 1_000),
    methods: worse,
  },
  { title: "false alarm, worse by just the margin", kind: "at_most_5", world: beside(0.97, 0.99, 0.5), methods: worse },
  {
    title: "false “not worse”, worse by just the margin",
    kind: "at_most_5",
    world: beside(0.97, 0.99, 0.5),
    methods: notWorse,
  },
  { title: "passes, true success 99.5 %", kind: "finds", world: alone(0.995), methods: passing },
  { title: "passes, true success 99.9 %", kind: "finds", world: alone(0.999), methods: passing },
  { title: "“not worse”, both 99.5 %, 50 %", kind: "finds", world: beside(0.995, 0.995, 0.5), methods: notWorse },
  { title: "“worse”, 90 % against 99 %, 50 %", kind: "finds", world: beside(0.9, 0.99, 0.5), methods: worse },
  { title: "“worse”, 95 % against 99 %, 50 %", kind: "finds", world: beside(0.95, 0.99, 0.5, 6_000), methods: worse },
  { title: "rollback, 90 % from the start", kind: "finds", world: beside(0.9, 0.99, 0.5), methods: rolling },
  { title: "rollback, 95 % from the start", kind: "finds", world: beside(0.95, 0.99, 0.5), methods: rolling },
  {
    title: "rollback, 99.5 % for 2,000, then 50 %",
    kind: "finds",
    world: { ...beside(0.5, 0.99, 0.5, 500), before: { generations: 2_000, rate: 0.995 } },
    methods: rolling,
  },
  {
    title: "rollback, 99.5 % for 2,000, then 90 %",
    kind: "finds",
    world: { ...beside(0.9, 0.99, 0.5), before: { generations: 2_000, rate: 0.995 } },
    methods: rolling,
  },
];
