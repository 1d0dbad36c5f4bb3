import { UserError } from '../../errors/errors.ts';
import { bareDoi } from '../../identifiers/doi.ts';
import { isbnAlone } from '../../identifiers/isbn.ts';
import { issnAlone } from '../../identifiers/issn.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { harvestErrors } from './errors.ts';
import type { Steps } from './source.ts';
import { dataciteRules, dublinCoreRules, modsRules, type Rule } from './tables.ts';
import { type Node, nodePath } from './tree.ts';

export const marcNamespace = 'http://www.loc.gov/MARC21/slim';

interface Format {
  readonly root: string;
  readonly namespaces: RegExp;
  readonly rules: readonly Rule[];
}

/** Formats that are built in, by the element that metadata begins with. */
const formats: readonly Format[] = [
  {
    root: 'dc',
    namespaces: /^http:\/\/www\.openarchives\.org\/OAI\/(?:2\.0|1\.1)\/(?:oai_)?dc\/?$/,
    rules: dublinCoreRules,
  },
  { root: 'mods', namespaces: /^http:\/\/www\.loc\.gov\/mods\/v3$/, rules: modsRules },
  { root: 'resource', namespaces: /^https?:\/\/datacite\.org\/schema\/kernel-[34](?:\.\d)?$/, rules: dataciteRules },
];

const leader = '00000nam a2200000 u 4500';

/**
 * A record of MARC of metadata that is none. `label` names it in errors. Throws UserError.
 */
export function convert(node: Node, convertStep: Steps['convert'], label: string): MarcRecord {
  const { table } = convertStep;
  const fields = table === undefined ? builtIn(node, label) : fieldsOf(node, tableRules(table));
  if (fields.length === 0) throw new UserError(harvestErrors.empty, { record: label });
  return { leader, fields };
}

function builtIn(node: Node, label: string): readonly Field[] {
  const found = innermost(node);
  const format = formats.find(({ root }) => root === found.name);
  const isKnown = format?.namespaces.test(found.namespace) === true;
  if (format !== undefined && isKnown) return fieldsOf(found, format.rules);
  const expected = 'MARC 21, Dublin Core, MODS or DataCite';
  const { name, namespace } = found;
  throw new UserError(harvestErrors.namespace, { record: label, name, namespace, expected });
}

/** DataCite may stand in an envelope of its own. */
function innermost(node: Node): Node {
  if (node.name !== 'oai_datacite') return node;
  const [found] = nodePath('payload/resource')!.nodes(node);
  return found ?? node;
}

function fieldsOf(node: Node, rules: readonly Rule[]): readonly Field[] {
  const fields: { readonly field: Field; readonly place: number }[] = [];
  const taken = new Map<Node, Rule>();
  const used = new Set<string>();
  rules.forEach((rule) => {
    for (const one of nodePath(rule.path)!.nodes(node)) {
      // Of an element that is told apart by its value only the first rule holds.
      if (taken.has(one) && taken.get(one) !== rule && (rule.only !== undefined || taken.get(one)?.only !== undefined))
        continue;
      const subfields = subfieldsOf(one, rule);
      if (subfields === undefined) continue;
      if (rule.path !== '.') taken.set(one, rule);
      const target = rule.next !== undefined && used.has(rule.field) ? rule.next : rule.field;
      used.add(target);
      const [tag, ind1, ind2] = [target.slice(0, 3), target[3] ?? '_', target[4] ?? '_'];
      const [first] = subfields;
      const field = tag.startsWith('00')
        ? controlField(tag, first?.value ?? '')
        : dataField(tag, ind1.replace('_', ' '), ind2.replace('_', ' '), subfields);
      fields.push({ field, place: fields.length });
    }
  });
  // As catalogues are used to them: by tag, the order of a tag as it came.
  return fields.sort((a, b) => a.field.tag.localeCompare(b.field.tag) || a.place - b.place).map(({ field }) => field);
}

function subfieldsOf(node: Node, { subfields, only }: Rule): { code: string; value: string }[] | undefined {
  const found: { code: string; value: string }[] = [];
  let given = false;
  for (const [code, spec] of Object.entries(subfields)) {
    const isFixed = spec.startsWith('=');
    const values = isFixed ? [spec.slice(1)] : valuesOf(node, spec);
    given ||= !isFixed && values.length > 0;
    for (const value of values) found.push({ code, value });
  }
  if (!given) return undefined;
  // JavaScript puts digits first; here they come behind letters, as $2 does.
  found.sort((a, b) => Number(/\d/.test(a.code)) - Number(/\d/.test(b.code)));
  if (only === undefined) return found;
  const [first] = found;
  const value = first === undefined ? undefined : washed[only](first.value);
  return value === undefined ? undefined : [{ code: first!.code, value }, ...found.slice(1)];
}

const washed: Readonly<Record<NonNullable<Rule['only']>, (value: string) => string | undefined>> = {
  doi: (value) => bareDoi(value),
  isbn: (value) => isbnAlone(value.replace(/^(?:urn:)?isbn:?\s*/i, '')),
  issn: (value) => issnAlone(value.replace(/^(?:urn:)?issn:?\s*/i, '')),
  url: (value) => (/^https?:\/\/\S+$/.test(value) ? value : undefined),
};

function valuesOf(node: Node, spec: string): readonly string[] {
  for (const one of spec.split('|')) {
    const values = one.includes('{') ? templateOf(node, one) : (nodePath(one)?.values(node) ?? []);
    if (values.length > 0) return values;
  }
  return [];
}

function templateOf(node: Node, template: string): readonly string[] {
  let isWhole = true;
  const text = template.replace(/\{([^}]*)\}/g, (_, path: string) => {
    const [value] = nodePath(path)?.values(node) ?? [];
    isWhole &&= value !== undefined;
    return value ?? '';
  });
  return isWhole ? [text] : [];
}

const target = /^(\d\d\d)([\w])([\w])([a-z0-9])$/;

/** The rules of a person's own table: "title" → "245__a", "creator" → "100__a, 700__a". Throws. */
export function tableRules(table: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(table).map(([path, to]): Rule => {
    const wrong = (reason: string): UserError => new UserError(harvestErrors.source, { reason });
    const [first = '', second, ...more] = to.split(/\s*,\s*/);
    for (const one of [first, ...(second === undefined ? [] : [second])]) {
      if (/^00\d$/.test(one)) continue;
      if (!target.test(one)) throw wrong(`"${one}" is no MARC path as 245__a, in the line of ${path}`);
    }
    if (more.length > 0) throw wrong(`"${to}" has more than two paths, in the line of ${path}`);
    const template = path.includes('{') ? path : undefined;
    const inside = template === undefined ? [path] : [...path.matchAll(/\{([^}]*)\}/g)].map(([, one = '']) => one);
    for (const one of inside) if (nodePath(one) === undefined) throw wrong(`"${one}" is no path of elements`);
    const isAttribute = path.includes('@') && /(?:^|\/)@[\w.-]+$/.test(path);
    const at = template !== undefined || isAttribute ? '.' : path;
    const code = /^00\d$/.test(first) ? 'a' : first[5]!;
    return {
      ...{
        path: at,
        field: first.slice(0, 5).padEnd(5, '_'),
        subfields: { [code]: template ?? (isAttribute ? path : '.') },
      },
      ...(second !== undefined && { next: second.slice(0, 5) }),
    };
  });
}

/** Fields that the source puts into every record, behind those of the same tag. Throws. */
export function addedFields(add: Readonly<Record<string, string>>): readonly Field[] {
  return Object.entries(add).map(([path, value]) => {
    const [, tag, ind1 = '_', ind2 = '_', code = 'a'] = target.exec(path) ?? [];
    if (tag === undefined || tag.startsWith('00'))
      throw new UserError(harvestErrors.source, { reason: `"${path}" is no MARC path as 980__a` });
    return dataField(tag, ind1.replace('_', ' '), ind2.replace('_', ' '), [{ code, value }]);
  });
}
