import { person, somebody, spokenName } from './people.ts';
import { hash, mix, type Random } from './random.ts';

/**
 * Words nobody has used before but might: each is made of a rank, and low ranks come often (Zipf),
 * so a few become household words of the library while new ones go on appearing as it grows. The
 * same rank always gives the same word.
 */

/**
 * The steepness decides how fast the vocabulary grows: N draws give about N^(1/1.4) distinct words.
 */
const steepness = 1.4;

const split = (text: string): readonly string[] => text.split(' ');
const heads = split('b br c d dr f g gr h j k l m n p pr r s st t tr th v w z ch gl kr y bl');
const inner = split('b d g k l m n r s t v z nd rn lm st');
const vowels = split('a e i o a e i u o ae');
const stems = split(
  `aero allo amphi ana apo auto baro bathy calci chiro chromo cryo cyclo cyto dendro dia diffracto eco electro endo epi ferro
   fluoro geno gyro halo hetero homo hydro hyper iso kineto lepto litho macro magneto meso meta micro mono morpho multi nano neuro
   octo omni ortho oxy para peri phono photo piezo plasmo poly proto pyro quasi radio retro rheo semi sono spectro stereo supra
   syn tele tetra thermo topo trans tribo ultra vibro xeno`.replaceAll(/\s+/g, ' '),
);
const tails = split(
  `acoustic bolic centric chemical chronic clinic crystalline cyclic dynamic elastic fluidic fractal gonal granular
   kinetic lattice lytic magnetic metric modal morphic optic phasic phoretic plastic polar scopic solvent sonic spectral spheric
   static structural surface thermal tonic topic tropic viscous`.replaceAll(/\s+/g, ' '),
);
const surnameEnds = split(
  'lson nberg lini rov tteau rström nescu nides lmann rley llard lquist relli renko doux rholm lado rian nsen well',
);
const placeEnds = split(
  'ra no ville rburg rstad lmont nford haven sholm dara renza lium nitz kova port bridge field ndal',
);
const speciesEnds = split('nensis ralis lata rosa nella ticola rina loides rula tica');
const elements = split(
  'La Sr Ba Y Ca Bi Pb Fe Co Ni Cu Mn Ti V Nb Ta Ir Ru Ga In Sn Ge Zn Gd Nd Pr Sm Eu Yb Zr Hf Mo W Li Na K',
);
const anions = split('O O O O S Se Te F N As P');

/** A root of two syllables or more, low ranks being short: "tavore", "brinda". */
function root(rank: number, salt: number): string {
  let rest = rank;
  let text = '';
  for (let syllable = 0; syllable < 2 || rest > 0; syllable++) {
    const consonants = syllable === 0 ? heads : inner;
    const open = consonants.length * vowels.length;
    // Another order of syllables at every place, so that neighbouring ranks do not look alike.
    const turn = (Math.imul(rest % open, 7) + (mix(salt + syllable) % open)) % open;
    text += consonants[turn % consonants.length]! + vowels[Math.floor(turn / consonants.length)]!;
    rest = Math.floor(rest / open);
  }
  return text;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A root with an ending out of a list: every rank another word, endings in turn. */
function ended(rank: number, salt: number, ends: readonly string[]): string {
  return root(Math.floor(rank / ends.length), salt) + ends[(rank + Math.floor(rank / ends.length)) % ends.length]!;
}

/** An eponym: "the Sternvaldini theorem". */
function name(random: Random): string {
  return capital(ended(random.zipf(steepness, 60), 11, surnameEnds));
}

/**
 * A technical adjective: "cryospectral", and of higher ranks "cryospectral" with a root of its own.
 */
function term(random: Random): string {
  const rank = random.zipf(steepness, 150);
  const plain = stems.length * tails.length;
  const turn = Math.imul(rank % plain, 1201) % plain;
  const stem = stems[turn % stems.length]!;
  const tail = tails[Math.floor(turn / stems.length)]!;
  return rank < plain ? stem + tail : `${root(Math.floor(rank / tails.length), 23)}${tail}`;
}

function place(random: Random): string {
  return capital(ended(random.zipf(steepness, 40), 37, placeEnds));
}

function species(random: Random): string {
  const rank = random.zipf(steepness, 40);
  return `${capital(root(rank % 1500, 41))}lla ${ended(rank, 43, speciesEnds)}`;
}

function letters(value: number, count: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < count; i++) {
    text += String.fromCharCode(65 + (rest % 26));
    rest = Math.floor(rest / 26);
  }
  return text;
}

function gene(random: Random): string {
  const rank = random.zipf(steepness, 80);
  return letters(hash(53, rank), 3) + (1 + (rank % 19));
}

function protein(random: Random): string {
  const rank = random.zipf(steepness, 50);
  return `${ended(Math.floor(rank / 3), 59, ['lin', 'rase', 'xin', 'dulin', 'kerin', 'tosin'])}-${1 + (rank % 3)}`;
}

function acronym(random: Random): string {
  return `${root(random.zipf(steepness, 15), 61)}x`.toUpperCase();
}

function software(random: Random): string {
  const rank = random.zipf(steepness, 25);
  const kinds = ['Store', 'Pack', 'DB', 'Flow', 'ML', 'Sim', 'Index', 'Cat', 'Trace', 'Forge'];
  return capital(root(Math.floor(rank / kinds.length), 67)) + kinds[rank % kinds.length]!;
}

/** A chemical formula as people write it in TeX: "Sr$_2$RuO$_4$". */
function formula(random: Random): string {
  const rank = random.zipf(steepness, 120);
  const h = hash(71, rank);
  const first = elements[h % elements.length]!;
  const second = elements[(h >>> 6) % elements.length]!;
  const count = (h >>> 12) % 4;
  const oxygen = 2 + ((h >>> 15) % 6);
  const doped = rank % 3 === 2 ? elements[(h >>> 18) % elements.length]! : '';
  const head = doped === '' || doped === first ? first : `${first}$_{1-x}$${doped}$_x$`;
  const tail = second === first ? '' : second + (count < 2 ? '' : `$_${count}$`);
  return `${head}${tail}${anions[(h >>> 24) % anions.length]!}$_${oxygen}$`;
}

function ordinal(random: Random): string {
  const n = 1 + random.early(34);
  const ten = n % 100;
  const end = ten > 10 && ten < 14 ? 'th' : n % 10 === 1 ? 'st' : n % 10 === 2 ? 'nd' : n % 10 === 3 ? 'rd' : 'th';
  return `${n}${end}`;
}

export type Coin = (random: Random, numbers: readonly number[]) => string;

/** What a word list may call as <!NAME NUMBER...>. */
export const coins: ReadonlyMap<string, Coin> = new Map<string, Coin>([
  ['name', name],
  ['term', term],
  ['place', place],
  ['species', species],
  ['gene', gene],
  ['protein', protein],
  ['acronym', acronym],
  ['software', software],
  ['formula', formula],
  ['ordinal', ordinal],
  ['person', (random) => spokenName(person(somebody(random, 0)))],
  ['n', (random, [low = 0, high = 9]) => String(random.between(low, high))],
  // A number of a catalogue, the famous ones more often.
  ['zipf', (random, [limit = 1000]) => String(1 + ((Math.imul(random.zipf(steepness, 60), 7919) >>> 0) % limit))],
]);
