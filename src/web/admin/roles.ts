import type { FastifyInstance } from 'fastify';
import { collectionTree } from '../../access/collections.ts';
import { mayDoEverything, requireForRole } from '../../people/administer.ts';
import { grantText } from '../../people/explain.ts';
import { namesOfNobody } from '../../people/people.ts';
import { readGrants } from '../../people/read-grants.ts';
import { checkRoleName, createRole, deleteRole, saveRole } from '../../people/role-changes.ts';
import { allRoles, type Role } from '../../people/roles.ts';
import { namesIn } from '../../people/rules/decide.ts';
import { parseRules } from '../../people/rules/parse.ts';
import { tidyName } from '../../site/identity.ts';
import { actorOf, doneText, formRoutes, given, problemText } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { removalPage } from './removal-page.ts';
import { type RoleModel, rolePage, rolesPage } from './roles-page.ts';

const emptyRole: RoleModel = {
  ...{ name: undefined, typedName: '', origin: 'people', description: '', may: '', rules: '' },
  ...{ mayProblems: [], rulesProblems: [], nobody: [], problem: undefined, done: undefined },
};

/** Roles: those of the site file are shown, those that people made are edited. */
export function adminRoleRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { access } = people;
  const { database } = access;
  const rolesIn = ({ snapshot }: Exchange): readonly Role[] => allRoles(snapshot.site, access.peopleRoles());

  get('/roles', async (exchange) => {
    const { page, args } = exchange;
    return sendHtml(exchange, rolesPage(page, { roles: rolesIn(exchange), done: doneText(page, args) }));
  });

  get('/roles/new', async (exchange) => {
    return sendHtml(exchange, rolePage(exchange.page, emptyRole));
  });

  get('/roles/:name', async (exchange) => {
    const wanted = tidyName(exchange.param('name'));
    const role = rolesIn(exchange).find(({ name }) => name === wanted);
    if (role === undefined) return exchange.notFound();
    const model: RoleModel = {
      ...emptyRole,
      name: role.name,
      origin: role.origin,
      description: role.description,
      may: (role.may === 'everything' ? [role.may] : role.may.map(grantText)).join('\n'),
      rules: role.rulesText,
      nobody: await namesOfNobody(database, namesIn(role.rules)),
      done: doneText(exchange.page, exchange.args),
    };
    return sendHtml(exchange, rolePage(exchange.page, model));
  });

  post('/roles', async (exchange) => {
    const typed = typedRole(exchange);
    const model: RoleModel = { ...emptyRole, ...typed.model, typedName: given(exchange, 'name') };
    const wrong = check(exchange, typed);
    if (wrong !== undefined) return sendHtml(exchange, rolePage(exchange.page, { ...model, ...wrong }), 422);
    try {
      requireForRole(exchange.snapshot.site, exchange.person, { name: '', may: typed.grants(exchange).may });
      const wanted = checkRoleName(model.typedName);
      if (rolesIn(exchange).some(({ name }) => name === wanted))
        return sendHtml(
          exchange,
          rolePage(exchange.page, { ...model, problem: exchange.page.tr.t('admin.role_there') }),
          409,
        );
      const { site } = exchange.snapshot;
      const changer = { site, everything: mayDoEverything(site, exchange.person) };
      const name = await createRole(database, actorOf(exchange), wanted, textOf(exchange, typed), changer);
      await access.refresh();
      return exchange.reply.redirect(`/admin/roles/${encodeURIComponent(name)}?done=role_saved`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return sendHtml(exchange, rolePage(exchange.page, { ...model, problem: text }), status);
    }
  });

  post('/roles/:name', async (exchange) => {
    const role = editable(exchange, exchange.param('name'));
    if (role === undefined) return exchange.notFound();
    const typed = typedRole(exchange);
    const model: RoleModel = { ...emptyRole, ...typed.model, name: role.name };
    const wrong = check(exchange, typed);
    if (wrong !== undefined) return sendHtml(exchange, rolePage(exchange.page, { ...model, ...wrong }), 422);
    try {
      requireForRole(exchange.snapshot.site, exchange.person, role);
      requireForRole(exchange.snapshot.site, exchange.person, { name: '', may: typed.grants(exchange).may });
      await saveRole(database, actorOf(exchange), role.name, textOf(exchange, typed));
      await access.refresh();
      return exchange.reply.redirect(`/admin/roles/${encodeURIComponent(role.name)}?done=role_saved`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return sendHtml(exchange, rolePage(exchange.page, { ...model, problem: text }), status);
    }
  });

  post('/roles/:name/remove', async (exchange) => {
    const { page } = exchange;
    const role = editable(exchange, exchange.param('name'));
    if (role === undefined) return exchange.notFound();
    const here = `/admin/roles/${encodeURIComponent(role.name)}`;
    if (given(exchange, 'sure') !== 'yes') {
      const text = page.tr.t('admin.remove_role_text', { role: role.name });
      const model = { tab: 'roles', name: role.name, text, action: `${here}/remove`, back: here } as const;
      return sendHtml(exchange, removalPage(page, model));
    }
    requireForRole(exchange.snapshot.site, exchange.person, role);
    await deleteRole(database, actorOf(exchange), role.name, exchange.snapshot.site);
    await access.refresh();
    return exchange.reply.redirect('/admin/roles?done=role_removed', 303);
  });

  function editable(exchange: Exchange, wanted: string): Role | undefined {
    return rolesIn(exchange).find(({ name, origin }) => name === tidyName(wanted) && origin === 'people');
  }
}

type Typed = ReturnType<typeof typedRole>;

function typedRole(exchange: Exchange) {
  const [description, may, rules] = [
    given(exchange, 'description').trim(),
    given(exchange, 'may'),
    given(exchange, 'rules'),
  ];
  return {
    model: { description, may, rules },
    grants: ({ snapshot }: Exchange) => readGrants(may, new Set(collectionTree(snapshot.site).byName.keys())),
  };
}

function textOf(exchange: Exchange, typed: Typed) {
  const { description, rules } = typed.model;
  return { description, rules, may: typed.grants(exchange).may };
}

/** What is wrong, by lines; undefined when nothing is. */
function check(exchange: Exchange, typed: Typed): Partial<RoleModel> | undefined {
  const mayProblems = typed.grants(exchange).problems;
  const rulesProblems = parseRules(typed.model.rules).problems;
  if (mayProblems.length + rulesProblems.length === 0) return undefined;
  return { mayProblems, rulesProblems, problem: exchange.page.tr.t('admin.not_saved') };
}
