/** The fix for a finding, in a form that can be pasted: SQL, a policy, commands, or a change of the configuration. */
import { allowing, type Policy, type PolicyStatement } from '../setup/policies.ts';
import type { Sql } from '../sql.ts';

export type Fix =
  /** Statements for an administrator of the database. */
  | { readonly kind: 'sql'; readonly statements: readonly Sql[]; readonly title?: string }
  /** Permissions for an AWS identity. */
  | { readonly kind: 'policy'; readonly to: string; readonly statements: readonly PolicyStatement[] }
  | { readonly kind: 'commands'; readonly commands: readonly string[] }
  | { readonly kind: 'setting'; readonly text: string };

export const bySql = (...statements: readonly Sql[]): Fix & { readonly kind: 'sql' } => ({
  kind: 'sql',
  statements,
});

/** The statement for the action in the policy that `setup` prints; for any other action, a new statement. */
export function byPolicy(to: string, policy: Policy, action: string, resource: string): Fix {
  const known = allowing(policy, action);
  const own: PolicyStatement = { Sid: 'Allow', Effect: 'Allow', Action: [action], Resource: [resource] };
  return { kind: 'policy', to, statements: known.length > 0 ? known : [own] };
}

export const byCommands = (...commands: readonly string[]): Fix => ({ kind: 'commands', commands });

export const bySetting = (text: string): Fix => ({ kind: 'setting', text });

/** The title and the text to paste, for people and for programs. */
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
