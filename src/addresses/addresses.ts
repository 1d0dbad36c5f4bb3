/**
 * What holds for an address before anybody looks at who answers it. Paths are written as routes
 * are: ":id" is one part, and "/*" at the end everything below. Plain data, read by limits, by the
 * watch over late processes, by the level of the site, by robots.txt, and by what is made for
 * balancers.
 */
export interface AddressRule {
  readonly path: string;
  /** Answered also when the process is so late that it refuses others. */
  readonly whenLate?: true;
  /**
   * Answered also when the site is closed: probes, the state of the node, what any page needs to be
   * drawn, and the way in for an administrator.
   */
  readonly whenClosed?: true;
  /**
   * Counted in no budget: kept for ever by browsers, asked by balancers, or what tells programs how
   * to behave.
   */
  readonly free?: true;
  /** Nobody's session or token is looked up for it. */
  readonly anonymous?: true;
  /** Closed to crawlers, with whatever begins so. */
  readonly closedToRobots?: true;
  /**
   * Which slots of a balancer it takes; those of pages when it says nothing. `files` are downloads
   * where no program but the nodes sends files.
   */
  readonly slots?: 'pages' | 'downloads' | 'files';
  /**
   * Is it an export, in slots of downloads and of a budget of its own, when `of` is a format that
   * programs read?
   */
  readonly exports?: true;
  /**
   * Harvesters and other catalogues ask it, also by forms that change nothing: of the budget of
   * exports, and who asks too often is told so by 503, the only way that OAI-PMH knows.
   */
  readonly harvests?: true;
  /** Whole lists for programs, of the budget of exports whatever is asked. */
  readonly lists?: true;
}

/** What balancers ask. */
export const probes = { live: '/health/live', ready: '/health/ready' } as const;
/** The state of a node. */
export const statePaths = { page: '/server-status', metrics: '/metrics' } as const;

/** What one check of a node found: /health/check/NAME. */
export const checkPath = '/health/check';

/** The first rule that fits an address and says something of a property is the one that counts. */
export const addressRules: readonly AddressRule[] = [
  { path: probes.live, whenLate: true, whenClosed: true, free: true, anonymous: true },
  { path: probes.ready, whenLate: true, whenClosed: true, free: true, anonymous: true },
  { path: `${checkPath}/:name`, whenLate: true, whenClosed: true, free: true },
  { path: statePaths.page, whenLate: true, whenClosed: true },
  { path: statePaths.metrics, whenLate: true, whenClosed: true },
  { path: '/api/profile', whenLate: true, whenClosed: true },
  { path: '/assets/:file', whenClosed: true, free: true, anonymous: true },
  { path: '/robots.txt', whenClosed: true, free: true },
  { path: '/favicon.ico', whenClosed: true, free: true },
  // An imprint, what is kept of readers: to be read at any time.
  { path: '/pages/:slug', whenClosed: true },
  { path: '/search', closedToRobots: true, exports: true },
  { path: '/account', closedToRobots: true },
  { path: '/account/sign-in', whenClosed: true },
  { path: '/account/sign-in/*', whenClosed: true },
  { path: '/account/sign-out', whenClosed: true },
  { path: '/admin', closedToRobots: true },
  { path: '/feed', closedToRobots: true },
  { path: '/rss', closedToRobots: true },
  { path: '/unapi', closedToRobots: true },
  { path: '/openurl', closedToRobots: true },
  { path: '/preferences', whenClosed: true, closedToRobots: true },
  { path: '/edit/assets/:file', free: true, anonymous: true },
  { path: '/edit', closedToRobots: true },
  { path: '/record/new', closedToRobots: true },
  { path: '/record/:id/edit', closedToRobots: true },
  { path: '/record/:id/export/*', closedToRobots: true, slots: 'downloads' },
  { path: '/record/:id/marc', closedToRobots: true },
  { path: '/record/:id/files', slots: 'files' },
  { path: '/record/:id/files/*', slots: 'files' },
  { path: '/record/:id/thumbnails/*', closedToRobots: true },
  { path: '/oai2d', harvests: true, slots: 'downloads' },
  { path: '/oai', harvests: true, closedToRobots: true, slots: 'downloads' },
  { path: '/sru', harvests: true, closedToRobots: true, slots: 'downloads' },
  { path: '/resourcesync/*', slots: 'downloads' },
  { path: '/api/login', whenClosed: true },
  { path: '/api/search', closedToRobots: true },
  // What types ahead: somebody waits for it.
  { path: '/api/suggest', closedToRobots: true, slots: 'pages' },
  { path: '/api/*', slots: 'downloads' },
  { path: '/batchuploader', closedToRobots: true },
  { path: '/batchuploader/*', slots: 'downloads' },
  { path: '/held', closedToRobots: true },
  { path: '/upload', closedToRobots: true },
  { path: '/kb/export', lists: true, slots: 'downloads' },
  { path: '/kb', closedToRobots: true },
  { path: '/merge', closedToRobots: true },
];

/**
 * The rule as a pattern for a whole path, a slash at its end or not, that HAProxy understands too
 * (POSIX extended).
 */
export function patternOf(path: string): string {
  const isTree = path.endsWith('/*');
  const whole = (isTree ? path.slice(0, -2) : path).replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+');
  return isTree ? `^${whole}/.+$` : `^${whole}/?$`;
}

/**
 * Says whether an address, path and query as they were sent, has a property. However it is spelled:
 * the router reads paths without their percent signs.
 */
export function having(
  property: 'whenLate' | 'whenClosed' | 'free' | 'anonymous' | 'exports' | 'harvests' | 'lists',
): (url: string) => boolean {
  const patterns = addressRules.filter((rule) => rule[property] === true).map(({ path }) => patternOf(path));
  const pattern = new RegExp(patterns.join('|'));
  return (url) => pattern.test(pathOf(url));
}

function pathOf(url: string): string {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]!;
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/**
 * robots.txt (RFC 9309): what is closed is closed with whatever begins so; where the sitemap is.
 */
export function robotsText(baseUrl: string): string {
  const closed = addressRules.filter((rule) => rule.closedToRobots === true);
  const lines = closed.map(({ path }) => `Disallow: ${path.replace(/\*$/, '').replace(/:\w+/g, '*')}\n`);
  return `User-agent: *\n${lines.join('')}\nSitemap: ${baseUrl}/sitemap.xml\n`;
}
