import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeWork } from '../description/work.ts';
import type { Field } from '../marc/record.ts';
import { type CitationStyle, citationRuns, citationStyles, citationText } from './citation.ts';
import { field, item } from './test-records.ts';

const address = 'https://library.example/record/1';

function cited(style: CitationStyle, ...fields: readonly Field[]): string {
  return citationText(describeWork(item(1, fields).record), style, address);
}

const article: readonly Field[] = [
  field('100__', '$aEllis, John R'),
  field('700__', '$aGaillard, Mary K'),
  field('245__', '$aA Z factory'),
  field('260__', '$c1976'),
  field('773__', '$pNucl. Phys. B$v106$n2$y1976$c292-340'),
  field('0247_', '$2DOI$a10.1000/xyz'),
  field('980__', '$aARTICLE'),
];
const book: readonly Field[] = [
  field('100__', '$aDoe, Jane'),
  field('245__', '$aStatistics$ba map'),
  field('250__', '$a2nd ed'),
  field('260__', '$aLondon$bWiley$c1999'),
  field('980__', '$aBOOK'),
];
const thesis: readonly Field[] = [
  field('100__', '$aDoe, Jane'),
  field('245__', '$aWhat is mass?'),
  field('502__', '$bPhD$cUniv. Somewhere$d2001'),
  field('980__', '$aTHESIS'),
];

const expected: Readonly<Record<CitationStyle, readonly [article: string, book: string, thesis: string]>> = {
  apa: [
    'Ellis, J. R., & Gaillard, M. K. (1976). A Z factory. Nucl. Phys. B, 106(2), 292–340. https://doi.org/10.1000/xyz',
    `Doe, J. (1999). Statistics: a map (2nd ed.). Wiley. ${address}`,
    `Doe, J. (2001). What is mass? [PhD, Univ. Somewhere]. ${address}`,
  ],
  mla: [
    'Ellis, John R, and Mary K Gaillard. “A Z factory.” Nucl. Phys. B, vol. 106, no. 2, 1976, pp. 292–340, https://doi.org/10.1000/xyz.',
    `Doe, Jane. Statistics: a map. 2nd ed., Wiley, 1999, ${address}.`,
    `Doe, Jane. “What is mass?” PhD, Univ. Somewhere, 2001, ${address}.`,
  ],
  chicago: [
    'Ellis, John R, and Mary K Gaillard. 1976. “A Z factory.” Nucl. Phys. B 106 (2): 292–340. https://doi.org/10.1000/xyz',
    `Doe, Jane. 1999. Statistics: a map. 2nd ed. London: Wiley. ${address}`,
    `Doe, Jane. 2001. “What is mass?” PhD, Univ. Somewhere. ${address}`,
  ],
  harvard: [
    'Ellis, J.R. and Gaillard, M.K. (1976) ‘A Z factory’, Nucl. Phys. B, 106(2), pp. 292–340. https://doi.org/10.1000/xyz.',
    `Doe, J. (1999) Statistics: a map. 2nd edn. London: Wiley. Available at: ${address}.`,
    `Doe, J. (2001) What is mass? PhD. Univ. Somewhere. Available at: ${address}.`,
  ],
  ieee: [
    'J. R. Ellis and M. K. Gaillard, “A Z factory,” Nucl. Phys. B, vol. 106, no. 2, pp. 292–340, 1976, doi: 10.1000/xyz.',
    `J. Doe, Statistics: a map, 2nd ed. London: Wiley, 1999. [Online]. Available: ${address}.`,
    `J. Doe, “What is mass?” PhD, Univ. Somewhere, 2001. [Online]. Available: ${address}.`,
  ],
  nature: [
    'Ellis, J. R. & Gaillard, M. K. A Z factory. Nucl. Phys. B 106, 292–340 (1976). https://doi.org/10.1000/xyz',
    `Doe, J. Statistics: a map (Wiley, 1999). ${address}`,
    `Doe, J. What is mass? (PhD, Univ. Somewhere, 2001). ${address}`,
  ],
  vancouver: [
    'Ellis JR, Gaillard MK. A Z factory. Nucl. Phys. B. 1976;106(2):292–340. doi:10.1000/xyz',
    `Doe J. Statistics: a map. 2nd ed. London: Wiley; 1999. Available from: ${address}`,
    `Doe J. What is mass? [thesis]. Univ. Somewhere; 2001. Available from: ${address}`,
  ],
  physics: [
    'J. R. Ellis and M. K. Gaillard, A Z factory, Nucl. Phys. B 106, 2 (1976) pp. 292-340, https://doi.org/10.1000/xyz',
    `J. Doe, Statistics: a map, London: Wiley (1999), ${address}`,
    `J. Doe, What is mass?, Univ. Somewhere (2001), ${address}`,
  ],
};

for (const style of Object.keys(expected) as CitationStyle[]) {
  test(`${style}: an article, a book, a thesis`, () => {
    assert.deepEqual(
      [article, book, thesis].map((fields) => cited(style, ...fields)),
      expected[style],
    );
  });
}

test('many authors are shortened as each style says', () => {
  const many = Array.from({ length: 25 }, (_, i) => field(i === 0 ? '100__' : '700__', `$aName${i + 1}, A`));
  const rest = [field('245__', '$aT'), field('773__', '$pJ$v1$y2000$c5')];
  assert.match(cited('apa', ...many, ...rest), /^Name1, A\., .* Name19, A\., \. \. \. Name25, A\. \(2000\)/);
  assert.match(cited('chicago', ...many, ...rest), /^Name1, A, A Name2, .* A Name7, et al\. 2000\./);
  assert.match(cited('vancouver', ...many, ...rest), /^Name1 A, .*, Name6 A, et al\. T\./);
  assert.match(cited('ieee', ...many, ...rest), /^A\. Name1 et al\., “T,”/);
  assert.match(cited('nature', ...many, ...rest), /^Name1, A\. et al\. T\./);
  assert.match(cited('mla', ...many, ...rest), /^Name1, A, et al\. “T\.”/);
});

test('a collaboration stands for its authors; a record that says nothing is its address', () => {
  const paper = [field('710__', '$gATLAS Collaboration'), field('245__', '$aT'), field('773__', '$pJ$v1$y2000$c5')];
  assert.match(cited('apa', ...paper), /^ATLAS Collaboration\. \(2000\)\. T\./);
  assert.match(cited('vancouver', ...paper), /^ATLAS Collaboration\. T\. J\. 2000;1:5\./);
  assert.equal(cited('physics'), address);
  assert.match(cited('apa', field('245__', '$aAlone')), /^Alone\. \(n\.d\.\)\. https/);
});

test('titles of journals and whole works are in italics as the manuals say, and nothing else is changed', () => {
  const italic = (style: CitationStyle, fields: readonly Field[]): string =>
    citationRuns(describeWork(item(1, fields).record), style, address)
      .filter((run) => run.italic)
      .map(({ text }) => text)
      .join('|');
  const found = citationStyles.map(({ style }) => [style, ...[article, book, thesis].map((one) => italic(style, one))]);
  assert.deepEqual(found, [
    ['apa', 'Nucl. Phys. B|106', 'Statistics: a map', 'What is mass'],
    ['mla', 'Nucl. Phys. B', 'Statistics: a map', ''],
    ['chicago', 'Nucl. Phys. B', 'Statistics: a map', ''],
    ['harvard', 'Nucl. Phys. B', 'Statistics: a map', 'What is mass'],
    ['ieee', 'Nucl. Phys. B', 'Statistics: a map', ''],
    ['nature', 'Nucl. Phys. B', 'Statistics: a map', ''],
    ['vancouver', '', '', ''],
    ['physics', '', '', ''],
  ]);
});
