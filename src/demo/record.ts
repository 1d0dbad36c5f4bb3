import { controlField, dataField, type Field, type MarcRecord, type Subfield } from '../marc/record.ts';
import { signatures } from './authors.ts';
import { citedWorks, referenceField } from './citations.ts';
import { type Discipline, disciplines } from './disciplines.ts';
import { doi, journalPlace, type Kind, reportNumber, type Slot } from './plan.ts';
import type { Random } from './random.ts';
import type { RecordText } from './text.ts';

/**
 * Puts a record together: what the plan says of it, its words, its authors and what it cites.
 * `random` decides the small things.
 */
export function composeRecord(seed: number, index: number, slot: Slot, text: RecordText, random: Random): MarcRecord {
  const { kind, year, language } = slot;
  const fields: Field[] = [];
  const add = (tag: string, ind1: string, ind2: string, ...pairs: readonly string[]): void => {
    const subfields: Subfield[] = [];
    for (let i = 0; i < pairs.length; i += 2) subfields.push({ code: pairs[i]!, value: pairs[i + 1]! });
    fields.push(dataField(tag, ind1, ind2, subfields));
  };
  const field = disciplines[slot.discipline]!;
  const place = journalPlace(slot, index);
  const report = reportNumber(slot, index);
  const entered = entryDate(year, random);

  fields.push(
    controlField('005', `${entered}${pad(random.below(24))}${pad(random.below(60))}${pad(random.below(60))}.0`),
  );
  fields.push(controlField('008', `${entered.slice(2)}s${year}    sz ${' '.repeat(17)}${language} d`));
  if (kind === 'BOOK') add('020', ' ', ' ', 'a', isbn(index));
  if (place !== undefined && (year > 1995 || random.unit() < 0.3)) add('024', '7', ' ', 'a', doi(place), '2', 'DOI');
  if (random.unit() < 0.3) add('035', ' ', ' ', '9', 'Meridian', 'a', `MERID-${1_000_000 + index}`);
  if (report !== '') add('037', ' ', ' ', 'a', report);
  add('041', ' ', ' ', 'a', language);
  if (kind === 'BOOK') add('080', ' ', ' ', 'a', `${classes[field]}.${1 + random.below(90)}`);
  if (report !== '' && random.unit() < 0.1) add('088', ' ', ' ', 'a', `${report.slice(0, 3)}-DIR-${year}-${1 + index}`);

  const { first, others, collaboration } = signatures(seed, index, slot, text.experiment, random);
  if (first !== undefined) add('100', ' ', ' ', ...first);
  if (text.subtitle === '') add('245', ' ', ' ', 'a', text.title);
  else add('245', ' ', ' ', 'a', text.title, 'b', text.subtitle);
  if (text.otherTitle !== '') add('246', ' ', ' ', 'a', text.otherTitle);
  imprint(kind, year, random, add);
  notes(kind, random, add);
  if (kind === 'THESIS')
    add('502', ' ', ' ', 'a', random.unit() < 0.7 ? 'PhD' : 'Master', 'b', first?.[3] ?? '', 'c', `${year}`);
  if (text.abstract !== '') add('520', ' ', ' ', 'a', text.abstract);
  if (random.unit() < 0.03) add('595', ' ', ' ', 'a', 'Checked against the card catalogue; shelf mark to be confirmed');
  add('650', '1', '7', '2', 'Avalon', 'a', subjects[kind === 'PICTURE' ? 'picture' : field]);
  for (const keyword of text.keywords) add('653', '1', ' ', '9', 'author', 'a', keyword);
  if (text.experiment !== '') add('693', ' ', ' ', 'a', 'Avalon Ring', 'e', text.experiment);
  for (const other of others) add('700', ' ', ' ', ...other);
  if (collaboration !== '') add('710', ' ', ' ', 'g', collaboration);
  const printed =
    place === undefined ? undefined : [place.journal.name, `${place.volume}`, `${place.year}`, `${place.page}`];
  if (printed !== undefined)
    add('773', ' ', ' ', 'p', printed[0]!, 'v', printed[1]!, 'y', printed[2]!, 'c', printed[3]!);
  links(kind, index, year, random, add);
  if (kind === 'BOOK') add('852', ' ', ' ', 'b', 'Main Library', 'h', `${classes[field]} ${shelf(text.title)}`);
  add('909', 'C', '0', 'y', `${year}`);
  if (printed !== undefined)
    add('909', 'C', '4', 'p', printed[0]!, 'v', printed[1]!, 'y', printed[2]!, 'c', printed[3]!);
  add('970', ' ', ' ', 'a', `${String(index + 1).padStart(9, '0')}AVL`);
  add('980', ' ', ' ', 'a', kind);
  for (const [order, work] of citedWorks(seed, index, slot).entries()) {
    fields.push(referenceField(seed, index, work, order + 1));
  }
  return { leader: leaders[kind], fields };
}

type Add = (tag: string, ind1: string, ind2: string, ...pairs: readonly string[]) => void;

function imprint(kind: Kind, year: number, random: Random, add: Add): void {
  if (kind === 'BOOK') {
    const [town, publisher] = publishers[random.early(publishers.length)]!;
    add('260', ' ', ' ', 'a', town, 'b', publisher, 'c', `${year}`);
    add('300', ' ', ' ', 'a', `${random.between(96, 720)} p`);
    return;
  }
  const month = months[random.below(12)]!;
  add('260', ' ', ' ', 'c', kind === 'PICTURE' ? `${random.between(1, 28)} ${month} ${year}` : `${year}`);
  if (kind === 'PICTURE') {
    add('300', ' ', ' ', 'a', '1 photograph');
    add('340', ' ', ' ', 'a', year < 2002 ? 'FILM' : 'DIGITAL');
  } else add('300', ' ', ' ', 'a', `${kind === 'THESIS' ? random.between(60, 320) : random.between(4, 60)} p`);
}

function notes(kind: Kind, random: Random, add: Add): void {
  if (random.unit() > 0.45) return;
  const pages = random.between(6, 60);
  const note = {
    ARTICLE: `Comments: ${pages} pages, ${random.between(2, 24)} figures`,
    PREPRINT: `Comments: ${pages} pages, LaTeX; submitted for publication`,
    THESIS: 'Presented before the Faculty of Science',
    BOOK: 'Includes bibliographical references and index',
    REPORT: `Also available on paper, ${random.between(1, 3)} volumes`,
    PICTURE: 'Press use free of charge with credit to the laboratory',
    NOTE: `Version ${random.between(1, 5)}`,
    INTERNALNOTE: 'For members of the experiment',
  };
  add('500', ' ', ' ', 'a', note[kind]);
}

function links(kind: Kind, index: number, year: number, random: Random, add: Add): void {
  const at = `https://files.avalon.example/${year}/${index + 1}`;
  if (kind === 'PICTURE') {
    add('856', '4', ' ', 'u', `${at}/large.jpg`, 'q', 'image/jpeg', 'y', 'Large');
    if (random.unit() < 0.5) add('856', '4', ' ', 'u', `${at}/icon.gif`, 'q', 'image/gif', 'x', 'icon');
  } else if (random.unit() < 0.55) add('856', '4', ' ', 'u', `${at}/fulltext.pdf`, 'y', 'Fulltext');
}

/**
 * "yyyymmdd": soon after the year, but nothing was entered before the catalogue was a computer's.
 */
function entryDate(year: number, random: Random): string {
  const at = year < 1992 ? random.between(1992, 2003) : Math.min(year + random.early(2), 2026);
  return `${at}${pad(at === 2026 ? random.between(1, 6) : random.between(1, 12))}${pad(random.between(1, 28))}`;
}

function pad(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** An ISBN-13 with a right check digit, in a range that no publisher has. */
function isbn(index: number): string {
  const digits = `97899${String(index % 10_000_000).padStart(7, '0')}`;
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += Number(digits[i]) * (i % 2 === 0 ? 1 : 3);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

/** "SYM" for "Symmetry, strings and ...". */
function shelf(title: string): string {
  return title
    .replaceAll(/[^\p{L}]/gu, '')
    .slice(0, 3)
    .toUpperCase();
}

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const publishers: readonly (readonly [string, string])[] = [
  ['Avalon', 'Avalon Laboratory'],
  ['Geneva', 'Lac & Jura'],
  ['Berlin', 'Rosenthal'],
  ['London', 'Meridian Press'],
  ['New York', 'Harbour & Sons'],
  ['Paris', 'Éditions du Méridien'],
  ['Padua', 'Libreria Antenore Nuova'],
  ['Leiden', 'Van der Veld'],
  ['Tokyo', 'Aoyama Shobō'],
  ['Singapore', 'Straits Scientific'],
];
const subjects: Readonly<Record<Discipline | 'picture', string>> = {
  particle: 'Particle Physics - Experiment',
  theory: 'Particle Physics - Theory',
  astronomy: 'Astrophysics and Astronomy',
  materials: 'Condensed Matter and Materials',
  life: 'Life Sciences',
  mathematics: 'Mathematics',
  computing: 'Computing and Information Science',
  history: 'History of Science',
  picture: 'Life in the Laboratory',
};
/** Universal Decimal Classification. */
const classes: Readonly<Record<Discipline, string>> = {
  particle: '539.1',
  theory: '530.1',
  astronomy: '524',
  materials: '538.9',
  life: '57',
  mathematics: '51',
  computing: '004',
  history: '001',
};
const leaders: Readonly<Record<Kind, string>> = {
  ARTICLE: '00000naa a2200000 u 4500',
  PREPRINT: '00000nam a2200000 u 4500',
  THESIS: '00000nam a2200000 u 4500',
  BOOK: '00000nam a2200000 u 4500',
  REPORT: '00000nam a2200000 u 4500',
  PICTURE: '00000nkm a2200000 u 4500',
  NOTE: '00000nam a2200000 u 4500',
  INTERNALNOTE: '00000nam a2200000 u 4500',
};
