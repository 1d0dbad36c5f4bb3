import { ask } from '../../access/ask.ts';
import { grouped } from '../../errors/grouped.ts';
import { idFormat } from '../../formats/format-names.ts';
import type { Brief } from '../../index/brief.ts';
import { openLibrary } from '../../library/open.ts';
import { guest } from '../../people/person.ts';
import { noticeText } from '../../search/notices.ts';
import { defaultPageSize, emptyRequest, type SearchRequest } from '../../search/request.ts';
import { asksCitations } from '../asks-citations.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { withDatabaseAnswers } from '../database-answers.ts';
import { personNamed } from '../person-option.ts';
import { requireLibrary } from '../require-library.ts';

export const command = defineCommand({
  description:
    'Finds the records that every visitor may see (with --as, those that a person may see), the most relevant first. The query language is that of the search page: words, "phrases", trunc*,\n' +
    'field:word, 245__a:value, /regular expressions/, 1999->2003, and or not, parentheses, refersto:, cited:50+.',
  examples: [
    { command: "search 'higgs boson'", doc: 'Both words, anywhere.' },
    {
      command: `search 'author:"Ellis, J" year:1990->1999' --sort title --ascending`,
      doc: 'An author, in a range of years.',
    },
    {
      command: 'search \'refersto:author:"Ellis, J"\' --sort cited',
      doc: 'Records that cite an author, the most cited first.',
    },
    {
      command: "search --browse 'author:ellis'",
      doc: 'The authors near Ellis in the alphabet, with their numbers of records.',
    },
    { command: "search 'title:supersym*' --json", doc: 'The numbers of all records found, for scripts.' },
  ],
  arguments: { query: { doc: 'What to search for; default all records.', optional: true } },
  options: {
    field: { type: 'text', value: 'FIELD', short: 'f', doc: 'Search for words that name no field in this field.' },
    collection: {
      type: 'list',
      value: 'NAME',
      short: 'c',
      doc: 'Only in this collection; may be given several times.',
    },
    sort: { type: 'text', value: 'ORDER', doc: 'title, author, a field, or a MARC path.' },
    ascending: { type: 'flag', doc: 'Reverse the order.' },
    rank: { type: 'text', value: 'METHOD', doc: 'wrd: most relevant first; citation: most cited first.' },
    as: { type: 'text', value: 'NAME', doc: 'Search as this person; default a visitor who is not signed in.' },
    browse: {
      type: 'flag',
      doc: 'Show values or words near in the alphabet instead of records.',
    },
    limit: {
      type: 'number',
      value: 'N',
      short: 'n',
      minimum: 1,
      doc: 'How many to show; default 10, with --json all.',
    },
    ...jsonOption,
  },
  run: async ({ arguments: { query }, options, settings, print, printJson, stderr }) => {
    const standardSize = options.json ? Number.POSITIVE_INFINITY : defaultPageSize;
    const request: SearchRequest = {
      ...emptyRequest,
      text: query ?? '',
      field: options.field ?? '',
      collections: options.collection,
      order: 'site',
      sort: options.sort ?? '',
      ascending: options.ascending,
      rank: options.rank ?? '',
      size: options.limit ?? standardSize,
      format: options.json ? idFormat.code : emptyRequest.format,
    };
    const library = await openLibrary(requireLibrary(settings()));
    try {
      const person =
        options.as === undefined ? guest : await personNamed(library.database, library.snapshot().site, options.as);
      if (options.browse) {
        const { browseFor } = await import('../../access/browse.ts');
        const { terms, notices } = browseFor(library.snapshot(), person, { ...request, size: options.limit ?? 10 });
        for (const notice of notices) stderr.write(`${noticeText(notice)}\n`);
        if (options.json)
          return printJson({ terms: terms.map(({ label, text, count }) => ({ label, query: text, count })) });
        return print(
          terms.map(({ label, count }) => `${String(count).padStart(9)}  ${label}`).join('\n') || 'No values.',
        );
      }
      if (asksCitations(request, library.snapshot().site)) await library.citationsReady();
      const snapshot = library.snapshot();
      const asked = await withDatabaseAnswers(library, snapshot, person, request);
      const answer = ask(snapshot, person, asked, { briefs: !options.json, colons: true });
      for (const notice of answer.notices) stderr.write(`${noticeText(notice)}\n`);
      if (answer.total === 0 && !options.json) {
        const { correctionFor } = await import('../../access/guide.ts');
        const other = correctionFor(library.snapshot(), person, request);
        if (other !== undefined) stderr.write(`Did you mean ${other.text}? (${counted(other.count)})\n`);
      }
      if (options.json) return printJson({ total: answer.total, ids: answer.ids });
      print(summary(answer.total, answer.ids.length));
      for (const [at, id] of answer.ids.entries()) print(hitText(id, answer.briefs[at] as Brief));
    } finally {
      await library.close();
    }
  },
});

function counted(total: number): string {
  return total === 1 ? '1 record' : `${grouped(total)} records`;
}

export function summary(total: number, shown: number): string {
  const found = counted(total);
  return shown < total ? `${found}, the first ${shown}:` : total === 0 ? 'No records.' : `${found}:`;
}

/** Two lines: number and title; then who, when and where. */
export function hitText(id: number, brief: Brief): string {
  const others = brief.n > brief.a.length ? ` and ${brief.n - brief.a.length} more` : '';
  const people = brief.a.length > 0 ? `${brief.a.join('; ')}${others}` : '';
  const published = brief.j === '' && brief.y > 0 ? String(brief.y) : brief.j;
  const second = [people, published].filter((part) => part !== '').join(people.endsWith('.') ? ' ' : '. ');
  const number = String(id).padStart(9);
  return `${number}  ${brief.t === '' ? '[no title]' : brief.t}${second === '' ? '' : `\n${' '.repeat(11)}${second}`}`;
}
