/** Who can read a table: parses `grant_select_to`. */

export type Grantee =
  { readonly kind: 'user' | 'group' | 'role'; readonly name: string } | { readonly kind: 'public' };

/** `name` is a user, `group name` a group, `role name` a role, `public` all users. */
export function granteeOf(text: string): Grantee {
  if (/^public$/i.test(text)) return { kind: 'public' };
  const [, kind = 'user', name = text] = /^(user|group|role)\s+(\S.*)$/is.exec(text) ?? [];
  return { kind: kind.toLowerCase() as 'user' | 'group' | 'role', name };
}
