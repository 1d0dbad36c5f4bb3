import type { Site } from '../../site/site.ts';
import { offeredSets } from './sets.ts';
import type { SetRow } from './store.ts';

/** What `oai check` looks at. */
export interface OaiFacts {
  readonly site: Site;
  readonly baseUrl: string | undefined;
  /** Seconds since the clock of harvesters has moved. */
  readonly age: number;
  readonly sets: readonly SetRow[];
  /** Records that guests may open now, by the index. */
  readonly open: number;
}

export interface Finding {
  readonly ok: boolean;
  readonly text: string;
}

/** Seconds: it moves each five seconds. */
const oldest = 60;

/** What a harvester would miss, or complain about. Pure. */
export function checkOai({ site, baseUrl, age, sets, open }: OaiFacts): readonly Finding[] {
  const oai = site.oai!;
  const rows = new Map(sets.map((row) => [row.spec, row]));
  const told = rows.get('')?.records ?? 0;
  return [
    /^[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+$/.test(oai.repository)
      ? fine(`Identifiers are oai:${oai.repository}:NUMBER.`)
      : bad(`The repository ${oai.repository} is no domain name: harvesters may refuse its identifiers.`),
    /^\S+@\S+\.\S+$/.test(site.admin)
      ? fine(`Harvesters write to ${site.admin}.`)
      : bad('site.admin is no e-mail address: harvesters cannot tell anybody of a problem.'),
    baseUrl === undefined
      ? bad(
          `The setting \`base-url\` is not set, so answers give the address that each request came to. Set it to the address of the library, such as https://${oai.repository}.`,
        )
      : fine(`Harvesters ask ${baseUrl}/oai2d.`),
    age <= oldest
      ? fine('Dates are given: answers are complete up to some seconds ago.')
      : bad(
          'Nothing gives dates now: `reperio serve` or `reperio tasks work` must run. Harvesters see no change until then.',
        ),
    told === open
      ? fine(`All ${open} open records are offered.`)
      : bad(`${told} of ${open} open records are offered: the others follow while dates are given.`),
    ...offeredSets(oai).map(({ spec }) => {
      const row = rows.get(spec);
      if (row === undefined) return bad(`The set ${spec} has not been looked at yet.`);
      return row.records > 0 ? fine(`The set ${spec} has ${row.records} records.`) : bad(`The set ${spec} is empty.`);
    }),
  ];
}

function fine(text: string): Finding {
  return { ok: true, text };
}

function bad(text: string): Finding {
  return { ok: false, text };
}
