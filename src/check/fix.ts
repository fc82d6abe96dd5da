/** What to do about a finding, in a form that can be pasted: SQL, a policy, commands, or a change of the configuration. */
import { allowing, type Policy, type PolicyStatement } from '../setup/policies.ts';
import type { Sql } from '../sql.ts';

export type Fix =
  /** To be run by an administrator of the database. */
  | { readonly kind: 'sql'; readonly statements: readonly Sql[]; readonly title?: string }
  /** To be allowed to an identity of AWS. */
  | { readonly kind: 'policy'; readonly to: string; readonly statements: readonly PolicyStatement[] }
  | { readonly kind: 'commands'; readonly commands: readonly string[] }
  | { readonly kind: 'setting'; readonly text: string };

export const bySql = (...statements: readonly Sql[]): Fix & { readonly kind: 'sql' } => ({
  kind: 'sql',
  statements,
});

/** What the policy that `setup` prints says of the action; of another action, a statement of its own. */
export function byPolicy(to: string, policy: Policy, action: string, resource: string): Fix {
  const known = allowing(policy, action);
  const own: PolicyStatement = { Sid: 'Allow', Effect: 'Allow', Action: [action], Resource: [resource] };
  return { kind: 'policy', to, statements: known.length > 0 ? known : [own] };
}

export const byCommands = (...commands: readonly string[]): Fix => ({ kind: 'commands', commands });

export const bySetting = (text: string): Fix => ({ kind: 'setting', text });

/** The head line and the text to paste; shown for both people and programs. */
export function fixText(fix: Fix): { readonly title: string; readonly text: string } {
  switch (fix.kind) {
    case 'sql':
      return {
        title: fix.title ?? 'run as an administrator of the database',
        text: fix.statements.map((statement) => `${statement.safe};`).join('\n'),
      };
    case 'policy':
      return {
        title: `add to the policies of ${fix.to}`,
        text: JSON.stringify({ Version: '2012-10-17', Statement: fix.statements }),
      };
    case 'commands':
      return { title: 'run', text: fix.commands.join('\n') };
    case 'setting':
      return { title: 'change the configuration', text: fix.text };
  }
}
