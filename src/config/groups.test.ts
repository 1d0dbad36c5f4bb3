import assert from 'node:assert/strict';
import { test } from 'node:test';
import { settingGroups, settingUnits } from './groups.ts';
import type { SettingDefinition } from './table/definition.ts';
import { settingsTable } from './table.ts';

test('every setting is shown under one heading', () => {
  assert.deepEqual(Object.values(settingGroups).flat().sort(), Object.keys(settingsTable).sort());
});

test('only plain numbers have a unit of their own, and a number without one is no amount', () => {
  const plain = Object.entries<SettingDefinition>(settingsTable).filter(([, { type }]) => type === 'number');
  const without = plain.map(([key]) => key).filter((key) => !(key in settingUnits));
  assert.deepEqual(without.sort(), ['port', 'statusPort']);
  assert.equal(plain.length, without.length + Object.keys(settingUnits).length);
});
