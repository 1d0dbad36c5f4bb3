import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsManual } from '../../scripts/errors-manual.ts';
import { settingsManual } from '../config/docs.ts';
import { errorCatalogue } from '../errors/errors.ts';
import { loadCatalogues } from '../web/ui/translations.ts';
import { isGroup } from './command.ts';
import { commandHelp, groupHelp, overview } from './help.ts';
import { commandTable } from './table.ts';

/** What the product no longer says, and what it says instead (docs/ARCHITECTURE.md, "Words"). */
const unsaid: readonly (readonly [word: RegExp, instead: string, example: string])[] = [
  [/\bletters? (?:is|are|with|that|goes|to)\b|\bin letters\b|\bthe letter\b/i, 'e-mail', 'A letter is on its way.'],
  [/\bemail\b/i, 'e-mail', 'Your email address'],
  [/\bwhoever\b/i, 'the noun: "the process that ..."', 'Whoever did it was stopped.'],
  [/\bwho looks after\b/i, 'administrator, operator', 'Who looks after the library lets you in.'],
  [/\bwithout end\b|\b0 is (?:never|none|without)\b/i, 'no expiry; 0 means no limit', 'Empty is without end.'],
  [/\bpresent password\b/i, 'current password', 'Present password'],
  [/\bno such person\b|\bpassword is another\b/i, 'wrong name or password', 'There is no such person.'],
  [/\bgood for\b|\bno longer good\b/i, 'valid for', 'The link is good for two hours.'],
  [/\blets? (?:you|them|people|anybody) in\b|\bto let you in\b/i, 'approve', 'An administrator has to let you in.'],
  [/\btake(?:n|s)? away\b|\btake the \w+ away\b/i, 'remove', 'Take the password away'],
  [/\bhas all of this\b|\bhas this in it\b/i, 'matches', 'No record has all of this.'],
  [/\banew\b/i, 'again; rebuild', 'The index is made anew.'],
  [/\bheal(?:s|ed|ing)?\b|\bmend(?:s|ed|ing)?\b/i, 'repair, correct', 'Mend these lines'],
  [/\bmust be looked at\b|\bin force goes on\b/i, 'status; continues', 'what must be looked at'],
  [/\bin force\b/i, 'current; takes effect', 'The site file in force'],
  [/\bnever have been given out\b/i, 'there may never have been one', 'It may never have been given out.'],
  [/\bask nobody\b|\basked about\b/i, 'not contacted', 'Ask nobody.'],
  [/\baccounts? elsewhere\b/i, 'external account', 'Accounts elsewhere'],
  [/\bof ours\b|\brefuses us\b|\bknows us\b|\bbetween us\b/i, 'the name of the thing', 'an address of ours'],
  [/(?<!there )\bis no (?:e-mail|address|network|date|field|language|colour)\b/i, 'is not a ...', '"x" is no date.'],
  [/\bin some seconds\b/i, 'in a few seconds', 'Try again in some seconds.'],
];

/** Every text of the interface, with the place where it stands. */
async function* texts(): AsyncGenerator<readonly [place: string, text: string]> {
  for (const [key, value] of loadCatalogues().get('en')!)
    for (const text of typeof value === 'string' ? [value] : Object.values(value)) yield [`en.yaml ${key}`, text];
  // Loads the errors of all rooms.
  await errorsManual();
  for (const { code, message, hint } of errorCatalogue()) yield [code, `${message} ${hint}`];
  const heading = (text: string): string => text;
  yield ['reperio help', overview(commandTable, heading)];
  for (const [name, { summary, load }] of Object.entries(commandTable)) {
    const { command } = await load();
    if (!isGroup(command)) {
      yield [`reperio help ${name}`, commandHelp(name, summary, command, heading)];
      continue;
    }
    yield [`reperio help ${name}`, groupHelp(name, summary, command, heading)];
    for (const [word, one] of Object.entries(command.commands))
      yield [`reperio help ${name} ${word}`, commandHelp(`${name} ${word}`, one.summary, one, heading)];
  }
  yield ['settings', settingsManual()];
}

test('pages, errors, help and settings say the usual words', async () => {
  let seen = 0;
  const said: string[] = [];
  for await (const [place, text] of texts()) {
    seen++;
    for (const [word, instead] of unsaid) {
      // Names of placeholders, options and fields are no words for people.
      const found = word.exec(text.replace(/\{\w+\}|--\w+/g, ''));
      if (found !== null) said.push(`${place}: "${found[0]}" (say: ${instead})`);
    }
  }
  assert.deepEqual(said, []);
  assert.ok(seen > 800, `only ${seen} texts were read`);
});

test('each word of the list would be found', () => {
  for (const [word, , example] of unsaid) assert.match(example, word);
});
