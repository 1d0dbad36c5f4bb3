import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownLinks, withOwnLinks, withoutOwnLinks, withWholeLinks } from './own-links.ts';
import { dataField, type Field, type MarcRecord } from './record.ts';

const link = (address: string): Field => dataField('856', '4', ' ', [{ code: 'u', value: address }]);
const record = (...fields: readonly Field[]): MarcRecord => ({ leader: '', fields });
const addresses = ({ fields }: MarcRecord): readonly string[] => fields.map(({ subfields }) => subfields[0]!.value);

test('links of a record to its own documents are told from all others, and come back as exports have them', () => {
  const own = link('/record/12/files/a.pdf');
  const given = record(
    link('https://x.example/a.pdf'),
    own,
    link('/record/1/files/a.pdf'),
    link('/record/123/files/a.pdf'),
  );
  assert.deepEqual(ownLinks(given, 12), [own]);
  const exported = withWholeLinks(given, 'https://library.example');
  assert.equal(addresses(exported)[1], 'https://library.example/record/12/files/a.pdf');
  assert.equal(addresses(withoutOwnLinks(exported, 12, [own])).length, 3);
  // Links to documents of the server from which the records came stay: these are not here.
  const moved = record(link('https://old.example/record/12/files/other.pdf'));
  assert.equal(withoutOwnLinks(moved, 12, [own]), moved);
  assert.deepEqual(withOwnLinks(withoutOwnLinks(given, 12), [own]).fields.at(-1), own);
});
