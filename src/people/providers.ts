import type { Configuration } from 'openid-client';
import type { SignInProvider } from '../site/site.ts';

/** What a provider says of somebody who signed in there. */
export interface Claims {
  readonly subject: string;
  /** An address that the provider has seen to be theirs. */
  readonly email: string | undefined;
  readonly name: string | undefined;
}

/** What is kept of a sign-in elsewhere while it is under way. */
export interface Challenge {
  readonly nonce: string;
  readonly verifier: string;
}

/** Signing in elsewhere by OpenID Connect: authorization code with PKCE, state and nonce. */
export interface Providers {
  challenge(): Promise<Challenge>;
  /** Where to send the browser. Throws when the provider cannot be asked. */
  begin(provider: SignInProvider, redirectUri: string, state: string, challenge: Challenge): Promise<URL>;
  /** What the answer means. Throws when it is none to that question. */
  finish(provider: SignInProvider, answer: URL, state: string, challenge: Challenge): Promise<Claims>;
}

/** How long what a provider says of its addresses and keys is believed. ms. */
const keptFor = 3_600_000;
/** Seconds for each question to a provider: a reader waits. */
const timeout = 10;

/** `secrets` by code of the provider; one without is a public client. */
export function createProviders(secrets: ReadonlyMap<string, string>): Providers {
  // Loaded when somebody signs in elsewhere: most processes never do.
  const library = () => import('openid-client');
  const known = new Map<string, { readonly at: number; readonly configuration: Promise<Configuration> }>();

  async function configurationOf({ code, issuer, client }: SignInProvider): Promise<Configuration> {
    const key = JSON.stringify([code, issuer, client]);
    const before = known.get(key);
    if (before !== undefined && before.at + keptFor > Date.now()) return before.configuration;
    const openid = await library();
    const address = new URL(issuer);
    const secret = secrets.get(code);
    const configuration = openid.discovery(
      address,
      client,
      undefined,
      secret === undefined ? openid.None() : openid.ClientSecretPost(secret),
      { timeout, execute: address.protocol === 'http:' ? [openid.allowInsecureRequests] : [] },
    );
    known.set(key, { at: Date.now(), configuration });
    // What failed is asked again next time.
    configuration.catch(() => known.delete(key));
    return configuration;
  }

  return {
    challenge: async () => {
      const openid = await library();
      return { nonce: openid.randomNonce(), verifier: openid.randomPKCECodeVerifier() };
    },
    begin: async (provider, redirectUri, state, { nonce, verifier }) => {
      const openid = await library();
      return openid.buildAuthorizationUrl(await configurationOf(provider), {
        redirect_uri: redirectUri,
        scope: provider.scopes.join(' '),
        state,
        nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
    },
    finish: async (provider, answer, state, { nonce, verifier }) => {
      const openid = await library();
      const configuration = await configurationOf(provider);
      const tokens = await openid.authorizationCodeGrant(configuration, answer, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      const told =
        claims['email'] === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined
          ? { ...claims, ...(await openid.fetchUserInfo(configuration, tokens.access_token, claims.sub)) }
          : claims;
      const text = (name: string): string | undefined => {
        const value = (told as Readonly<Record<string, unknown>>)[name];
        return typeof value === 'string' && value !== '' ? value : undefined;
      };
      const isVerified = (told as Readonly<Record<string, unknown>>)['email_verified'] === true;
      const both = [text('given_name'), text('family_name')].filter((part) => part !== undefined).join(' ');
      return {
        subject: claims.sub,
        email: isVerified ? text('email') : undefined,
        name: text('preferred_username') ?? text('name') ?? (both === '' ? undefined : both),
      };
    },
  };
}

/** "orcid=SECRET, university=SECRET". */
export function readSecrets(text: string | undefined): ReadonlyMap<string, string> {
  return new Map(
    (text ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part.indexOf('=') > 0)
      .map((part) => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );
}
