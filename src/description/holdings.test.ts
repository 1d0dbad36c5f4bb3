import assert from 'node:assert/strict';
import { test } from 'node:test';
import { field, item } from '../formats/test-records.ts';
import type { Field } from '../marc/record.ts';
import { holdingsOf, holdingText, shelfLine } from './holdings.ts';

const of = (...fields: readonly Field[]) => holdingsOf(item(1, fields).record);
const line = (...fields: readonly Field[]) => shelfLine(item(1, fields).record);

test('a copy has its library and collection, its shelf mark and what readers are told of it', () => {
  const one = field('8520_', '$aMain Library$bScience$cReading room$hQC174.12$i.G74 2005$t2$xprivate$zIn place');
  const { copies, callNumbers } = of(one, field('050_4', '$aQC174.12$b.G74'));
  assert.deepEqual(copies, [
    {
      places: ['Main Library', 'Science', 'Reading room'],
      shelfMark: 'QC174.12 .G74 2005',
      copy: '2',
      notes: ['In place'],
    },
  ]);
  assert.equal(holdingText(copies[0]!), 'Main Library, Science, Reading room: QC174.12 .G74 2005');
  assert.deepEqual(callNumbers, [], 'the shelf mark says it');
  assert.equal(of(one, one).copies.length, 1);
  assert.deepEqual(of(field('852__', '$xprivate')).copies, []);
});

test('the call number of the work stands in when no copy has a shelf mark', () => {
  const work = [field('050_4', '$aQC174.12$b.G74'), field('08204', '$a530.1/2$220')];
  assert.deepEqual(of(...work).callNumbers, ['QC174.12 .G74', '530.1/2']);
  assert.deepEqual(of(...work, field('852__', '$aStockholm')).callNumbers, ['QC174.12 .G74', '530.1/2']);
  assert.deepEqual(line(...work, field('852__', '$aStockholm')), ['Stockholm', 'QC174.12 .G74']);
  assert.deepEqual(line(...work), ['', 'QC174.12 .G74']);
  assert.deepEqual(line(field('852__', '$bStacks$jMag. 12')), ['Stacks', 'Mag. 12']);
  assert.equal(line(field('245__', '$aNothing')), undefined);
});

test('volumes are as written, else made of captions and numbers; other institutions are named once', () => {
  const pattern = field('85320', '$81$av.$bno.$i(year)');
  const made = field('86340', '$81.1$a1-10$i1990-1999');
  assert.deepEqual(of(pattern, made).volumes, { work: ['v. 1-10 (1990-1999)'], supplements: [], indexes: [] });
  const written = [field('86631', '$av.1-6$zlacks v.3'), field('86741', '$aSuppl. 1'), field('86841', '$aIndex 1-6')];
  assert.deepEqual(of(pattern, made, ...written).volumes, {
    work: ['v.1-6 lacks v.3'],
    supplements: ['Suppl. 1'],
    indexes: ['Index 1-6'],
  });
  assert.deepEqual(of(field('850__', '$aDLC$aCaOOC'), field('850__', '$aDLC')).institutions, ['DLC', 'CaOOC']);
});

test('each of very many volumes finds its captions at once', () => {
  const count = 200_000;
  const captions = Array.from({ length: count }, (_, i) => field('853__', `$8${i}$av.`));
  const numbers = Array.from({ length: count }, (_, i) => field('863__', `$8${i}.1$a${i}`));
  const { work } = holdingsOf(item(1, [...captions, field('853__', '$80$aNo.'), ...numbers]).record).volumes;
  assert.deepEqual([work.length, work[0], work.at(-1)], [count, 'v. 0', `v. ${count - 1}`]);
});
