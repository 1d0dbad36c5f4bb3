import type { FastifyInstance, FastifyRequest } from 'fastify';
import { having } from '../../addresses/addresses.ts';
import { UserError } from '../../errors/errors.ts';
import { may, type Person } from '../../people/person.ts';
import type { LevelName, SiteLevel } from '../../site/level.ts';
import type { Site } from '../../site/site.ts';
import { webErrors } from '../http/errors.ts';
import { refuseByIntent } from '../http/watch.ts';

/** Readers are refused because of the site's level, and may come back. */
export class SiteClosed extends UserError {
  /** Seconds. */
  readonly retryAfter: number;
  /** The operator's. */
  readonly words: string;
  constructor(kind: 'closed' | 'readOnly', { message, retryAfter }: SiteLevel) {
    super(kind === 'closed' ? webErrors.siteClosed : webErrors.siteReadOnly, { message });
    this.retryAfter = retryAfter;
    this.words = message;
  }
}

const always = having('whenClosed');
const harvests = having('harvests');
const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Why a request is refused at this level; undefined: it is not. */
export function refusedAt(
  level: LevelName,
  request: Pick<FastifyRequest, 'method' | 'url'>,
  isAdministrator: () => boolean,
): 'closed' | 'readOnly' | undefined {
  if (level === 'open' || always(request.url)) return undefined;
  if (level === 'read-only') return reading.has(request.method) || harvests(request.url) ? undefined : 'readOnly';
  return isAdministrator() ? undefined : 'closed';
}

/** Must come after it is known who asks. */
export function applyLevel(
  app: FastifyInstance,
  level: () => SiteLevel,
  who: (request: FastifyRequest) => { readonly site: Site; readonly person: Person },
): void {
  app.addHook('onRequest', async (request) => {
    const now = level();
    const refused = refusedAt(now.level, request, () => {
      const { site, person } = who(request);
      return may(site, person, 'cfgwebaccess');
    });
    if (refused === undefined) return;
    refuseByIntent(request);
    throw new SiteClosed(refused, now);
  });
}
