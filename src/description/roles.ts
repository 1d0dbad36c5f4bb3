import { withoutIsbd } from '../marc/isbd.ts';
import type { Field } from '../marc/record.ts';
import { subfields } from './fields.ts';

/**
 * What somebody did for a work, as code of MARC's list of relators. Those that formats treat alike
 * with another have no line of their own.
 */
export const relators = {
  aut: 'author',
  edt: 'editor',
  trl: 'translator',
  ill: 'illustrator',
  cmp: 'composer',
  com: 'compiler',
  ths: 'thesis advisor',
  dgs: 'supervisor',
  ctb: 'contributor',
  aui: 'author of introduction',
  pbl: 'publisher',
  isb: 'issuing body',
  prf: 'performer',
  cnd: 'conductor',
  nrt: 'narrator',
  drt: 'director',
  pro: 'producer',
  act: 'actor',
  sng: 'singer',
  lbt: 'librettist',
  lyr: 'lyricist',
  arr: 'arranger',
  pht: 'photographer',
  art: 'artist',
  ctg: 'cartographer',
  dte: 'dedicatee',
  fmo: 'former owner',
  spn: 'sponsor',
  fnd: 'funder',
  dgg: 'degree grantor',
  his: 'host institution',
  ive: 'interviewee',
  ivr: 'interviewer',
  cre: 'creator',
} as const satisfies Readonly<Record<string, string>>;

export type Relator = keyof typeof relators;

/** Terms that catalogues write in $e beside the English one, in small letters. */
const terms: Readonly<Partial<Record<Relator, string>>> = {
  aut: 'auteur|autor|autorin|verfasser|verfasserin|autore|writer|vf|verf|tekijä|kirjoittaja|författare|forfatter|автор|著|著者',
  edt: 'eds|ed|edt|editors|herausgeber|herausgeberin|hrsg|hg|éditeur|editeur|éditeur scientifique|curatore|editor literario|redaktör|redaktor|redaktion|udgiver|toimittaja|red|издатель|редактор|編|编|編集|编辑',
  trl: 'tr|trans|transl|traducteur|traductrice|traductor|traduttore|übersetzer|übersetzerin|übers|vertaler|kääntäjä|översättare|tłumacz|trad|переводчик|訳|译',
  ill: 'ill|illus|illustrateur|ilustrador|illustratore|illustratorin|kuvittaja',
  cmp: 'comp. music|compositeur|compositor|compositore|komponist|komponistin|säveltäjä|tonsättare',
  com: 'comp|compilateur|recopilador|compilatore',
  ths: 'supervisor|advisor|dir|directeur de thèse|directeur de la thèse|betreuer|doktorvater|director de tesis|relatore|akademischer betreuer',
  dgs: 'degree supervisor',
  ctb: 'contributeur|mitwirkender|mitwirkende|collaborator|colaborador|beiträger',
  aui: 'writer of introduction|author of foreword|writer of preface|préfacier|verfasser eines vorworts',
  pbl: 'verlag|éditeur commercial',
  isb: 'herausgebendes organ|collectivité éditrice',
  prf: 'interprète|interpret|intérprete|ausführender',
  cnd: "chef d'orchestre|dirigent|director de orquesta",
  nrt: 'narrateur|sprecher|erzähler',
  drt: 'film director|réalisateur|regisseur|filmregisseur|regie',
  pro: 'film producer|producteur|produzent',
  act: 'actress|acteur|actrice|schauspieler|schauspielerin',
  sng: 'vocalist|chanteur|sänger|sängerin',
  lbt: 'librettiste',
  lyr: 'parolier|textdichter',
  arr: 'arrangeur|arr',
  pht: 'photographe|fotograf|fotografin',
  art: 'artiste|künstler|künstlerin',
  ctg: 'cartographe|kartograf',
  dte: 'widmungsempfänger',
  fmo: 'vorbesitzer|ancien possesseur',
  dgg: 'degree granting institution|grad-verleihende institution',
  cre: 'créateur|schöpfer|urheber',
};

const codes: ReadonlyMap<string, Relator> = new Map(
  (Object.keys(relators) as Relator[]).flatMap((code) =>
    [relators[code], ...(terms[code]?.split('|') ?? [])].map((term) => [term, code] as const),
  ),
);

const address =
  /^https?:\/\/(?:id\.loc\.gov\/vocabulary\/relators|d-nb\.info\/standards\/elementset\/gnd#?|rdaregistry\.info\/\S*)\/?([a-z]{3})\/?$/i;

export interface Role {
  /** Undefined: a role that is none of the list. */
  readonly code: Relator | undefined;
  /** As catalogued, or the English term of the code. */
  readonly term: string;
}

/** Roles of $e (meetings: $j) and $4, each once. */
export function rolesOf(field: Field, codeOfTerm = 'e'): readonly Role[] {
  const roles: Role[] = [];
  const codesSeen = new Set<Relator | undefined>();
  const termsSeen = new Set<string>();
  const add = (role: Role): void => {
    const isKnown = role.code === undefined ? termsSeen.has(role.term) : codesSeen.has(role.code);
    if (isKnown) return;
    codesSeen.add(role.code);
    termsSeen.add(role.term);
    roles.push(role);
  };
  for (const value of subfields(field, codeOfTerm)) {
    const term = withoutIsbd(value);
    if (term !== '') add({ code: relatorOf(term), term });
  }
  for (const value of subfields(field, '4')) {
    const code = (address.exec(value)?.[1] ?? value).toLowerCase().replace(/[^a-z]/g, '');
    if (Object.hasOwn(relators, code)) add({ code: code as Relator, term: relators[code as Relator] });
  }
  return roles;
}

const longestTerm = 100;

/** "Hrsg.", "éditeur scientifique", "(ed.)"; "editor of compilation" by its first word. */
function relatorOf(term: string): Relator | undefined {
  if (term.length > longestTerm) return undefined;
  const plain = term
    .toLowerCase()
    .normalize('NFC')
    .replaceAll('’', "'")
    .replace(/^[([]+|[.)\]]+$/g, '')
    .trim();
  const first = /^[\p{L}\p{M}]+/u.exec(plain)?.[0] ?? '';
  return codes.get(plain) ?? codes.get(first);
}
