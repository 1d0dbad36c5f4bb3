import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testSite } from '../search/testing/library.ts';
import type { Account } from './account.ts';
import { explain, grantText, membershipText } from './explain.ts';
import { isPlainGuest, may, type Person, personKey } from './person.ts';
import { personFor, type Visit } from './person-for.ts';
import type { Role } from './roles.ts';
import { parseRules } from './rules/parse.ts';

const now = Date.UTC(2030, 0, 1);
const visit: Visit = { address: '192.0.2.7', agent: undefined, referer: undefined, uri: '/', now };
const ada: Account = {
  id: 3,
  name: 'ada',
  email: 'ada@library.example',
  state: 'active',
  origin: 'operator',
  created: new Date(0),
  hasPassword: true,
  preferences: {},
  memberships: [],
  groups: ['staff'],
};

function role(name: string, grants: Role['may'], rules = ''): Role {
  return { name, origin: 'people', description: '', may: grants, rulesText: rules, rules: parseRules(rules).rules };
}
const secret = { collection: 'Secret' };

test('roles of the site file and of people allow what their grants cover', () => {
  const readers = role('readers', [{ action: 'viewrestrcoll', arguments: { collection: '*' } }]);
  const editors = role('editors', [{ action: 'runbibedit', arguments: {} }]);
  const inRole = (name: string) =>
    personFor(testSite, [readers, editors], { ...ada, memberships: [{ role: name, expires: undefined }] }, visit);
  assert.ok(may(testSite, inRole('insider'), 'viewrestrcoll', secret));
  assert.ok(!may(testSite, inRole('insider'), 'viewrestrcoll', { collection: 'Other' }));
  assert.ok(may(testSite, inRole('readers'), 'viewrestrcoll', { collection: 'Other' }));
  assert.ok(!may(testSite, inRole('readers'), 'viewhiddenpaths'));
  assert.ok(may(testSite, inRole('editors'), 'runbibedit', { collection: 'Other' }));
  assert.ok(may(testSite, inRole('boss'), 'cfgwebaccess'));
  assert.ok(!may(testSite, inRole('nobody knows'), 'viewrestrcoll', secret));
});

test('a membership ends when it says', () => {
  const until = (expires: number) =>
    personFor(testSite, [], { ...ada, memberships: [{ role: 'insider', expires }] }, visit).roles;
  assert.deepEqual(until(now + 1), ['insider']);
  assert.deepEqual(until(now), []);
});

test('rules bring people and guests into roles', () => {
  const house = role('house', [{ action: 'viewrestrcoll', arguments: {} }], 'allow remote_ip "192.0.2.0/24"');
  const staff = role('staff', 'everything', 'deny guest "1"\nallow group "staff"');
  const roles = [house, staff];
  assert.deepEqual(personFor(testSite, roles, undefined, visit).roles, ['house']);
  assert.deepEqual(personFor(testSite, roles, undefined, { ...visit, address: '198.51.100.1' }).roles, []);
  assert.deepEqual(personFor(testSite, roles, ada, visit).roles, ['house', 'staff']);
  assert.ok(isPlainGuest(personFor(testSite, roles, undefined, { ...visit, address: undefined })));
  assert.ok(!isPlainGuest(personFor(testSite, roles, undefined, visit)));
});

test('a role of the site file goes before one of people with its name', () => {
  const impostor = role('insider', 'everything');
  const person = personFor(
    testSite,
    [impostor],
    { ...ada, memberships: [{ role: 'insider', expires: undefined }] },
    visit,
  );
  assert.ok(!may(testSite, person, 'cfgwebaccess'));
  assert.ok(may(testSite, person, 'viewrestrcoll', secret));
});

test('a token is good for its scopes only', () => {
  const boss: Person = { name: 'boss', roles: ['boss'] };
  const allowed = (scopes: Person['scopes']) =>
    (['viewhiddenpaths', 'runbibedit', 'cfgwebaccess'] as const).map((action) =>
      may(testSite, { ...boss, scopes }, action),
    );
  assert.deepEqual(allowed(undefined), [true, true, true]);
  assert.deepEqual(allowed(['read']), [true, false, false]);
  assert.deepEqual(allowed(['edit', 'admin']), [false, true, true]);
  assert.deepEqual(allowed([]), [false, false, false]);
});

test('an explanation names the grant and how the person came into its role', () => {
  const staff = role(
    'staff',
    [{ action: 'viewrestrcoll', arguments: secret }],
    '# who works here\nallow group "staff"',
  );
  const yes = explain(testSite, [staff], ada, visit, 'viewrestrcoll', secret);
  assert.ok(yes.allowed && yes.by !== undefined);
  assert.equal(grantText(yes.by.grant.may), 'viewrestrcoll collection=Secret');
  assert.equal(membershipText(yes.by.membership), 'by line 2 of its rules (allow group "staff")');
  const no = explain(testSite, [staff], ada, visit, 'cfgwebaccess', {});
  assert.deepEqual([no.allowed, no.by, no.memberships.map((one) => one.role.name)], [false, undefined, ['staff']]);
});

test('keys are equal for people who see the same, and for no others', () => {
  const person = personFor(testSite, [], ada, visit);
  assert.equal(personKey(person), personKey(personFor(testSite, [], { ...ada, preferences: { size: 50 } }, visit)));
  const others: readonly Person[] = [
    { ...person, roles: ['insider'] },
    { ...person, groups: [] },
    { ...person, email: 'other@library.example' },
    { ...person, scopes: ['read'] },
    { ...person, grants: [{ role: 'x', may: 'everything' }] },
  ];
  assert.equal(new Set([person, ...others].map(personKey)).size, 1 + others.length);
});
