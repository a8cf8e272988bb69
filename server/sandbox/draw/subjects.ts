/** A subject drawn in a box of 200 × 200 that stands on y = 200, in three colours. */
export interface Colours {
  main: string;
  dark: string;
  light: string;
}

type Draw = (colours: Colours) => string;

const eye = (x: number, y: number) =>
  `<circle cx="${x}" cy="${y}" r="7" fill="#1b1b22"/><circle cx="${x + 2}" cy="${y - 2}" r="2.4" fill="#fff"/>`;

const fox: Draw = ({ main, dark, light }) =>
  `<path d="M140 190q70-10 52-90q-30 20-40 60z" fill="${main}"/><path d="M192 100q6 22 0 40l-14-14z" fill="${light}"/>
<ellipse cx="100" cy="155" rx="58" ry="45" fill="${main}"/><ellipse cx="100" cy="170" rx="34" ry="30" fill="${light}"/>
<path d="M45 40L62 92L92 66zM155 40L138 92L108 66z" fill="${dark}"/><path d="M42 84q58-60 116 0q-10 50-58 62q-48-12-58-62z" fill="${main}"/>
<path d="M42 84q30 6 58 62q28-56 58-62q-10 50-58 62q-48-12-58-62z" fill="${light}"/>${eye(78, 92)}${eye(122, 92)}<circle cx="100" cy="140" r="9" fill="#1b1b22"/>`;

const bird: Draw = ({ main, dark, light }) =>
  `<path d="M30 130l-30 24l44 2z" fill="${dark}"/><ellipse cx="100" cy="120" rx="72" ry="52" fill="${main}"/><circle cx="152" cy="72" r="36" fill="${main}"/>
<path d="M184 62l34 12l-34 12z" fill="#f2a03d"/><path d="M50 112q50-40 92 4q-40 46-92-4z" fill="${dark}"/><ellipse cx="112" cy="148" rx="42" ry="20" fill="${light}"/>
${eye(160, 66)}<path d="M86 168v30M118 168v30" stroke="#c9782a" stroke-width="6"/>`;

const fish: Draw = ({ main, dark, light }) =>
  `<path d="M150 100l50-44v88z" fill="${dark}"/><ellipse cx="92" cy="100" rx="80" ry="52" fill="${main}"/><path d="M60 54q40-44 74 4z" fill="${dark}"/>
<path d="M84 56q24 44 0 88M116 58q22 42 0 84" stroke="${light}" stroke-width="8" fill="none"/>${eye(46, 88)}`;

const tree: Draw = ({ main, dark, light }) =>
  `<path d="M88 200L92 110h16l4 90z" fill="#6b4630"/><circle cx="62" cy="96" r="46" fill="${dark}"/><circle cx="138" cy="96" r="46" fill="${dark}"/>
<circle cx="100" cy="62" r="56" fill="${main}"/><circle cx="84" cy="48" r="26" fill="${light}" opacity=".55"/>`;

const house: Draw = ({ main, dark, light }) =>
  `<rect x="34" y="96" width="132" height="104" fill="${light}"/><path d="M16 100L100 26L184 100z" fill="${main}"/><rect x="136" y="36" width="20" height="40" fill="${dark}"/>
<rect x="86" y="142" width="30" height="58" fill="${dark}"/><rect x="50" y="116" width="28" height="28" fill="#ffe9a8"/><rect x="124" y="116" width="28" height="28" fill="#ffe9a8"/>`;

const car: Draw = ({ main, dark, light }) =>
  `<path d="M6 168q0-42 40-44l26-40h66l34 42q28 6 28 42z" fill="${main}"/><path d="M80 94h24v30H62zM112 94h22l24 30h-46z" fill="${light}"/>
<circle cx="52" cy="170" r="26" fill="#22222a"/><circle cx="52" cy="170" r="11" fill="${dark}"/><circle cx="150" cy="170" r="26" fill="#22222a"/><circle cx="150" cy="170" r="11" fill="${dark}"/>`;

const flower: Draw = ({ main, dark, light }) => {
  const petals = Array.from({ length: 8 }, (_, index) => {
    const angle = (index * Math.PI) / 4;
    return `<ellipse cx="${100 + 44 * Math.cos(angle)}" cy="${76 + 44 * Math.sin(angle)}" rx="28" ry="22" fill="${index % 2 ? main : light}"/>`;
  });
  return `<path d="M98 100q-8 60 2 100" stroke="#3e7a43" stroke-width="9" fill="none"/><path d="M98 160q-50-4-54-36q46 0 54 36z" fill="#4f9a55"/>${petals.join("")}<circle cx="100" cy="76" r="24" fill="${dark}"/>`;
};

const ship: Draw = ({ main, dark, light }) =>
  `<path d="M10 140h180q-10 50-46 56H58q-38-6-48-56z" fill="${dark}"/><rect x="96" y="16" width="8" height="126" fill="#6b4630"/><path d="M92 24q-70 50-64 104h64z" fill="${light}"/><path d="M110 34q66 40 70 94h-70z" fill="${main}"/>`;

const person: Draw = ({ main, dark, light }) =>
  `<path d="M40 200q0-84 60-84t60 84z" fill="${main}"/><path d="M84 118h32l-16 34z" fill="${light}"/><circle cx="100" cy="70" r="44" fill="#e6b58f"/><path d="M54 72q0-58 46-58t46 58q-20-30-46-30t-46 30z" fill="${dark}"/>
${eye(84, 72)}${eye(116, 72)}<path d="M84 92q16 12 32 0" stroke="#8a4a3a" stroke-width="4" fill="none"/>`;

const robot: Draw = ({ main, dark, light }) =>
  `<rect x="40" y="110" width="120" height="90" rx="14" fill="${main}"/><rect x="50" y="24" width="100" height="76" rx="18" fill="${light}"/><rect x="96" y="2" width="8" height="24" fill="${dark}"/><circle cx="100" cy="4" r="8" fill="#ff6b57"/>
<circle cx="78" cy="60" r="13" fill="${dark}"/><circle cx="122" cy="60" r="13" fill="${dark}"/><circle cx="80" cy="58" r="5" fill="#9ff5ff"/><circle cx="124" cy="58" r="5" fill="#9ff5ff"/><rect x="64" y="130" width="72" height="40" rx="8" fill="${dark}"/>`;

const mountain: Draw = ({ main, dark, light }) =>
  `<path d="M-10 200L70 30L120 120L146 76L214 200z" fill="${main}"/><path d="M70 30L120 120L100 200L60 120z" fill="${dark}" opacity=".5"/><path d="M70 30L94 74L76 68L62 84L48 76z" fill="${light}"/><path d="M146 76L162 106L146 100L134 98z" fill="${light}"/>`;

const gem: Draw = ({ main, dark, light }) =>
  `<path d="M100 10L176 80L100 196L24 80z" fill="${main}"/><path d="M100 10L128 80L100 196L72 80z" fill="${light}" opacity=".8"/><path d="M24 80h152L100 196z" fill="${dark}" opacity=".45"/>`;

const cup: Draw = ({ main, dark, light }) =>
  `<path d="M150 92q50-4 44 40q-6 36-54 32" stroke="${main}" stroke-width="14" fill="none"/><path d="M34 76h124q0 104-36 116H70Q34 180 34 76z" fill="${main}"/><ellipse cx="96" cy="76" rx="62" ry="18" fill="${light}"/><ellipse cx="96" cy="78" rx="50" ry="12" fill="${dark}"/>
<path d="M76 48q-14-20 2-40M108 48q-14-20 2-40" stroke="#fff" stroke-opacity=".7" stroke-width="7" fill="none"/>`;

const rocket: Draw = ({ main, dark, light }) =>
  `<path d="M70 150l-34 44l40-8zM130 150l34 44l-40-8z" fill="${dark}"/><path d="M100 0q54 60 38 164H62Q46 60 100 0z" fill="${light}"/><path d="M100 0q28 32 36 76H64q8-44 36-76z" fill="${main}"/><circle cx="100" cy="102" r="20" fill="#7fd0ee" stroke="${dark}" stroke-width="7"/><path d="M80 164h40l-20 40z" fill="#ffb23e"/>`;

const SUBJECTS: { words: RegExp; draw: Draw }[] = [
  { words: /\b(fox|cat|dog|wolf|kitten|puppy|tiger|lion|bear|animal|corgi|raccoon|horse|panda|rabbit)/i, draw: fox },
  { words: /\b(bird|owl|parrot|eagle|penguin|duck|chicken|swan|dragon)/i, draw: bird },
  { words: /\b(fish|shark|whale|goldfish|octopus|sea creature)/i, draw: fish },
  { words: /\b(car|truck|bus|taxi|vehicle|motorcycle|van)/i, draw: car },
  { words: /\b(rocket|spaceship|space|astronaut|planet|star)/i, draw: rocket },
  { words: /\b(robot|android|cyber|machine)/i, draw: robot },
  { words: /\b(boat|ship|sail|pirate)/i, draw: ship },
  { words: /\b(house|castle|building|city|tower|church|barn|opera)/i, draw: house },
  { words: /\b(tree|forest|wood|oak|leaf|jungle)/i, draw: tree },
  { words: /\b(flower|rose|tulip|garden|sunflower|plant)/i, draw: flower },
  { words: /\b(coffee|cup|tea|mug|bottle|glass|bowl|wine)/i, draw: cup },
  { words: /\b(mountain|hill|volcano|canyon|rock)/i, draw: mountain },
  { words: /\b(man|woman|person|girl|boy|portrait|face|people|king|queen|child|statue)/i, draw: person },
];

const ANY: Draw[] = [gem, tree, mountain, flower, bird, robot, house, fish];

/** The subject that the prompt names; for a prompt that names none, one chosen by `pick`. */
export function subjectFor(prompt: string, pick: number): Draw {
  const named = SUBJECTS.find(({ words }) => words.test(prompt));
  return named?.draw ?? ANY[pick % ANY.length] ?? gem;
}
