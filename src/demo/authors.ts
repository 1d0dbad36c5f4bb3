import { authorSeed } from './citations.ts';
import { disciplines } from './disciplines.ts';
import { collaboration, type NameForm, person, team, writtenName } from './people.ts';
import type { Slot } from './plan.ts';
import { hash, type Random } from './random.ts';

export interface Signatures {
  /** Subfields of 100 as code, value, code, value. Undefined: nobody signed. */
  readonly first: readonly string[] | undefined;
  /** Those of each 700. */
  readonly others: readonly (readonly string[])[];
  /** "PEGASUS Collaboration", or empty. */
  readonly collaboration: string;
}

/** How many sign a paper of each discipline: the first number is commonest. */
const usualSizes: Readonly<Record<(typeof disciplines)[number], readonly number[]>> = {
  particle: [3, 2, 4, 5, 6, 8, 11],
  theory: [2, 1, 3, 4],
  astronomy: [3, 4, 2, 6, 9, 1],
  materials: [4, 3, 5, 6, 7, 9],
  life: [4, 5, 6, 3, 8, 10],
  mathematics: [1, 2, 3],
  computing: [3, 2, 4, 5, 1],
  history: [1, 2],
};

/** Who signed record `index` and how their names are spelt there. */
export function signatures(seed: number, index: number, slot: Slot, experiment: string, random: Random): Signatures {
  if (slot.kind === 'PICTURE' && random.unit() < 0.4) return { first: undefined, others: [], collaboration: '' };
  const after = random.state();
  random.restart(authorSeed(seed, index));
  const isBig = slot.collaboration > 0;
  const members = isBig
    ? collaboration(random, hash(3, index) % 12, slot.collaboration)
    : team(random, slot.discipline, size(slot, random));
  // One paper spells all its names alike; a catalogue over many years does not.
  const form = isBig ? 2 : forms[random.below(forms.length)]!;
  const signed = members.map((member) => {
    const who = person(member);
    return ['a', writtenName(who, form), 'u', who.affiliation];
  });
  if (isBig) signed.sort((a, b) => (a[1]! < b[1]! ? -1 : 1));
  if (slot.kind === 'THESIS') for (const supervisor of signed.slice(1)) supervisor.push('e', 'dir.');
  random.restart(after);
  const named = experiment === '' ? 'Avalon' : experiment;
  return { first: signed[0], others: signed.slice(1), collaboration: isBig ? `${named} Collaboration` : '' };
}

const forms: readonly NameForm[] = [0, 1, 1, 2, 2, 3, 4];

function size(slot: Slot, random: Random): number {
  if (slot.kind === 'PICTURE') return 1;
  if (slot.kind === 'THESIS') return 1 + random.below(2);
  if (slot.kind === 'BOOK') return 1 + random.early(3);
  const usual = usualSizes[disciplines[slot.discipline]!];
  return usual[random.early(usual.length)]!;
}
