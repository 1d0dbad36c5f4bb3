import type { FastifyInstance } from 'fastify';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { passwordRoutes } from './password.ts';
import { profileRoutes } from './profile.ts';
import { providerRoutes } from './provider.ts';
import { registerRoutes } from './register.ts';
import { sessionRoutes } from './sessions.ts';
import { signInRoutes } from './sign-in.ts';
import { tokenRoutes } from './tokens.ts';

/** Everything about one's own account. */
export function accountRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  signInRoutes(app, environment, people);
  registerRoutes(app, environment, people);
  passwordRoutes(app, environment, people);
  profileRoutes(app, environment, people);
  sessionRoutes(app, environment, people);
  tokenRoutes(app, environment, people);
  providerRoutes(app, environment, people);
}
