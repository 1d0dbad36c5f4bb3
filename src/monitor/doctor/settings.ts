import { totalmem } from 'node:os';
import type { ReadSettings } from '../../config/settings.ts';
import { dutiesOf, everybody } from '../alerts/recipients.ts';
import { gapsOf } from '../alerts/week.ts';
import { type Diagnosis, notSetUp, yes } from './diagnosis.ts';

interface Rule {
  readonly question: string;
  /** What is wrong, as a sentence; undefined: nothing. */
  readonly wrong: (read: ReadSettings) => string | undefined;
  /** What is not used here, as a sentence; undefined: it is. */
  readonly unused?: (read: ReadSettings) => string | undefined;
  readonly fix: string;
  readonly page: string;
}

const isHere = /^https?:\/\/(localhost|127\.|\[::1\])/;
const people = 'docs/operating.md#before-people-sign-in';
const settingsPage = 'docs/settings.md';

/** Settings that are allowed, and still look wrong. */
const rules: readonly Rule[] = [
  {
    question: 'Are the settings without a mistake?',
    wrong: ({ problems }) => (problems.length === 0 ? undefined : `${problems.join('; ')}.`),
    fix: 'reperio config check',
    page: settingsPage,
  },
  {
    question: 'Is base-url set where a proxy is in front?',
    wrong: ({ settings: { trustProxy, baseUrl } }) =>
      trustProxy !== undefined && baseUrl === undefined
        ? 'trust-proxy is set, and base-url is not: links have the name that the Host header says.'
        : undefined,
    unused: ({ settings: { trustProxy, baseUrl } }) =>
      trustProxy === undefined && baseUrl === undefined
        ? 'trust-proxy and base-url are not set: behind a proxy set both.'
        : undefined,
    fix: 'reperio config list --changed',
    page: people,
  },
  {
    question: 'Do readers come by https?',
    wrong: ({ settings: { baseUrl } }) =>
      baseUrl?.startsWith('http:') === true && !isHere.test(baseUrl)
        ? `base-url is ${baseUrl}: passwords and session cookies travel in the open.`
        : undefined,
    unused: ({ settings: { baseUrl } }) =>
      baseUrl === undefined || isHere.test(baseUrl)
        ? `base-url is ${baseUrl ?? 'not set'}: for other people set the https address of the library.`
        : undefined,
    fix: 'reperio config get base-url',
    page: people,
  },
  {
    question: 'Do links in e-mails lead to the library?',
    wrong: ({ settings: { smtpUrl, baseUrl } }) =>
      smtpUrl !== undefined && baseUrl === undefined
        ? 'smtp-url is set, and base-url is not: links in e-mails begin with the address of this server.'
        : undefined,
    unused: ({ settings: { smtpUrl } }) =>
      smtpUrl === undefined ? 'smtp-url is not set: e-mails are kept in the folder outbox.' : undefined,
    fix: 'reperio config list --changed',
    page: people,
  },
  {
    question: 'Is somebody told of an alert, at any hour?',
    wrong: ({ settings: { emergency, smsGateway, smtpUrl } }) => {
      const all = everybody(dutiesOf(emergency));
      const called = all.filter(({ number }) => number !== undefined);
      if (called.length > 0 && smsGateway === undefined)
        return `emergency has ${called[0]!.address}, and sms-gateway is not set: no text message can be sent.`;
      const written = all.filter(({ number }) => number === undefined);
      if (written.length > 0 && smtpUrl === undefined)
        return `emergency has ${written[0]!.address}, and smtp-url is not set: no e-mail is sent.`;
      return undefined;
    },
    unused: ({ settings: { emergency, smtpUrl, isolated } }) => {
      if (isolated) return 'This copy of a library wakes nobody.';
      if (emergency === undefined)
        return smtpUrl === undefined
          ? 'emergency and smtp-url are not set: nobody is told.'
          : 'emergency is not set: only the admin of the site file gets an e-mail.';
      const [gap, ...more] = gapsOf(dutiesOf(emergency));
      const rest = more.length === 0 ? '' : ` and ${more.length} more times of the week`;
      return gap === undefined
        ? undefined
        : `Nobody is on duty ${gap}${rest}; the admin of the site file gets an e-mail.`;
    },
    fix: 'reperio alert test --dry-run',
    page: 'docs/alerts.md#who-is-told',
  },
  {
    question: 'Does the memory of all workers fit into the machine?',
    wrong: ({ settings: { webWorkers, workerMemory } }) =>
      workerMemory > 0 && webWorkers * workerMemory > totalmem()
        ? `${webWorkers} workers of ${gigabytes(workerMemory)} need more than the ${gigabytes(totalmem())} of this machine.`
        : undefined,
    fix: 'reperio config get worker-memory',
    page: settingsPage,
  },
  {
    question: 'Is the state of the node closed to strangers?',
    wrong: ({ settings: { statusNetworks = '' } }) =>
      /(^|[\s,])(0\.0\.0\.0\/0|::\/0)/.test(statusNetworks)
        ? `status-networks is ${statusNetworks}: everybody may read what readers ask.`
        : undefined,
    fix: 'reperio config get status-networks',
    page: settingsPage,
  },
  {
    question: 'Can the program that sends documents do so from where they are?',
    wrong: ({ settings: { files, fileDelivery } }) => {
      const isStore = files?.startsWith('s3://') === true;
      if (isStore && fileDelivery.startsWith('x-'))
        return `file-delivery is ${fileDelivery}, which needs a folder, and files is ${files}.`;
      if (!isStore && fileDelivery === 'redirect')
        return 'file-delivery is redirect, which needs an S3-compatible store, and files is a folder.';
      return undefined;
    },
    fix: 'reperio config get file-delivery',
    page: 'docs/operating.md#documents',
  },
];

export function settingDiagnoses(read: ReadSettings): readonly Diagnosis[] {
  return rules.map(({ question, wrong, unused, fix, page }) => {
    const found = wrong(read);
    const idle = unused?.(read);
    if (found === undefined) return idle === undefined ? yes(question, 'As it should be.') : notSetUp(question, idle);
    return { question, answer: 'no', found, fix, page };
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
